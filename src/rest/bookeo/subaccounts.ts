// The other accounts of the owner who approved the application: listed, and the application
// authorized in them by keys of their own.

import { z } from 'zod'
import { Denied, noBody } from '../route.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import { inParts, longestPage, ofParts, partsAsk, partVariables, type Parts } from './parts.ts'
import { bookeoRoute, lang } from './route.ts'

const list = listOf('subaccounts', z.object({}), longestPage)

type Subaccounts = Parts<{ id: string; name: string; installed: boolean }>
type Unseen = { part0: null }

const listSubaccounts = bookeoRoute({
  name: 'listSubaccounts',
  summary: 'List the accounts of the owner',
  description: 'That of the api key is among them. `authorized` is ours.',
  method: 'GET',
  path: '/subaccounts',
  query: list.query,
  document: `query BookeoSubaccounts(${partVariables}) {
    viewer { installation {
      ${inParts(
        (page, totalCount) => `subaccounts(${page}) { ${totalCount} nodes { id name installed } }`,
      )}
    } }
  }`,
  variables: ({ query }) => {
    const { page, size } = list.asked(query)
    return partsAsk(page, size)
  },
  answer: {
    status: 200,
    description: 'The accounts.',
    schema: pageSchema(z.object({ id: z.string(), name: z.string(), authorized: z.boolean() })),
  },
  reply: (
    { viewer: { installation } }: { viewer: { installation: Subaccounts | Unseen } },
    { query },
  ) => {
    if (installation.part0 === null) throw new Denied('The key is not for other accounts.')
    const { nodes, totalCount } = ofParts(installation)
    const data = nodes.map(({ id, name, installed }) => ({ id, name, authorized: installed }))
    return pageOf(data, totalCount, list.asked(query))
  },
  example: {
    answer: onePage({
      id: 'AQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      name: 'Harbour Tours',
      authorized: true,
    }),
  },
})

type Authorized = { authorizeSubaccount: { secret: string } }

const authorizeSubaccount = bookeoRoute({
  name: 'authorizeSubaccount',
  summary: 'Authorize the application in another account of the owner',
  description:
    'With the same permissions but subaccounts_all. A key that the application had there is dead ' +
    'at once. The new one ends with the installation that asks, and whenever the other account ' +
    'uninstalls the application.',
  method: 'POST',
  path: '/subaccounts/:id/apikeys',
  query: z.object(lang),
  before: [
    {
      document: 'query BookeoOwnPermissions { viewer { installation { permissions } } }',
      variables: () => ({}),
    },
  ],
  document: `mutation BookeoAuthorize($input: AuthorizeSubaccountInput!) {
    authorizeSubaccount(input: $input) {
      ... on AuthorizeSubaccountSuccess { secret } ... on Refusal { code message path }
    }
  }`,
  variables: ({ path }, found) => ({
    input: {
      accountId: path['id'],
      permissions: (found.viewer.installation?.permissions as string[] | undefined)?.filter(
        (word) => word !== 'subaccounts_all',
      ),
    },
  }),
  answer: {
    status: 201,
    description: 'The api key; it also ends the address in Location.',
    schema: z.object({ apiKey: z.string() }),
  },
  headers: ({ authorizeSubaccount: { secret } }: Authorized, { path }, base) => ({
    location: `${base}/subaccounts/${path['id']}/apikeys/${secret}`,
  }),
  reply: ({ authorizeSubaccount: { secret } }: Authorized) => ({ apiKey: secret }),
  example: {
    path: { id: 'AQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh' },
    answer: { apiKey: 'sga_…' },
  },
})

const endSubaccount = bookeoRoute({
  name: 'endSubaccount',
  summary: 'End the authorization in another account',
  method: 'DELETE',
  path: '/subaccounts/:id/apikeys/:key',
  query: z.object(lang),
  document: `mutation BookeoEndSubaccount($input: EndSubaccountInput!) {
    endSubaccount(input: $input) {
      ... on EndSubaccountSuccess { __typename } ... on Refusal { code message path }
    }
  }`,
  variables: ({ path }) => ({ input: { accountId: path['id'], apiKey: path['key'] } }),
  answer: { status: 204, description: 'The key is dead.', schema: noBody },
  reply: () => undefined,
  example: {
    path: { id: 'AQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh', key: 'sga_…' },
  },
})

export const subaccountRoutes = [listSubaccounts, authorizeSubaccount, endSubaccount]
