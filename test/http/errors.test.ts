// Errors as a client sees them: the code of the contract for what the sender did wrong, and a mask
// with the request id for what we did wrong, which is in the log once.
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const account = await makeAccount(app.db)
const { key } = await makeApiKey(app.db, { accountId: account.id })
const { key: narrow } = await makeApiKey(app.db, {
  accountId: account.id,
  scopes: ['accounts:read'],
})

async function ask(
  body: { query: string; variables?: object; operationName?: string },
  accept = 'application/graphql-response+json',
  authorization = `Bearer ${key}`,
) {
  const headers = { 'content-type': 'application/json', accept, authorization }
  const response = await app.post('/graphql', { headers, body: JSON.stringify(body) })
  return { response, body: (await response.json()) as { data?: unknown; errors: unknown[] } }
}

describe('a request that cannot run', () => {
  it.each([
    ['cannot be parsed', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['names a field that there is not', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'names an operation that there is not',
      { query: 'query A { __typename }', operationName: 'B' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'leaves open which operation is meant',
      { query: 'query A { __typename } query B { __typename }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'has a value in it that its scalar refuses',
      { query: '{ accounts(first: "many") { nodes { id } } }' },
      'BAD_USER_INPUT',
    ],
    [
      'has a variable that its scalar refuses',
      {
        query: 'query Q($first: Int) { accounts(first: $first) { nodes { id } } }',
        variables: { first: 'many' },
      },
      'BAD_USER_INPUT',
    ],
    [
      'lacks a variable that it needs',
      { query: 'query Q($id: ID!) { node(id: $id) { id } }' },
      'BAD_USER_INPUT',
    ],
  ])('because it %s is 400 with a code', async (_why, body, code) => {
    const { response, body: answer } = await ask(body)
    expect(response.status).toBe(400)
    expect(answer).not.toHaveProperty('data')
    expect(answer.errors).toEqual([expect.objectContaining({ extensions: { code } })])
  })

  it('gets 200 for a fault of its document when it accepts application/json only', async () => {
    const { response, body } = await ask({ query: '{ nothing }' }, 'application/json')
    expect(response.status).toBe(200)
    expect(body.errors).toHaveLength(1)
  })

  it('gets every fault of its document', async () => {
    const { body } = await ask({ query: '{ one two three }' })
    expect(body.errors).toHaveLength(3)
  })
})

describe('an operation that costs too much', () => {
  it('is refused before anything is read', async () => {
    const nested = 'accounts(first: 100) { nodes { services(first: 100) { nodes { id name } } } }'
    const query = `{ ${[1, 2, 3, 4].map((n) => `a${n}: ${nested}`).join(' ')} }`
    const { body } = await ask({ query })
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'OPERATION_TOO_COMPLEX' } })
  })

  it('is refused when fragments hide its size', async () => {
    const fragments = Array.from(
      { length: 14 },
      (_, n) =>
        `fragment F${n} on ViewerAccountConnection { ` +
        (n === 13 ? 'totalCount' : `...F${n + 1} x${n}: nodes { role } ...F${n + 1}`) +
        ' }',
    )
    const aliases = Array.from({ length: 100 }, (_, n) => `a${n}: accounts { ...F0 }`).join(' ')
    const { body } = await ask({ query: `{ viewer { ${aliases} } } ${fragments.join(' ')}` })
    expect(body.errors[0]).toMatchObject({ extensions: { code: 'OPERATION_TOO_COMPLEX' } })
  })

  it('is refused when it repeats introspection', async () => {
    const query = '{ a: __schema { types { name } } b: __schema { types { name } } }'
    const { body } = await ask({ query })
    expect(body.errors[0]).toMatchObject({
      message: 'A document asks for "__schema" more than once; once is enough.',
    })
  })

  it.each([
    ['{ __schema { types { fields { a: name b: name } } } }', /has no aliases/],
    ['{ __type(name: "Query") { ...T } } fragment T on __Type { other: name }', /has no aliases/],
    [
      `{ ${Array.from({ length: 21 }, (_, n) => `a${n}: __type(name: "Query") { name }`).join(' ')} }`,
      /"__type" more than 20 times/,
    ],
  ])('is refused when it multiplies introspection: %s', async (query, sentence) => {
    const { body } = await ask({ query })
    expect(body.errors[0]).toMatchObject({
      message: expect.stringMatching(sentence),
      extensions: { code: 'OPERATION_TOO_COMPLEX' },
    })
    expect(body.data).toBeUndefined()
  })
})

describe('a field that is denied', () => {
  it('to nobody in particular asks for a credential', async () => {
    expect(await app.graphql(null, '{ accounts { nodes { id } } }')).toEqual({
      data: null,
      errors: [
        {
          message:
            'This needs a credential: send "Authorization: Bearer <API key or access token>".',
          locations: [{ line: 1, column: 3 }],
          path: ['accounts'],
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    })
  })

  it('for want of a scope names the scope', async () => {
    expect(await app.graphql(narrow, '{ services { nodes { id } } }')).toMatchObject({
      errors: [
        {
          path: ['services'],
          extensions: { code: 'FORBIDDEN', requiredScopes: [['services:read']] },
        },
      ],
    })
  })
})

describe('a fault of ours', () => {
  it('is masked, carries the request id, and is logged once without secrets', async () => {
    await app.db.pool.query('ALTER TABLE "Service" RENAME TO "Hidden"')
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      'x-request-id': 'request-1',
    }
    const body = '{"query":"{ services { nodes { id } } }"}'
    const response = await app.post('/graphql', { headers, body })
    await app.db.pool.query('ALTER TABLE "Hidden" RENAME TO "Service"')
    expect(await response.json()).toEqual({
      data: null,
      extensions: { cost: 51 },
      errors: [
        {
          message:
            'Something went wrong on our side. Tell us the request id "request-1" when you report it.',
          locations: [{ line: 1, column: 3 }],
          path: ['services'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' },
        },
      ],
    })
    const logged = app.lines.filter(({ requestId }) => requestId === 'request-1')
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({
      msg: 'an operation failed unexpectedly',
      err: { code: '42P01', message: expect.stringContaining('does not exist') },
    })
    expect(JSON.stringify(logged)).not.toContain(key)
  })
})
