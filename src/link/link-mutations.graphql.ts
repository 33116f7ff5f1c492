// The mutations that book and keep through a link.

import { accountsWithin } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { invalid, notFound } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, keyOf } from '../graphql/ids.ts'
import { demandIds, instantOf } from '../graphql/inputs.ts'
import { one } from '../graphql/look-ahead.ts'
import { timeRefusals } from '../graphql/refusals.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { createLinkBooking } from './link.actions.ts'
import { createLinkHold, mostHolds } from './link-hold.actions.ts'
import type { LinkSlot } from './link-slot.actions.ts'
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

const named = (t: InputBuilder) => ({
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
})

const raced = [...timeRefusals, 'ROUTING_REJECTED', 'HOLD_EXPIRED', 'IDEMPOTENCY_CONFLICT'] as const

mutation('createLinkBooking', {
  description:
    'Books through a booking link, named by `linkId` or `slug`: its questions are checked, and it ' +
    'chooses who does it.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking; its source is LINK.',
  refusals: raced,
  input: (t) => ({
    ...named(t),
    holdId: t.id({ description: 'What createLinkHold kept for it; the rest says the same.' }),
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
    const slot = await slotOf(ctx, input)
    const { accountId } = slot.link
    return createLinkBooking(ctx, {
      ...slot,
      holdId: ownId('Hold', accountId, input.holdId, 'holdId'),
      customer: input.customer,
      timeZone: input.timeZone ?? null,
      notes: input.notes ?? null,
      answers: input.answers ?? {},
      externalRef: input.externalRef ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

mutation('createLinkHold', {
  description:
    'Keeps what createLinkBooking would book, while the customer fills in the form: for as many ' +
    `seconds as the account says. Through one link at most ${mostHolds.link} are kept at a time, ` +
    `of one \`visitor\` at most ${mostHolds.visitor}.`,
  scopes: ['bookings:write'],
  data: 'Hold',
  dataDescription: 'The hold.',
  refusals: raced,
  input: (t) => ({
    ...named(t),
    partySize: t.field({ type: 'PositiveInt', description: 'Heads; 1 when left out.' }),
    answers: t.field({
      type: 'JSONObject',
      description: 'Answers so far, by question id: they lead to staff and service.',
    }),
    visitor: t.string({
      description:
        'By what you tell visitors apart, at most 255 characters. Kept as a hash, as long as the ' +
        'hold lives.',
    }),
    replaces: t.id({
      description: 'A live hold of this link that is given up for this one, in one step.',
    }),
    idempotencyKey: t.string({
      description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
    }),
  }),
  resolve: async (input, ctx) => {
    const slot = await slotOf(ctx, input)
    if ((input.visitor?.length ?? 0) > 255) {
      throw invalid(['visitor'], 'A visitor is named by at most 255 characters.')
    }
    return createLinkHold(ctx, {
      ...slot,
      answers: input.answers ?? {},
      visitor: input.visitor ?? null,
      replaces: ownId('Hold', slot.link.accountId, input.replaces, 'replaces'),
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

builder.prismaObjectField('Hold', 'link', (t) =>
  t.field({
    type: 'BookingLink',
    nullable: true,
    description: 'The booking link it was placed through; null when through none.',
    ...one('BookingLink', 'linkId'),
  }),
)

type RawSlot = Named & {
  serviceId?: string | null
  startsAt: Date
  staffId?: string | null
  partySize?: number | null
}

async function slotOf(ctx: Context, input: RawSlot): Promise<LinkSlot> {
  const link = await linkOf(ctx, input)
  const { accountId } = link
  return {
    link,
    serviceId: ownId('Service', accountId, input.serviceId, 'serviceId'),
    startsAt: instantOf(input.startsAt, 'startsAt'),
    staffId: ownId('StaffMember', accountId, input.staffId, 'staffId'),
    partySize: input.partySize ?? null,
    party: [],
  }
}

/** The row id of what is named in an input; null when nothing is. Throws NOT_FOUND. */
function ownId(
  name: 'Hold' | 'Service' | 'StaffMember',
  accountId: string,
  id: string | null | undefined,
  path: string,
): string | null {
  return id == null ? null : (demandIds(name, accountId, [id], path)[0] ?? null)
}

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
