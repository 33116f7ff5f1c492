// Booking link as the graph shows it, and when it can be booked.

import type { Needs } from '../auth/scope.ts'
import { accountsWithin, may } from '../auth/viewer.ts'
import { askedDays, daysCost, maxDays } from '../availability/asked-days.ts'
import type { Context } from '../context.ts'
import { poolReader } from '../db/reader.ts'
import type { BookingLink } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { keyOf } from '../graphql/ids.ts'
import { demandIds } from '../graphql/inputs.ts'
import { badInput } from '../graphql/lists.ts'
import { globalId, one } from '../graphql/look-ahead.ts'
import { findable, Node } from '../graphql/node.ts'
import { zoneOf } from '../time/zone.ts'
import { linkOffers, linksBySlug, readPools } from './link.data.ts'
import { ledPool, type Question } from './link.ts'
import { askedService, routingBy } from './link-routing.graphql.ts'

/** Whoever sees bookings sees through which link they came; whoever offers times offers links. */
export const readLinks: Needs = [['availability:read'], ['bookings:read']]

findable('BookingLink', readLinks)

export const DistributionEnum = builder.enumType('Distribution', {
  description: 'How a booking link chooses from its staff.',
  values: {
    ROUND_ROBIN: {
      description: 'The least loaded that day, then of the weeks around, then the longest idle.',
    },
    COLLECTIVE: { description: 'All of them at once.' },
    PRIORITY: { description: 'The first who is free, in order.' },
    SINGLE: { description: 'The first, and nobody else.' },
  } as const,
})

export const QuestionTypeEnum = builder.enumType('QuestionType', {
  description: 'What kind of answer a question takes.',
  values: {
    TEXT: { description: 'Free text of at most 2000 characters.' },
    CHOICE: { description: 'One of its choices.' },
    YES_NO: { description: 'True or false; also "yes" or "no".' },
    NUMBER: { description: 'A number.' },
  } as const,
})

const LinkQuestion = builder.objectRef<Question>('LinkQuestion').implement({
  description: 'What a booking link asks of whoever books.',
  open: 'Part of a link, reached only through it.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its name in `answers`; unique in its link.' }),
    label: t.exposeString('label', { description: 'The question, for people.' }),
    type: t.expose('type', {
      type: QuestionTypeEnum,
      description: 'What kind of answer it takes.',
    }),
    required: t.exposeBoolean('required', { description: 'Nobody books without an answer.' }),
    choices: t.stringList({
      description: 'What a CHOICE takes; empty for the others.',
      resolve: ({ choices }) => [...choices],
    }),
  }),
})

builder.prismaObject('BookingLink', {
  description: 'A public way in: what can be booked through it, with whom, and what is asked.',
  interfaces: [Node],
  scopes: readLinks,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('BookingLink') }),
    slug: t.exposeString('slug', { description: 'Unique in its account; part of addresses.' }),
    title: t.exposeString('title', { description: 'For people.' }),
    url: t.field({
      type: 'URL',
      nullable: true,
      description: 'Its public page, where anybody books. Null only together with an error.',
      resolve: async ({ accountId, slug }, _args, ctx) => {
        const account = await ctx.load('Account', { accountId, id: accountId })
        return account && `${ctx.baseUrl()}/book/${account.slug}/${slug}`
      },
    }),
    distribution: t.expose('distribution', {
      type: DistributionEnum,
      description: 'How it chooses from its staff.',
    }),
    visitorsChooseStaff: t.exposeBoolean('visitorsChooseStaff', {
      description:
        'Whether whoever books at its page may choose among its staff, where it chooses itself ' +
        '(ROUND_ROBIN, PRIORITY).',
    }),
    questions: t.field({
      type: [LinkQuestion],
      description: 'What it asks, in order.',
      resolve: ({ questions }) => questions as unknown as Question[],
    }),
    active: t.exposeBoolean('active', { description: 'False: nothing is booked through it.' }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: 'What is booked through it. Null when denied.',
      resolve: ({ accountId, serviceId }, _args, ctx) =>
        ctx.load('Service', { accountId, id: serviceId }),
    }),
    staff: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'Who may do it, in order, without those who left. Null when denied.',
      args: {
        serviceId: t.arg.id({ description: 'One of its services; left out, the first.' }),
        answers: t.arg({
          type: 'JSONObject',
          description: 'Only those to whom these answers, by question id, lead.',
        }),
      },
      resolve: staffOf,
    }),
    availability: t.field({
      // The type is another room's, known here by its name alone.
      type: 'Availability' as never,
      nullable: true,
      complexity: daysCost,
      description:
        'When it can be booked; what is listed is what createLinkBooking accepts. Nothing for a ' +
        'link that is not active. Null only together with an error.',
      args: {
        from: t.arg({ type: 'LocalDate', required: true, description: 'The first day.' }),
        days: t.arg.int({ defaultValue: 7, description: `How many days, 1 to ${maxDays}.` }),
        timeZone: t.arg({ type: 'TimeZone', description: "Whose days; left out, the account's." }),
        partySize: t.arg({ type: 'PositiveInt', defaultValue: 1, description: 'For how many.' }),
        serviceId: t.arg.id({ description: 'One of its services; left out, the first.' }),
        staffId: t.arg.id({
          description: 'Only with this one of its staff; nothing for who is none of them.',
        }),
        answers: t.arg({
          type: 'JSONObject',
          description:
            'Answers so far, by question id: the rules lead where they would if this were all. ' +
            'Left out, nothing is routed.',
        }),
      },
      resolve: (link, args, ctx) => availabilityOf(link, args, ctx) as never,
    }),
  }),
})

