// What holds for every dialect, and the runner's own parts: finding a route, the sentences about
// fields, words for refusals.

import { GraphQLError } from 'graphql'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { refusalCodes } from '../../src/errors.ts'
import { prepare } from '../../src/graphql/documents.ts'
import { dialects } from '../../src/rest/dialects.ts'
import { readInput } from '../../src/rest/input.ts'
import { createMatcher } from '../../src/rest/match.ts'
import { failedBy, refusedBy, replyTo } from '../../src/rest/problems.ts'
import { relentify } from '../../src/rest/relentify/relentify.ts'
import { noBody, route, type Dialect } from '../../src/rest/route.ts'

const routesOf = dialects.flatMap((dialect) =>
  dialect.routes.map((each) => ({ dialect, route: each, name: `${dialect.name} ${each.name}` })),
)

describe('every route', () => {
  it.each(routesOf)('$name asks the graph for what it has', ({ route: { before, document } }) => {
    const texts = [...(before ?? []), { document }].map((step) => step.document)
    expect(texts.some((text) => text !== null)).toBe(true)
    for (const text of texts) if (text !== null) expect(prepare(text).errors).toBeNull()
  })

  it('has a name and an address of its own', () => {
    const names = routesOf.map(({ name }) => name)
    const places = routesOf.map(({ dialect, route: { method, path } }) =>
      [dialect.name, method, path].join(' '),
    )
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(places).size).toBe(places.length)
  })

  it('can be described: its schemas have a form in JSON Schema', () => {
    for (const { route: each } of routesOf) {
      const schemas = [
        z.toJSONSchema(each.query, { io: 'input', unrepresentable: 'throw' }),
        z.toJSONSchema(each.body ?? z.object({}), { io: 'input', unrepresentable: 'throw' }),
      ]
      expect(schemas.map(({ type }) => type)).toEqual(['object', 'object'])
      expect(each.answer.status === 204).toBe(each.answer.schema === noBody)
      if (each.answer.schema !== noBody) {
        z.toJSONSchema(each.answer.schema, { unrepresentable: 'throw' })
      }
    }
  })
})

describe.each(dialects)('the errors of $name', (dialect: Dialect) => {
  it('have 4xx for every refusal, and 5xx only for what is our fault', () => {
    const refusals = refusalCodes.map(
      (code) => replyTo(dialect, null, refusedBy({ code, message: 'Why.', path: null })).status,
    )
    expect(refusals.filter((status) => status < 400 || status > 499)).toEqual([])
    const { INTERNAL, UNAVAILABLE, ...theirs } = dialect.troubles
    expect([INTERNAL.status, UNAVAILABLE.status]).toEqual([500, 503])
    const statuses = Object.values(theirs).map(({ status }) => status)
    expect(statuses.filter((status) => status < 400 || status > 499)).toEqual([])
  })
})

describe('the words of Relentify', () => {
  const create = relentify.routes.find(({ name }) => name === 'createBooking') ?? null
  const said = (code: (typeof refusalCodes)[number], path: string[] | null = null) => {
    const { status, body } = replyTo(relentify, create, refusedBy({ code, message: 'Why.', path }))
    return [status, (body as { error: string }).error]
  }

  it.each([
    ['ROUTING_REJECTED', 403, 'routing_rejected'],
    ['SLOT_TAKEN', 409, 'slot_taken'],
    ['NO_CAPACITY', 409, 'slot_taken'],
    ['LIMIT_REACHED', 409, 'slot_taken'],
    ['OUTSIDE_AVAILABILITY', 409, 'slot_taken'],
    ['TOO_SOON', 409, 'slot_taken'],
    ['TOO_LATE', 409, 'slot_taken'],
    ['VALIDATION_FAILED', 400, 'validation_failed'],
    ['IDEMPOTENCY_CONFLICT', 409, 'idempotency_conflict'],
  ] as const)('for %s are %i %s', (code, status, word) => {
    expect(said(code)).toEqual([status, word])
  })

  it('tell a link that is not there from a staff member who is not', () => {
    expect(said('NOT_FOUND', ['linkId'])).toEqual([404, 'booking_link_not_found'])
    expect(said('NOT_FOUND', ['slug'])).toEqual([404, 'booking_link_not_found'])
    expect(said('NOT_FOUND', ['staffId'])).toEqual([400, 'validation_failed'])
  })
})

