// What the runner promises every dialect: a route of several steps is one unit, and what carries an
// Idempotency-Key is done once, is answered the same again, and only to who may still see it.
import { beforeAll, describe, expect, it } from 'vitest'
import pino from 'pino'
import { z } from 'zod'
import { encodeId } from '../../src/graphql/ids.ts'
import { relentify } from '../../src/rest/relentify/relentify.ts'
import { route, Unacceptable, type Dialect } from '../../src/rest/route.ts'
import { createRunner, type DialectRunner } from '../../src/rest/runner.ts'
import { viewerOf, isFailure } from '../../src/auth/credential.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'
import { rowCounts } from '../support/ask.ts'

const app = await testApp()

const createCustomer = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
  ... on CreateCustomerSuccess { data { id name email } } ... on Refusal { code message path } } }`

/** Makes a room and then a customer; `second` names the customer, and may be too long. */
const both = route({
  name: 'both',
  summary: 'Makes two things',
  method: 'POST',
  path: '/both',
  query: z.object({}),
  body: z.object({ first: z.string(), second: z.string(), account: z.string() }),
  before: [
    {
      document: `mutation ($input: CreateResourceInput!) { createResource(input: $input) {
        ... on CreateResourceSuccess { data { id } } ... on Refusal { code message path } } }`,
      variables: ({ body }) => ({ input: { accountId: body.account, name: body.first } }),
    },
  ],
  document: createCustomer,
  variables: ({ body: { second, account: own } }) => {
    if (second === 'taken') {
      const fault = { place: 'body', name: 'second', message: '"second" is taken.' } as const
      throw new Unacceptable(fault, 'SLOT_TAKEN')
    }
    if (second === 'nobody') {
      throw new Unacceptable({ place: 'body', name: 'second', message: '"second" is nobody.' })
    }
    return { input: { accountId: own, name: second } }
  },
  answer: {
    status: 201,
    description: 'Made.',
    schema: z.object({ ids: z.array(z.string()), at: z.string() }),
  },
  reply: (data: { createCustomer: { data: { id: string } } }, _input, found, base) => ({
    ids: [found.createResource.data.id, data.createCustomer.data.id],
    at: base,
  }),
})

const one = route({
  name: 'one',
  summary: 'Makes a customer',
  method: 'POST',
  path: '/one',
  query: z.object({}),
  body: z.object({ name: z.string(), account: z.string() }),
  document: createCustomer,
  variables: ({ body: { name, account } }) => ({
    input: { accountId: account, name, email: 'one@example.com' },
  }),
  answer: { status: 201, description: 'Made.', schema: z.object({}).loose() },
  headers: ({ createCustomer: { data } }, _input, base) => ({ location: `${base}/${data.id}` }),
  reply: (data: { createCustomer: { data: { id: string } } }) => data.createCustomer.data,
})

const dialect: Dialect = { ...relentify, name: 'tried', mounts: ['/tried'], routes: [both, one] }

let account: string
let accountId: string
let run: DialectRunner

beforeAll(async () => {
  accountId = (await makeAccount(app.db, { name: 'Steps' })).id
  account = encodeId('Account', { accountId, id: accountId })
  run = createRunner(dialect, {
    services: app.app.services,
    identify: async (authorization) => {
      const found = await viewerOf(app.db, authorization, app.clock.now())
      return isFailure(found) ? found : found.viewer
    },
  })
})

const newKey = (scopes?: Parameters<typeof makeApiKey>[1]['scopes']) =>
  makeApiKey(app.db, { accountId, ...(scopes && { scopes }) })

function ask(key: string, path: string, body: object, idempotencyKey?: string) {
  return run({
    method: 'POST',
    mount: '/tried',
    path,
    query: new URLSearchParams(),
    headers: {
      authorization: `Bearer ${key}`,
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    contentType: 'application/json',
    readBody: async () => ({ text: JSON.stringify({ ...body, account }) }),
    requestId: 'the request',
    address: null,
    log: pino({ level: 'silent' }),
  })
}

describe('a route of several steps', () => {
  it('does all of them, and tells each what was found before', async () => {
    const { key } = await newKey()
    const { status, body } = await ask(key, '/both', { first: 'Room 1', second: 'Ada' })
    expect(status).toBe(201)
    const { ids, at } = body as { ids: string[]; at: string }
    expect(new Set(ids).size).toBe(2)
    expect(at).toMatch(/^http:.*\/tried$/)
    const { data } = await app.graphql(key, `{ nodes(ids: ${JSON.stringify(ids)}) { __typename } }`)
    expect(data.nodes).toEqual([{ __typename: 'Resource' }, { __typename: 'Customer' }])
  })

  it('keeps nothing when the last one is refused: no row and no event', async () => {
    const { key } = await newKey()
    const before = await rowCounts(app)
    const { status } = await ask(key, '/both', { first: 'Room 2', second: 'x'.repeat(5000) })
    expect(status).toBe(400)
    expect(await rowCounts(app)).toEqual(before)
  })

  it('keeps nothing either when it says itself that a field cannot be accepted', async () => {
    const { key } = await newKey()
    const before = await rowCounts(app)
    const { status, body } = await ask(key, '/both', { first: 'Room 3', second: 'nobody' })
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: 'validation_failed', message: '"second" is nobody.', field: 'second' },
    })
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('a route that refuses a field', () => {
  it('may do so as the graph refuses, in the words of the dialect', async () => {
    const { key } = await newKey()
    const before = await rowCounts(app)
    const { status, body } = await ask(key, '/both', { first: 'Room 4', second: 'taken' })
    expect({ status, body }).toEqual({
      status: 409,
      body: { error: 'slot_taken', message: '"second" is taken.' },
    })
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('an Idempotency-Key', () => {
  const customers = () => app.db.prisma.customer.count({ where: { accountId } })

  it('repeated gives the first answer again, headers too, and does nothing more', async () => {
    const { key } = await newKey()
    const first = await ask(key, '/one', { name: 'Once' }, 'k-1')
    const made = await customers()
    const again = await ask(key, '/one', { name: 'Once' }, 'k-1')
    expect(first.status).toBe(201)
    expect(again).toEqual(first)
    expect(first.headers?.['location']).toContain('/tried/')
    expect(await customers()).toBe(made)
  })

  it('is one effect when sixteen send it at once', async () => {
    const { key } = await newKey()
    const before = await customers()
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => ask(key, '/one', { name: 'Crowd' }, 'k-2')),
    )
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await customers()).toBe(before + 1)
  })

  it('with another body, or for another route, is refused', async () => {
    const { key } = await newKey()
    await ask(key, '/one', { name: 'First' }, 'k-3')
    const other = await ask(key, '/one', { name: 'Second' }, 'k-3')
    const elsewhere = await ask(key, '/both', { first: 'A', second: 'B' }, 'k-3')
    for (const { status, body } of [other, elsewhere]) {
      expect([status, (body as { error: string }).error]).toEqual([409, 'idempotency_conflict'])
    }
  })

  it('is not used up by a refusal, and another caller may use the same', async () => {
    const [{ key }, { key: another }] = [await newKey(), await newKey()]
    expect((await ask(key, '/one', { name: 'x'.repeat(5000) }, 'k-4')).status).toBe(400)
    expect((await ask(key, '/one', { name: 'Good' }, 'k-4')).status).toBe(201)
    expect((await ask(another, '/one', { name: 'Other' }, 'k-4')).status).toBe(201)
  })

  it('says nothing again that its caller may not see any more', async () => {
    const { key, id } = await newKey()
    expect((await ask(key, '/one', { name: 'Seen' }, 'k-5')).status).toBe(201)
    await app.db.prisma.apiKey.update({
      where: { accountId_id: { accountId, id } },
      data: { scopes: ['customers:write', 'customers:read'] },
    })
    const { status, body } = await ask(key, '/one', { name: 'Seen' }, 'k-5')
    expect(status).toBe(409)
    expect(JSON.stringify(body)).not.toContain('one@example.com')
  })

  it('keeps nothing readable in the database', async () => {
    const { key } = await newKey()
    await ask(key, '/one', { name: 'Hidden Person' }, 'k-6')
    const rows = await app.db.prisma.idempotencyKey.findMany({ where: { key: 'k-6' } })
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toMatch(/Hidden|example\.com/)
  })
})
