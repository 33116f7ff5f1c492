// The mutations of seats that are set aside.

import { demandKey } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { createSeatBlock, deleteSeatBlock, updateSeatBlock } from './seat-block.actions.ts'

mutation('createSeatBlock', {
  description:
    'Sets seats of a session aside, so that nobody books them. Refused (NO_CAPACITY) when fewer are ' +
    'free: what is booked or held stays so.',
  scopes: ['availability:write'],
  data: 'SeatBlock',
  dataDescription: 'The seats set aside.',
  refusals: ['NO_CAPACITY', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    sessionId: t.id({ required: true, description: 'Whose seats.' }),
    seats: t.field({ type: 'PositiveInt', required: true, description: 'How many.' }),
    reason: t.string({ description: 'Why, for people.' }),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ sessionId, seats, reason = null, idempotencyKey }, ctx) => {
    const session = demandKey('Session', sessionId, 'sessionId')
    return createSeatBlock(ctx, session, { seats, reason }, idempotencyKey)
  },
})

mutation('updateSeatBlock', {
  description: 'Sets more or fewer seats of the same session aside. What is left out stays.',
  scopes: ['availability:write'],
  data: 'SeatBlock',
  dataDescription: 'The seats set aside, as they are now.',
  refusals: ['NO_CAPACITY', 'VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The seats set aside.' }),
    seats: t.field({ type: 'PositiveInt', description: 'How many from now on.' }),
    reason: t.string({ description: 'Why, for people; null clears it.' }),
    expectedVersion: t.int({ description: 'Refuse unless they have this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('SeatBlock', id, 'id')
    return updateSeatBlock(ctx, key, givenFields(input, ['reason']), expectedVersion)
  },
})

mutation('deleteSeatBlock', {
  description: 'Gives seats that were set aside back: they can be booked again.',
  scopes: ['availability:write'],
  data: 'SeatBlock',
  dataDescription: 'The seats set aside, as they were.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The seats set aside.' }),
    expectedVersion: t.int({ description: 'Refuse unless they have this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    deleteSeatBlock(ctx, demandKey('SeatBlock', id, 'id'), expectedVersion),
})