type OfWhat = { serviceId?: string | null; answers?: object | null }

async function staffOf(link: BookingLink, { serviceId: asked, answers }: OfWhat, ctx: Context) {
  const { accountId, id } = link
  const routing = answers ? routingBy(link, answers) : null
  const serviceId = routing?.serviceId ?? (await askedService(link, asked, ctx))
  const pool = await batched(ctx, `pools for ${serviceId}`, { accountId, id }, (keys) =>
    readPools(
      poolReader(ctx.db),
      keys.map((key) => ({ ...key, serviceId })),
    ),
  )
  const { staffIds } = ledPool(pool, routing?.staffIds ?? null)
  const rows = staffIds.map((staffId) => ctx.load('StaffMember', { accountId, id: staffId }))
  return (await Promise.all(rows)).filter((member) => member !== null)
}

type Asked = {
  from: string
  days?: number | null
  timeZone?: string | null
  partySize?: number | null
  serviceId?: string | null
  staffId?: string | null
  answers?: object | null
}

function demandStaff({ accountId }: BookingLink, id: string): string {
  const [staffId = ''] = demandIds('StaffMember', accountId, [id], 'staffId')
  return staffId
}

async function availabilityOf(link: BookingLink, args: Asked, ctx: Context) {
  const { accountId } = link
  const account = await ctx.load('Account', { accountId, id: accountId })
  const zone = zoneOf(args.timeZone ?? account?.timeZone ?? 'UTC')
  const days = askedDays(zone, args.from, args.days ?? 7)
  if ('fault' in days) throw badInput(days.fault)
  const question = {
    now: ctx.clock.now(),
    partySize: args.partySize ?? 1,
    serviceId: await askedService(link, args.serviceId, ctx),
    staffId: args.staffId == null ? null : demandStaff(link, args.staffId),
    ...(args.answers && { routing: routingBy(link, args.answers) }),
  }
  return { zone, ...(await linkOffers(ctx.db, link, question, days.from, days.to)) }
}

builder.prismaObjectField('Booking', 'link', (t) =>
  t.field({
    type: 'BookingLink',
    nullable: true,
    description: 'The booking link it came through; null when it came through none.',
    ...one('BookingLink', 'linkId'),
  }),
)

builder.queryField('bookingLink', (t) =>
  t.field({
    type: 'BookingLink',
    nullable: true,
    scopes: readLinks,
    description: 'One booking link by id or by slug; null when there is none for you.',
    args: {
      id: t.arg.id({ description: 'Its global id.' }),
      slug: t.arg.string({ description: 'Its slug.' }),
      account: t.arg.id({
        description: 'The account that the slug is of; needed when several of yours have it.',
      }),
    },
    resolve: async (_root, { id, slug, account }, ctx) => {
      if (id != null) {
        const key = keyOf('BookingLink', id)
        return key && may(ctx.viewer, key.accountId, readLinks)
          ? ctx.load('BookingLink', key)
          : null
      }
      if (slug == null) throw badInput('Give "id" or "slug" of the booking link.')
      const within = accountsWithin(ctx.viewer, readLinks)
      const named = account == null ? null : (keyOf('Account', account)?.id ?? '')
      const accounts = named === null ? within : within.filter((each) => each === named)
      const [link, another] = await linksBySlug(ctx.db, accounts, slug)
      if (another) throw badInput(`Several of your accounts have a link "${slug}": name "account".`)
      return link ?? null
    },
  }),
)
