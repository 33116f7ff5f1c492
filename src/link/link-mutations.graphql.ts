// The mutation that books through a link.

import { accountsWithin } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { invalid, notFound } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, keyOf } from '../graphql/ids.ts'
import { demandIds, instantOf } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { createLinkBooking } from './link.actions.ts'
import { linksBySlug } from './link.data.ts'

const LinkCustomerInput = builder.inputType('LinkCustomerInput', {
  description: 'Who books: the known customer with this e-mail, else a new one.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Full name.' }),
    email: t.field({ type: 'EmailAddress', description: 'By which a known one is found.' }),
    phone: t.string({ description: 'Phone number.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Their IANA zone.' }),
    locale: t.string({ description: 'RFC 5646 tag.' }),
  }),
})

mutation('createLinkBooking', {
  description:
    'Books through a booking link, named by `linkId` or `slug`: its questions are checked, and it ' +
    'chooses who does it.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking; its source is LINK.',
  refusals: [
    'SLOT_TAKEN',
    'OUTSIDE_AVAILABILITY',
    'TOO_SOON',
    'TOO_LATE',
    'NO_CAPACITY',
    'LIMIT_REACHED',
    'ROUTING_REJECTED',
    'IDEMPOTENCY_CONFLICT',
  ],
  input: (t) => ({
    linkId: t.id({ description: 'The link.' }),
    slug: t.string({ description: 'The slug of the link, in place of linkId.' }),
    accountId: t.id({
      description: 'The account that the slug is of; needed when several of yours have it.',
    }),
    serviceId: t.id({ description: 'What is to be booked; only what the link books is accepted.' }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'The start of the slot, or of the session of a class.',
    }),
    staffId: t.id({ description: "With this one of the link's staff; left out, it chooses." }),
    customer: t.field({ type: LinkCustomerInput, required: true, description: 'Who books.' }),
    partySize: t.field({ type: 'PositiveInt', description: 'Heads; 1 when left out.' }),
    timeZone: t.field({ type: 'TimeZone', description: "The customer's zone for this booking." }),
    notes: t.string({ description: 'Free text.' }),
    answers: t.field({
      type: 'JSONObject',
      description: "Answers to the link's questions, by question id.",
    }),
    externalRef: t.string({ description: 'Your own reference, at most 255 characters.' }),
    idempotencyKey: t.string({
      description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
    }),
  }),
  resolve: async (input, ctx) => {
    const link = await linkOf(ctx, input)
    const { accountId } = link
    const own = (name: 'Service' | 'StaffMember', id: string | null | undefined, path: string) =>
      id == null ? null : (demandIds(name, accountId, [id], path)[0] ?? null)
    return createLinkBooking(ctx, {
      link,
      serviceId: own('Service', input.serviceId, 'serviceId'),
      startsAt: instantOf(input.startsAt, 'startsAt'),
      staffId: own('StaffMember', input.staffId, 'staffId'),
      customer: input.customer,
      partySize: input.partySize ?? null,
      party: [],
      timeZone: input.timeZone ?? null,
      notes: input.notes ?? null,
      answers: input.answers ?? {},
      externalRef: input.externalRef ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

type Named = { linkId?: string | null; slug?: string | null; accountId?: string | null }

async function linkOf(ctx: Context, { linkId, slug, accountId }: Named): Promise<Key> {
  if (linkId != null) return demandKey('BookingLink', linkId, 'linkId')
  if (slug == null) throw invalid(['linkId'], 'Name the booking link by linkId or by slug.')
  const within = accountsWithin(ctx.viewer, ['bookings:write'])
  const named = accountId == null ? null : (keyOf('Account', accountId)?.id ?? '')
  const accounts = named === null ? within : within.filter((each) => each === named)
  const [link, another] = await linksBySlug(ctx.db, accounts, slug)
  if (another) {
    throw invalid(['accountId'], `Several of your accounts have a link "${slug}": name one.`)
  }
  if (!link) throw notFound('BookingLink', 'slug')
  return { accountId: link.accountId, id: link.id }
}
