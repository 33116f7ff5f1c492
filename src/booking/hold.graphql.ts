// Hold as the graph shows it, and the mutations that place and release one.

import type { Hold } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { demandIds } from '../graphql/inputs.ts'
import { timeRefusals } from '../graphql/refusals.ts'
import { mutation } from '../graphql/mutations.ts'
import { findable, Node } from '../graphql/node.ts'
import { resourcesOf, staffMembersOf } from './assigned.graphql.ts'
import { maxHoldSeconds, placeHold, releaseHold } from './hold.actions.ts'
import { managerInput, managerOf, slotInput, slotOf } from './slot-input.graphql.ts'

findable('Hold', ['bookings:read'])

const HoldState = builder.enumType('HoldState', {
  description: 'What became of a hold. One that ran out is EXPIRED once that was noticed.',
  values: {
    LIVE: { description: 'Keeps its slot until it expires.' },
    USED: { description: 'Became a booking.' },
    RELEASED: { description: 'Was given up.' },
    EXPIRED: { description: 'Ran out.' },
  } as const,
})

builder.prismaObject('Hold', {
  description: 'A slot or seats kept for somebody for some seconds, before there is a booking.',
  interfaces: [Node],
  scopes: ['bookings:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Hold', row) }),
    state: t.field({
      type: HoldState,
      description: 'What became of it.',
      resolve: (row, _args, ctx) => stateOf(row, ctx.clock.now()),
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When the slot starts.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When the slot ends.' }),
    party: t.exposeInt('partySize', { description: 'For how many heads.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'From then on it keeps nothing.',
    }),
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
      description: 'What it is for. Null when denied.',
      resolve: ({ accountId, serviceId }, _args, ctx) =>
        ctx.load('Service', { accountId, id: serviceId }),
    }),
    staff: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whom it keeps, the lead when several; null for nobody, once used, or denied.',
      resolve: async (row, _args, ctx) => (await staffMembersOf(ctx, ownerOf(row)))[0] ?? null,
    }),
    staffMembers: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'Everybody whom it keeps, the lead first; nobody once used. Null when denied.',
      resolve: (row, _args, ctx) => staffMembersOf(ctx, ownerOf(row)),
    }),
    resources: t.field({
      type: ['Resource'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'What it keeps; nothing once used. Null when denied.',
      resolve: (row, _args, ctx) => resourcesOf(ctx, ownerOf(row)),
    }),
    session: t.field({
      type: 'Session',
      nullable: true,
      scopes: ['services:read'],
      description: 'The session it keeps seats in; null for an appointment.',
      resolve: ({ accountId, sessionId }, _args, ctx) =>
        sessionId ? ctx.load('Session', { accountId, id: sessionId }) : null,
    }),
  }),
})

// Seats are kept in a session, and the session occupies.
export function ownerOf({ accountId, id, sessionId }: Hold) {
  return { accountId, id: sessionId ?? id }
}

export function stateOf({ state, expiresAt }: Hold, now: number): Hold['state'] {
  return state === 'LIVE' && expiresAt.getTime() <= now ? 'EXPIRED' : state
}

mutation('placeHold', {
  description: 'Keeps a slot or seats for some seconds, so that a customer can finish booking.',
  scopes: ['bookings:write'],
  data: 'Hold',
  dataDescription: 'The hold.',
  refusals: [...timeRefusals, 'HOLD_EXPIRED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    ...slotInput(t),
    partySize: t.field({ type: 'PositiveInt', defaultValue: 1, description: 'Heads.' }),
    ttlSeconds: t.int({
      description: `Seconds until it runs out, 1 to ${maxHoldSeconds}; left out, the account's own.`,
    }),
    asManager: managerInput(t),
    replaces: t.id({ description: 'A live hold that is given up for this one, in one step.' }),
    idempotencyKey: t.string({ description: 'Repeating a call with the same key does nothing.' }),
  }),
  resolve: (input, ctx) => {
    const slot = slotOf(input)
    const { accountId } = slot.service
    return placeHold(ctx, {
      ...slot,
      ...managerOf(input),
      partySize: input.partySize ?? 1,
      ttlSeconds: input.ttlSeconds ?? null,
      replaces: input.replaces
        ? (demandIds('Hold', accountId, [input.replaces], 'replaces')[0] ?? null)
        : null,
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

mutation('releaseHold', {
  description: 'Gives a hold up; what it kept is free at once.',
  scopes: ['bookings:write'],
  data: 'Hold',
  dataDescription: 'The hold, released.',
  refusals: ['HOLD_EXPIRED'],
  input: (t) => ({ id: t.id({ required: true, description: 'The hold.' }) }),
  resolve: (input, ctx) => releaseHold(ctx, demandKey('Hold', input.id, 'id')),
})
