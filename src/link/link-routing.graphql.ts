// Where a booking link leads, as the graph shows it: its services, its rules, and the way that
// answers would go; and how long and how often it can be used.

import { notFound } from '../errors.ts'
import type { Context } from '../context.ts'
import { poolReader } from '../db/reader.ts'
import type { BookingLink } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { keyOf } from '../graphql/ids.ts'
import { checkAnswers } from './link.ts'
import { isClosed, servicesOf } from './link.data.ts'
import { rulesOf } from './link-terms.data.ts'
import {
  routeBy,
  type RoutingOperator,
  type Routing,
  type RoutingCondition,
  type RoutingRule,
} from './routing.ts'

export const RoutingOperatorEnum = builder.enumType('RoutingOperator', {
  description: 'How an answer is compared.',
  values: {
    IS: { description: "It is this; letters' case does not count." },
    IS_NOT: { description: 'It is something else, or there is none.' },
    CONTAINS: { description: 'A text that contains this.' },
    AT_LEAST: { description: 'A number that is not less.' },
    AT_MOST: { description: 'A number that is not more.' },
    ANSWERED: { description: 'There is an answer.' },
    NOT_ANSWERED: { description: 'There is no answer.' },
  } as const satisfies Record<RoutingOperator, object>,
})

const RoutingConditionType = builder.objectRef<RoutingCondition>('RoutingCondition').implement({
  description: 'What a routing rule wants of one answer.',
  open: 'Part of a link, reached only through it.',
  fields: (t) => ({
    questionId: t.exposeID('questionId', { description: 'Of which question.' }),
    operator: t.expose('operator', {
      type: RoutingOperatorEnum,
      description: 'How it is compared.',
    }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'With what; "yes" or "no" for such a question. Null where nothing is compared.',
    }),
  }),
})

type Led = { accountId: string } & Routing

/** Staff and service of a rule or a route; null where the link leads by itself. */
const leads = {
  staff: ({ accountId, staffIds }: Led, ctx: Context) =>
    staffIds &&
    Promise.all(staffIds.map((id) => ctx.load('StaffMember', { accountId, id }))).then((rows) =>
      rows.filter((row) => row !== null),
    ),
  service: ({ accountId, serviceId }: Led, ctx: Context) =>
    serviceId ? ctx.load('Service', { accountId, id: serviceId }) : null,
}

type OwnRule = RoutingRule & { accountId: string }

const RoutingRuleType = builder.objectRef<OwnRule>('RoutingRule').implement({
  description: 'Where answers lead. Rules are asked in order; the first that fits decides.',
  open: 'Part of a link, reached only through it.',
  fields: (t) => ({
    conditions: t.field({
      type: [RoutingConditionType],
      description: 'All of them have to hold; without any it always fits.',
      resolve: ({ conditions }) => [...conditions],
    }),
    staff: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'Only those of the pool. Null: all of the pool; also null when denied.',
      resolve: (rule, _args, ctx) => leads.staff(rule, ctx),
    }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: "In place of the link's own. Null: as the link says; also null when denied.",
      resolve: (rule, _args, ctx) => leads.service(rule, ctx),
    }),
    reject: t.exposeString('reject', {
      nullable: true,
      description: 'The words in which a booking is refused; null when it is not.',
    }),
  }),
})

const LinkRoute = builder.objectRef<Led>('LinkRoute').implement({
  description: 'Where answers lead.',
  open: 'Part of a link, reached only through it.',
  fields: (t) => ({
    staff: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'Only those of the pool. Null: all of the pool; also null when denied.',
      resolve: (route, _args, ctx) => leads.staff(route, ctx),
    }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: "In place of the link's own. Null: as the link says; also null when denied.",
      resolve: (route, _args, ctx) => leads.service(route, ctx),
    }),
    reject: t.exposeString('reject', {
      nullable: true,
      description: 'The words in which a booking would be refused; null when it would not.',
    }),
  }),
})

/** Where these answers lead; those that cannot be are taken for not given. */
export function routingBy(link: BookingLink, given: object): Routing {
  const { questions, routing } = rulesOf(link)
  const { answers } = checkAnswers(questions, given as Record<string, unknown>)
  return routeBy(routing, answers)
}

/** The row id of a service that the link books; null for none asked. Throws NOT_FOUND. */
export async function askedService(
  link: BookingLink,
  id: string | null | undefined,
  ctx: Context,
): Promise<string | null> {
  if (id == null) return null
  const key = keyOf('Service', id)
  const own = key?.accountId === link.accountId ? await ownServices(link, ctx) : []
  if (!key || !own.includes(key.id)) throw notFound('Service', 'serviceId')
  return key.id
}

const ownServices = ({ accountId, id }: BookingLink, ctx: Context) =>
  batched(ctx, 'BookingLink.services', { accountId, id }, (keys) =>
    servicesOf(poolReader(ctx.db), keys),
  )

builder.prismaObjectFields('BookingLink', (t) => ({
  services: t.field({
    type: ['Service'],
    nullable: true,
    scopes: ['services:read'],
    description:
      'What is booked through it, the first when nobody says otherwise. Null when denied.',
    resolve: async (link, _args, ctx) => {
      const { accountId } = link
      const ids = await ownServices(link, ctx)
      const rows = await Promise.all(ids.map((id) => ctx.load('Service', { accountId, id })))
      return rows.filter((row) => row !== null)
    },
  }),
  routing: t.field({
    type: [RoutingRuleType],
    description: 'Where answers lead, in the order in which it is asked.',
    resolve: (link) => {
      const { accountId } = link
      return rulesOf(link).routing.map((rule) => ({ ...rule, accountId }))
    },
  }),
  route: t.field({
    type: LinkRoute,
    description:
      'Where these answers lead; those that a question does not take count as not given.',
    args: {
      answers: t.arg({ type: 'JSONObject', required: true, description: 'By question id.' }),
    },
    resolve: (link, { answers }) => ({ accountId: link.accountId, ...routingBy(link, answers) }),
  }),
  expiresAt: t.expose('expiresAt', {
    type: 'DateTime',
    nullable: true,
    description: 'From when on nothing is booked through it; null: never.',
  }),
  maxBookings: t.exposeInt('maxBookings', {
    nullable: true,
    description:
      'How many bookings may be made through it, 1 for a link that is used once; null: any.',
  }),
  bookedCount: t.exposeInt('bookedCount', {
    description: 'How many were made through it while their number was limited.',
  }),
  open: t.boolean({
    description:
      'Whether something can be booked through it now: active, not expired, not used up.',
    resolve: (link, _args, ctx) => !isClosed(link, ctx.clock.now()),
  }),
}))
