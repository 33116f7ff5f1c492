// What the gateway is measured beside: servers of their own packages, which are installed when they
// are first asked for, and how each is asked for the same.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encodeId } from '../../src/graphql/ids.ts'
import { graphqlCall, type Call } from './load.ts'

const folder = join(import.meta.dirname, '../peers')

/** Once; the gateway itself needs none of it. */
export function installPeers(): void {
  if (existsSync(join(folder, 'node_modules'))) return
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' })
}

/** Scripts as seen from bench/servers. */
export const scripts = {
  raw: 'raw.ts',
  slotgraph: 'slotgraph.ts',
  postgraphile: '../peers/postgraphile.mjs',
  mercurius: '../peers/mercurius.mjs',
  'yoga + prisma': 'yoga-prisma.ts',
} as const

export type Name = keyof typeof scripts

export type Work = { title: string; calls: Partial<Record<Name, Call>> }

export type Facts = {
  token: string
  accountIds: string[]
  bookingId: string
  /** Behind which the deep page begins: a cursor of the gateway's list. */
  deepCursor: string
}

const names = 'customer { name } staff { name } service { name }'
const row = `id startsAt status ${names}`
/** As PostGraphile calls the same. */
const inWords = `rowId startsAt status
  customer: customerByAccountIdAndCustomerId { name }
  staff: staffMemberByAccountIdAndStaffId { name }
  service: serviceByAccountIdAndServiceId { name }`

const latest = 'orderBy: { field: STARTS_AT, direction: DESC }'

export function worksOf({ token, accountIds, bookingId, deepCursor }: Facts): Work[] {
  const [first = ''] = accountIds
  const account = encodeId('Account', { accountId: first, id: first })
  const ours = (query: string, variables: object = {}) => graphqlCall(token, query, variables)
  const peer = (query: string, variables: object = {}): Call => ({
    path: '/graphql',
    headers: {},
    body: JSON.stringify({ query, variables }),
  })
  const page = `query ($accounts: [ID!], $after: String) {
    bookings(accounts: $accounts, first: 50, after: $after, ${latest}) { nodes { ${row} } } }`
  const list = `query ($accounts: [ID!]!) { bookings(accounts: $accounts, first: 50) { ${row} } }`
  const pageOf = (alias: string, id: string) => `${alias}: allBookings(first: 50,
    condition: { accountId: "${id}" }, orderBy: [STARTS_AT_DESC, ROW_ID_DESC]) { nodes { ${inWords} } }`
  const raw = (accounts: string[]): Call => ({
    path: '/list',
    headers: {},
    body: JSON.stringify(accounts),
  })
  const one = [first]
  const id = encodeId('Booking', { accountId: first, id: bookingId })
  return [
    {
      title: '50 bookings of one account, three names each',
      calls: {
        raw: raw(one),
        slotgraph: ours(page, { accounts: [account] }),
        postgraphile: peer(`{ ${pageOf('list', first)} }`),
        mercurius: peer(list, { accounts: one }),
        'yoga + prisma': peer(list, { accounts: one }),
      },
    },
    {
      title: 'the same over 20 accounts',
      calls: {
        raw: raw(accountIds),
        slotgraph: ours(page),
        // It has no list over some accounts: one for each, which its client has to merge.
        postgraphile: peer(`{ ${accountIds.map((each, n) => pageOf(`a${n}`, each)).join(' ')} }`),
        mercurius: peer(list, { accounts: accountIds }),
        'yoga + prisma': peer(list, { accounts: accountIds }),
      },
    },
    {
      title: 'page 100 of that one account (50 each)',
      calls: {
        slotgraph: ours(page, { accounts: [account], after: deepCursor }),
      },
    },
    {
      title: '20 customers with their last 5 bookings',
      calls: {
        slotgraph: ours(
          `query ($accounts: [ID!]) { customers(accounts: $accounts, first: 20) {
          nodes { id name bookings(last: 5) { nodes { ${row} } } } } }`,
          { accounts: [account] },
        ),
        postgraphile: peer(`{ allCustomers(first: 20, condition: { accountId: "${first}" },
          orderBy: [NAME_ASC, ROW_ID_ASC]) { nodes { rowId name
          bookingsByAccountIdAndCustomerId(last: 5, orderBy: [STARTS_AT_ASC, ROW_ID_ASC]) {
          nodes { ${inWords} } } } } }`),
        mercurius: peer(
          `query ($id: ID!) { customers(account: $id, first: 20) { id name
          bookings(last: 5) { ${row} } } }`,
          { id: first },
        ),
        'yoga + prisma': peer(
          `query ($id: ID!) { customers(account: $id, first: 20) { id name
          bookings(last: 5) { ${row} } } }`,
          { id: first },
        ),
      },
    },
    {
      title: 'one booking by its id',
      calls: {
        slotgraph: ours(`query ($id: ID!) { booking(id: $id) { ${row} } }`, { id }),
        postgraphile: peer(
          `query ($a: UUID!, $id: UUID!) {
          bookingByAccountIdAndRowId(accountId: $a, rowId: $id) { ${inWords} } }`,
          {
            a: first,
            id: bookingId,
          },
        ),
        mercurius: peer(`query ($a: ID!, $id: ID!) { booking(account: $a, id: $id) { ${row} } }`, {
          a: first,
          id: bookingId,
        }),
        'yoga + prisma': peer(
          `query ($a: ID!, $id: ID!) { booking(account: $a, id: $id) { ${row} } }`,
          { a: first, id: bookingId },
        ),
      },
    },
    {
      title: '{ __typename }',
      calls: {
        slotgraph: ours('{ __typename }'),
        postgraphile: peer('{ __typename }'),
        mercurius: peer('{ __typename }'),
        'yoga + prisma': peer('{ __typename }'),
      },
    },
  ]
}
