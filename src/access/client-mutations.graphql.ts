// The mutations that make, change and delete API clients, and give them another secret.

import { invalid, notFound } from '../errors.ts'
import { demandKey, nowhere } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import {
  createApiClient,
  deleteApiClient,
  regenerateApiClientSecret,
  updateApiClient,
} from './client.actions.ts'

const name = { description: 'Name for people, at most 200 characters.' }
const description = { description: 'What it is for, at most 2,000 characters.' }
const secretDescription = 'The `client_secret` for the token endpoint.'

mutation('createApiClient', {
  description:
    'Makes an OAuth client of yours, for chosen accounts or all that you administer. Give either ' +
    '`accountIds` or `allAccounts`. It gets no scope that you do not hold in each of them yourself.',
  scopes: ['clients:write'],
  data: 'ApiClient',
  dataDescription: 'The new client.',
  secretDescription,
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    name: t.string({ required: true, ...name }),
    description: t.string(description),
    scopes: t.stringList({
      required: true,
      description: 'What its tokens may have at most, such as `bookings:read`.',
    }),
    accountIds: t.idList({
      description:
        'The accounts that it is for, at most 500; you must be an administrator of each.',
    }),
    allAccounts: t.boolean({
      description:
        'True for every account that you administer, also later ones. A signed-in person may ' +
        'choose this, and a client that has it itself.',
    }),
    idempotencyKey: t.string({
      description:
        'Said again within 24 hours, gives the first answer and does nothing more; but the secret ' +
        'is not stored, so it is null then: regenerate it if the first answer was lost.',
    }),
  }),
  resolve: ({ idempotencyKey, name, description, scopes, ...input }, ctx) => {
    const accountIds = accountsIn(input)
    if (!accountIds) throw invalid(['accountIds'], 'Give "accountIds" or "allAccounts".')
    const terms = {
      name,
      description: description || null,
      scopes: [...new Set(scopes)],
      accountIds,
    }
    return createApiClient(ctx, terms, idempotencyKey)
  },
})

mutation('updateApiClient', {
  description:
    'Changes a client of yours. What is left out stays. Its tokens have what changed with their ' +
    'next request; what is added needs scopes that you hold there yourself.',
  scopes: ['clients:write'],
  data: 'ApiClient',
  dataDescription: 'The client as it is now.',
  input: (t) => ({
    id: t.id({ required: true, description: 'The client.' }),
    name: t.string(name),
    description: t.string({ description: `${description.description} Null clears it.` }),
    scopes: t.stringList({ description: 'All that its tokens may have from now on.' }),
    accountIds: t.idList({
      description:
        'All accounts, of those that you reach, that it is for from now on. Those you do not reach ' +
        'stay as they are.',
    }),
    allAccounts: t.boolean({
      description: 'True for every account that you administer; to choose, give `accountIds`.',
    }),
  }),
  resolve: ({ id, accountIds, allAccounts, ...input }, ctx) => {
    const { description, scopes, ...given } = givenFields(input, ['description'])
    const accounts = accountsIn({ accountIds, allAccounts })
    return updateApiClient(ctx, clientId(id), {
      ...given,
      ...(description !== undefined && { description: description || null }),
      ...(scopes && { scopes: [...new Set(scopes)] }),
      ...(accounts && { accountIds: accounts }),
    })
  },
})

mutation('regenerateApiClientSecret', {
  description:
    'Gives a client of yours another secret. The old one and every token are dead at once. Needs ' +
    'a credential that holds whatever the client may do, wherever it reaches.',
  scopes: ['clients:write'],
  data: 'ApiClient',
  dataDescription: 'The client.',
  secretDescription,
  input: (t) => ({ id: t.id({ required: true, description: 'The client.' }) }),
  resolve: ({ id }, ctx) => regenerateApiClientSecret(ctx, clientId(id)),
})

mutation('deleteApiClient', {
  description: 'Deletes a client of yours. Its tokens are dead with their next request.',
  scopes: ['clients:write'],
  data: 'ApiClient',
  dataDescription: 'The client as it was.',
  input: (t) => ({ id: t.id({ required: true, description: 'The client.' }) }),
  resolve: ({ id }, ctx) => deleteApiClient(ctx, clientId(id)),
})

function clientId(text: string): string {
  const { accountId, id } = demandKey('ApiClient', text, 'id')
  if (accountId !== nowhere) throw notFound('ApiClient', 'id')
  return id
}

type Accounts = { accountIds?: readonly string[] | null; allAccounts?: boolean | null }

function accountsIn({ accountIds, allAccounts }: Accounts): string[] | 'ALL' | null {
  if (allAccounts && accountIds) {
    throw invalid(['allAccounts'], 'Give "accountIds" or "allAccounts", not both.')
  }
  if (allAccounts) return 'ALL'
  if (allAccounts === false && !accountIds) {
    throw invalid(['accountIds'], 'Where it is not for all accounts, give "accountIds".')
  }
  const keys = accountIds?.map((id) => demandKey('Account', id, 'accountIds').accountId)
  return keys ? [...new Set(keys)] : null
}
