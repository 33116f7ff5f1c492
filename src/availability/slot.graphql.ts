// A free start as the graph shows it, and the service it is asked of.

import { GraphQLError } from 'graphql'
import { may } from '../auth/viewer.ts'
import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { builder } from '../graphql/builder.ts'
import { keyOf } from '../graphql/ids.ts'
import { Money, moneyOf } from '../graphql/money.ts'
import { forbidden } from '../graphql/scopes.ts'
import { formatExactly } from '../time/instant.ts'
import { demandManager } from './as-manager.ts'
import type { Offer } from './availability.data.ts'
import { leastPrice } from './price.ts'

export const readAvailability: readonly Scope[] = ['availability:read']
export const asManagerSentence =
  'What a manager may book: without minimum notice, booking window, party size and daily limits. ' +
  'Needs `availability:write`.'
export const open = 'Part of an answer that was guarded as a whole.'

export const Slot = builder.objectRef<Offer>('Slot').implement({
  description: 'A start that can be booked now.',
  open,
  fields: (t) => ({
    startsAt: t.field({
      type: 'DateTime',
      description: 'When it starts.',
      writes: ({ startsAt }) => `"${formatExactly(startsAt)}"`,
      resolve: ({ startsAt }) => new Date(startsAt),
    }),
    endsAt: t.field({
      type: 'DateTime',
      description: 'When it ends, buffers not included.',
      writes: ({ endsAt }) => `"${formatExactly(endsAt)}"`,
      resolve: ({ endsAt }) => new Date(endsAt),
    }),
    staff: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      complexity: { field: 1, multiplier: 2 },
      description: 'Who is free then, any of whom can be asked for. Null when denied.',
      resolve: async ({ accountId, staffIds }, _args, ctx) => {
        const all = staffIds.map((id) => ctx.load('StaffMember', { accountId, id }))
        return (await Promise.all(all)).filter((member) => member !== null)
      },
    }),
    resource: t.field({
      type: 'Resource',
      nullable: true,
      scopes: ['staff:read'],
      description: 'The first thing that it would occupy; null when it needs none, or when denied.',
      resolve: ({ accountId, resourceIds: [id] }, _args, ctx) =>
        id === undefined ? null : ctx.load('Resource', { accountId, id }),
    }),
    session: t.field({
      type: 'Session',
      nullable: true,
      scopes: ['services:read'],
      description: 'The session of a class; null for an appointment, or when denied.',
      resolve: ({ accountId, sessionId }, _args, ctx) =>
        sessionId === null ? null : ctx.load('Session', { accountId, id: sessionId }),
    }),
    seatsAvailable: t.exposeInt('seatsAvailable', {
      nullable: true,
      writes: ({ seatsAvailable }) => String(seatsAvailable),
      description: 'Seats left in a session; null for an appointment.',
    }),
    price: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      description:
        'What booking it would cost the party that was asked for. Where those who are free cost ' +
        'differently, the least: ask for one of them for theirs. Null when it has none, or denied.',
      resolve: ({ pricing: { facts, heads, leads }, staffIds }) => {
        const leadIds = leads === 'ANY' ? staffIds : staffIds.slice(0, 1)
        return moneyOf(leastPrice(facts, leadIds, heads), facts.account.currency)
      },
    }),
  }),
})

/**
 * The service asked of: absent when out of reach, denied without availability:read there, and to
 * whoever asks as a manager and is none.
 */
export function serviceWithin(
  ctx: Context,
  id: string,
  argument: string,
  asManager: boolean | null = false,
): Key {
  const key = keyOf('Service', id)
  if (!key || !ctx.viewer.grants.has(key.accountId)) throw absent('Service', argument)
  if (!may(ctx.viewer, key.accountId, readAvailability)) throw forbidden(readAvailability)
  demandManager(ctx.viewer, key.accountId, asManager ?? false)
  return key
}

/** A query's argument names nothing that is there for the viewer. */
export function absent(what: string, argument: string): GraphQLError {
  return new GraphQLError(`No ${what} with this id exists.`, {
    extensions: { code: 'NOT_FOUND', argument },
  })
}