describe('errors of the graph', () => {
  const scope = { log: pino({ level: 'silent' }), requestId: 'r-1' }
  const reply = (code: string, extensions = {}) => {
    const error = new GraphQLError('Why.', { extensions: { code, ...extensions } })
    return replyTo(relentify, null, failedBy(error, scope))
  }

  it('by which it asks to wait keep the time', () => {
    expect(reply('RATE_LIMITED', { retryAfterSeconds: 7 })).toEqual({
      status: 429,
      headers: { 'retry-after': '7' },
      body: { error: 'rate_limited', message: 'Why.' },
    })
  })

  it('about its own arguments are not passed on', () => {
    expect(reply('BAD_USER_INPUT')).toEqual({
      status: 400,
      headers: {},
      body: {
        error: 'validation_failed',
        message: 'A value of the request cannot be accepted.',
      },
    })
  })

  it('about a document are our fault and are masked', () => {
    const { status, body } = reply('GRAPHQL_VALIDATION_FAILED')
    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('Why')
  })
})

const plain = (method: 'GET' | 'PUT', path: `/${string}`) =>
  route({
    name: `${method} ${path}`,
    summary: 'A route of the test',
    method,
    path,
    query: z.object({ limit: z.string().optional() }),
    document: '{ __typename }',
    variables: () => ({}),
    answer: { status: 200, description: 'Done.', schema: z.object({}) },
    reply: () => ({}),
  })

describe('the matcher', () => {
  const match = createMatcher([
    plain('GET', '/things'),
    plain('GET', '/things/:id'),
    plain('PUT', '/things/:id/parts/:part'),
  ])

  it.each([
    ['GET', '/things', 'GET /things', {}],
    ['HEAD', '/things/', 'GET /things', {}],
    ['GET', '/things/a%20b', 'GET /things/:id', { id: 'a b' }],
    ['GET', '/things/a%2Fb', 'GET /things/:id', { id: 'a/b' }],
    ['GET', '/things/:id', 'GET /things/:id', { id: ':id' }],
    ['PUT', '/things/1/parts/2', 'PUT /things/:id/parts/:part', { id: '1', part: '2' }],
  ])('finds %s %s', (method, path, name, parts) => {
    const found = match(method, path)
    expect(found.route?.name).toBe(name)
    expect(found).toMatchObject({ path: parts })
  })

  it.each([
    ['GET', '', []],
    ['GET', '/', []],
    ['GET', '/thing', []],
    ['GET', '/things//', []],
    ['GET', '/things/%', []],
    ['GET', '/things/%00', []],
    ['GET', '/things/1/2', []],
    ['POST', '/things', ['GET']],
    ['GET', '/things/1/parts/2', ['PUT']],
  ])('finds no route for %s %j, and says which methods there are', (method, path, methods) => {
    expect(match(method, path)).toEqual({ route: null, methods })
  })
})

describe('the input', () => {
  const read = (body: unknown, query = '') => {
    const spec = {
      ...plain('PUT', '/things/:id'),
      body: z.object({
        name: z.string().min(3, 'has fewer than 3 characters'),
        count: z.int().nullish(),
        parts: z.array(z.object({ id: z.string() })).optional(),
      }),
    }
    const sent = { path: { id: '1' }, query: new URLSearchParams(query), headers: {}, body }
    const found = readInput(spec, sent)
    return 'invalid' in found
      ? [...found.missing, ...found.invalid].map(({ message }) => message)
      : found
  }

  it('is what the schemas name, and nothing else', () => {
    expect(read({ name: 'abc', count: null, other: 1 }, 'limit=5&x=1')).toEqual({
      path: { id: '1' },
      query: { limit: '5' },
      body: { name: 'abc', count: null },
      idempotencyKey: null,
    })
  })

  it.each([
    [{}, ['"name" is missing.']],
    [undefined, ['"name" is missing.']],
    [{ name: null }, ['"name" is missing.']],
    [{ name: '' }, ['"name" is missing.']],
    [{ name: 'ab' }, ['"name" has fewer than 3 characters.']],
    [{ name: ['abc'] }, ['"name" is a list; it has to be a string.']],
    [{ name: 'abc', count: 1.5 }, ['"count" is a number; it has to be a whole number.']],
    [{ name: 'abc', count: '1' }, ['"count" is a string; it has to be a number.']],
    [{ name: 'abc', parts: {} }, ['"parts" is an object; it has to be a list.']],
    [{ name: 'abc', parts: [{ id: '1' }, {}] }, ['"parts[1].id" is missing.']],
    [[], ['The body is a list; it has to be an object.']],
  ])('%j is refused in a sentence', (body, sentences) => {
    expect(read(body)).toEqual(sentences)
  })

  it('takes no parameter twice', () => {
    expect(read({ name: 'abc' }, 'limit=1&limit=2')).toEqual([
      '"limit" is a list; it has to be a string.',
    ])
  })
})
