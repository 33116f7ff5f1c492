// Answers that are written at once are those that Yoga writes: status, headers and body.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp({ config: { rateLimit: 1_000_000 } })
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const world = await fillWorld(app.db, accounts.first.id, 'quickdoor')

/** Says the same in words that are looked up nowhere, so that Yoga answers. */
const inOtherWords: Record<string, string> = {
  '*/*': '*/*;q=0.9',
  'application/json': 'application/json;q=0.9',
  'application/graphql-response+json': 'application/graphql-response+json;q=0.9',
  'application/graphql-response+json, application/json':
    'application/graphql-response+json,  application/json',
  'application/graphql-response+json,application/json;q=0.9':
    'application/graphql-response+json, application/json;q=0.9',
  'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json':
    'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
}

async function ask(token: string | null, accept: string, body: object) {
  const headers = {
    'content-type': 'application/json',
    'x-request-id': 'the-same',
    accept,
    ...(token !== null && { authorization: `Bearer ${token}` }),
  }
  const response = await app.post('/graphql', { headers, body: JSON.stringify(body) })
  const text = await response.text()
  const told = Object.fromEntries(response.headers)
  // What is left of the budget is less each time.
  const remaining = Number(told['ratelimit-remaining'])
  for (const name of ['date', 'ratelimit-remaining', 'content-length']) delete told[name]
  const body_ = text.replace(/"remaining":\d+/, '"remaining":0')
  return { status: response.status, told, body: body_, remaining }
}

const booking = encodeId('Booking', {
  accountId: accounts.first.id,
  id: world.rows.Booking[0] ?? '',
})

const asked: [string, object][] = [
  ['a list', { query: '{ bookings(first: 3) { nodes { id startsAt customer { name } } } }' }],
  ['one thing', { query: `{ booking(id: "${booking}") { number price { amount formatted } } }` }],
  ['nothing', { query: '{ __typename }' }],
  [
    'with variables',
    { query: 'query ($n: Int!) { staff(first: $n) { totalCount } }', variables: { n: 2 } },
  ],
  [
    'one of two',
    { query: 'query A { __typename } query B { viewer { kind } }', operationName: 'B' },
  ],
  ['what is denied in part', { query: '{ customers(first: 2) { nodes { name email } } }' }],
  ['what is denied', { query: '{ auditLog { nodes { id } } }' }],
  ['what is refused', { query: '{ bookings(first: 1000) { nodes { id } } }' }],
  ['what is not valid', { query: '{ nonsense }' }],
  [
    'a wrong variable',
    { query: 'query ($n: Int!) { staff(first: $n) { totalCount } }', variables: { n: 'x' } },
  ],
  ['the schema', { query: '{ __schema { queryType { name } } }' }],
  ['what Prisma plans', { query: `{ account(slug: "none") { name } }` }],
]

describe.each(Object.entries(inOtherWords))('accepting %s', (accept, others) => {
  it.each(asked)('%s is answered as Yoga answers', async (_name, body) => {
    for (const token of [tokens.multiAccountAdmin, tokens.frontDesk, tokens.readOnly, null]) {
      const quick = await ask(token, accept, body)
      const usual = await ask(token, others, body)
      expect({ ...quick, remaining: 0 }).toEqual({ ...usual, remaining: 0 })
      // Both were charged.
      expect(usual.remaining).toBeLessThan(quick.remaining)
    }
  })
})
