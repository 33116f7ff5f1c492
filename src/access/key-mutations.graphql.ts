// The mutations that make, change, rotate and revoke API keys.

import { demandKey } from '../graphql/ids.ts'
import { givenFields, instantOf } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { createApiKey, revokeApiKey, rotateApiKey, updateApiKey } from './key.actions.ts'

const name = { description: 'Name for people, at most 200 characters.' }
const secretDescription = 'The whole key, for `Authorization: Bearer`.'

mutation('createApiKey', {
  description:
    'Makes an API key of one account. It acts in your name, with scopes that you hold in the ' +
    'account yourself and no others.',
  scopes: ['clients:write'],
  data: 'ApiKey',
  dataDescription: 'The new key.',
  secretDescription,
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The only account that it reaches.' }),
    name: t.string({ required: true, ...name }),
    scopes: t.stringList({
      required: true,
      description: 'What it may do, such as `bookings:read`; each of them you must hold here.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'From when on it is refused; left out, never.',
    }),
    idempotencyKey: t.string({
      description:
        'Said again within 24 hours, gives the first answer and does nothing more; but the secret ' +
        'is not stored, so it is null then: rotate the key if the first answer was lost.',
    }),
  }),
  resolve: ({ accountId, idempotencyKey, name, scopes, expiresAt }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    const until = expiresAt ? instantOf(expiresAt, 'expiresAt') : null
    const input = { name, scopes: [...new Set(scopes)], expiresAt: until }
    return createApiKey(ctx, account.id, input, idempotencyKey)
  },
})

mutation('updateApiKey', {
  description:
    'Changes name, expiry or scopes of an API key. Scopes can be taken away only. What is left ' +
    'out stays.',
  scopes: ['clients:write'],
  data: 'ApiKey',
  dataDescription: 'The key as it is now.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The key.' }),
    name: t.string(name),
    scopes: t.stringList({ description: 'All that it keeps; none that it does not have.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'From when on; null for never.' }),
  }),
  resolve: ({ id, ...input }, ctx) => {
    const key = demandKey('ApiKey', id, 'id')
    const { expiresAt, scopes, ...given } = givenFields(input, ['expiresAt'])
    return updateApiKey(ctx, key, {
      ...given,
      ...(scopes && { scopes: [...new Set(scopes)] }),
      ...(expiresAt !== undefined && {
        expiresAt: expiresAt && instantOf(expiresAt, 'expiresAt'),
      }),
    })
  },
})

mutation('rotateApiKey', {
  description:
    'Gives an API key another secret; id, scopes and what it has done stay its own. The secret ' +
    'before goes on for a while, one from before that is dead at once. For whoever made the key ' +
    'only, because it acts in that name, and by a credential that holds all its scopes.',
  scopes: ['clients:write'],
  data: 'ApiKey',
  dataDescription: 'The key as it is now.',
  secretDescription,
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The key.' }),
    overlapSeconds: t.int({
      description:
        'How long the secret before goes on: 0 (dead at once) to 604800 (7 days); a day (86400) ' +
        'when left out.',
    }),
  }),
  resolve: ({ id, overlapSeconds }, ctx) =>
    rotateApiKey(ctx, demandKey('ApiKey', id, 'id'), overlapSeconds ?? undefined),
})

mutation('revokeApiKey', {
  description:
    'Ends an API key for good, both secrets at once, whoever made it. Twice is once. What listens ' +
    'by it hears nothing more.',
  scopes: ['clients:write'],
  data: 'ApiKey',
  dataDescription: 'The key, revoked.',
  input: (t) => ({ id: t.id({ required: true, description: 'The key.' }) }),
  resolve: ({ id }, ctx) => revokeApiKey(ctx, demandKey('ApiKey', id, 'id')),
})
