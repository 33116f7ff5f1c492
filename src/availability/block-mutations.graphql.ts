// The mutations of blocks.

import { decodeId, demandKey } from '../graphql/ids.ts'
import { demandIds, givenFields, instantOf } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { createBlock, deleteBlock, updateBlock } from './block.actions.ts'

mutation('createBlock', {
  description:
    'Takes time of staff members and resources (all units), who then cannot be booked. Refused ' +
    '(SLOT_TAKEN) when some of it is booked, held or blocked already.',
  scopes: ['availability:write'],
  data: 'Block',
  dataDescription: 'The new block.',
  refusals: ['SLOT_TAKEN', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    staffIds: t.idList({ description: 'Whose time; all of one account.' }),
    resourceIds: t.idList({ description: 'What; all of the same account.' }),
    startsAt: t.field({ type: 'DateTime', required: true, description: 'From when.' }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'Until when, at most 366 days later.',
    }),
    reason: t.string({ description: 'Why, for people.' }),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ idempotencyKey, ...input }, ctx) => {
    const staffIds = input.staffIds ?? []
    const resourceIds = input.resourceIds ?? []
    // The first one says which account this is about; the others have to be of it.
    const accountId = decodeId(staffIds[0] ?? resourceIds[0] ?? '')?.accountId
    return createBlock(
      ctx,
      accountId,
      {
        staffIds: demandIds('StaffMember', accountId ?? '', staffIds, 'staffIds'),
        resourceIds: demandIds('Resource', accountId ?? '', resourceIds, 'resourceIds'),
        startsAt: instantOf(input.startsAt, 'startsAt'),
        endsAt: instantOf(input.endsAt, 'endsAt'),
        reason: input.reason ?? null,
      },
      idempotencyKey,
    )
  },
})

mutation('updateBlock', {
  description:
    'Changes a block. What is left out stays; staffIds and resourceIds replace whom and what it ' +
    'takes. Refused (SLOT_TAKEN), and as it was, when some of the time is taken by others.',
  scopes: ['availability:write'],
  data: 'Block',
  dataDescription: 'The block as it is now.',
  refusals: ['SLOT_TAKEN', 'VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The block.' }),
    staffIds: t.idList({ description: 'Whose time; all of its account.' }),
    resourceIds: t.idList({ description: 'What; all of its account.' }),
    startsAt: t.field({ type: 'DateTime', description: 'From when.' }),
    endsAt: t.field({ type: 'DateTime', description: 'Until when, at most 366 days later.' }),
    reason: t.string({ description: 'Why, for people; null clears it.' }),
    expectedVersion: t.int({ description: 'Refuse unless the block has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('Block', id, 'id')
    const { accountId } = key
    const { startsAt, endsAt, staffIds, resourceIds, reason } = givenFields(input, ['reason'])
    return updateBlock(
      ctx,
      key,
      {
        ...(startsAt && { startsAt: instantOf(startsAt, 'startsAt') }),
        ...(endsAt && { endsAt: instantOf(endsAt, 'endsAt') }),
        ...(staffIds && { staffIds: demandIds('StaffMember', accountId, staffIds, 'staffIds') }),
        ...(resourceIds && {
          resourceIds: demandIds('Resource', accountId, resourceIds, 'resourceIds'),
        }),
        ...(reason !== undefined && { reason }),
      },
      expectedVersion,
    )
  },
})

mutation('deleteBlock', {
  description: 'Takes a block away: its time can be booked again.',
  scopes: ['availability:write'],
  data: 'Block',
  dataDescription: 'The block as it was.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The block.' }),
    expectedVersion: t.int({ description: 'Refuse unless the block has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    deleteBlock(ctx, demandKey('Block', id, 'id'), expectedVersion),
})
