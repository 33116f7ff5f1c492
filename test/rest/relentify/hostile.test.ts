// What a client should not send: every answer is 4xx in the dialect's own form, names the field,
// and changes nothing.

import { request } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { relentify } from '../../../src/rest/relentify/relentify.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { caller } from '../support/calling.ts'
import { withstands } from '../support/hostile.ts'
import { base, call, openSalon, type Answered, type Salon } from './relentify-world.ts'

const app = await testApp()
let salon: Salon
let before: Record<string, number>
/** A booking of another account. */
let foreign: string

const errorBody = z.strictObject({
  error: z.string(),
  message: z.string(),
  field: z.string().optional(),
})

beforeAll(async () => {
  salon = await openSalon(app)
  const other = await openSalon(app, { questions: [] })
  const made = await call(app, other.key, '/bookings', {
    body: { ...body(), answers: [], booking_link_id: other.linkId },
  })
  foreign = made.body.data.id
  before = await rowCounts(app)
})

const body = () => ({
  booking_link_id: salon.linkId,
  contact_name: 'Alice Example',
  contact_email: 'alice@example.com',
  start_time: '2026-03-03T10:00:00Z',
  answers: [{ question_id: 'interest', answer: 'Cut' }] as unknown,
})

/** Status and code of an error in the dialect's own form; anything else fails. */
function problemOf({ status, body: answer }: Answered): [number, string] {
  const members = Object.keys(answer).filter((name) => name !== 'field')
  expect(members).toEqual(['error', 'message'])
  expect(answer.message).toMatch(/\.$/)
  expect(answer.message).not.toMatch(/input|variable|\$|GraphQL|Prisma|zod/)
  return [status, answer.error]
}

const wrongKinds: [string, unknown][] = [
  ['a number', 7],
  ['true', true],
  ['a list', ['x']],
  ['an object', { not: '' }],
  ['a nested list', [[[{}]]]],
]

const fields = [
  'booking_link_id',
  'slug',
  'contact_name',
  'contact_email',
  'start_time',
  'contact_phone',
  'notes',
  'service_id',
  'staff_id',
  'client_timezone',
]

describe('a field of another type', () => {
  const cases = fields.flatMap((field) =>
    wrongKinds.map(([kind, value]) => [field, kind, value] as const),
  )

  it.each(cases)('%s as %s', async (field, _kind, value) => {
    const answer = await call(app, salon.key, '/bookings', { body: { ...body(), [field]: value } })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe(field)
  })

  it.each([
    ['text', 'answers'],
    [{ interest: 'Cut' }, 'answers'],
    [['Cut'], 'answers[0]'],
    [[{ question_id: 7, answer: 'Cut' }], 'answers[0].question_id'],
    [[{ question_id: 'interest', answer: { not: '' } }], 'answers[0].answer'],
    [[{ question_id: 'interest', answer: ['Cut'] }], 'answers[0].answer'],
    [Array(101).fill({ question_id: 'interest', answer: 'Cut' }), 'answers'],
    [Array(2).fill({ question_id: 'interest', answer: 'Cut' }), 'answers'],
    [[{ question_id: 'toString', answer: 'Cut' }], 'answers'],
    [[{ question_id: '__proto__', answer: 'Cut' }], 'answers'],
    [[{ question_id: 'interest', answer: 'Perm' }], 'answers'],
  ])('answers as %j', async (answers, field) => {
    const answer = await call(app, salon.key, '/bookings', { body: { ...body(), answers } })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe(field)
  })

  it('a required one that is null or blank is missing', async () => {
    for (const value of [null, '', '   ']) {
      const sent = { ...body(), contact_name: value }
      const answer = await call(app, salon.key, '/bookings', { body: sent })
      expect(problemOf(answer)).toEqual([400, 'missing_field'])
      expect(answer.body.field).toBe('contact_name')
    }
  })

  it('an optional one that is null is left out', async () => {
    const optional = Object.fromEntries(fields.slice(5).map((name) => [name, null]))
    const sent = { ...body(), ...optional, slug: null }
    const answer = await call(app, salon.key, '/bookings?test_mode=true', { body: sent })
    expect(answer.status).toBe(201)
  })
})

describe('a text', () => {
  it.each(['booking_link_id', 'contact_name', 'notes', 'staff_id', 'service_id', 'contact_phone'])(
    'with a control character or half a character in %s',
    async (field) => {
      for (const value of ['a\u0000b', 'a\u001bb', 'a\u007f', '\ud800']) {
        const sent = { ...body(), [field]: value }
        const answer = await call(app, salon.key, '/bookings', { body: sent })
        expect(problemOf(answer)).toEqual([400, 'validation_failed'])
        expect(answer.body.field).toBe(field)
      }
    },
  )

  it.each([
    ['contact_name', 201],
    ['contact_email', 255],
    ['contact_phone', 51],
    ['notes', 5001],
    ['booking_link_id', 256],
    ['client_timezone', 65],
  ])('too long for %s', async (field, length) => {
    const sent = { ...body(), [field]: 'x'.repeat(length) }
    const answer = await call(app, salon.key, '/bookings', { body: sent })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe(field)
  })

  it.each([
    'alice',
    'alice@',
    '@example.com',
    'a b@example.com',
    'alice@example.com\nbcc: b@example.com',
  ])('that is no e-mail address: %j', async (contact_email) => {
    const answer = await call(app, salon.key, '/bookings', { body: { ...body(), contact_email } })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe('contact_email')
  })

  it.each([
    'tomorrow',
    '2026-03-03',
    '2026-03-03T10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-03-03T25:00:00Z',
    '2026-03-03T10:00:00+99:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59-12:00',
    '+275760-09-13T00:00:00Z',
    '1772532000',
  ])('that is no time to book: %j', async (start_time) => {
    const answer = await call(app, salon.key, '/bookings', { body: { ...body(), start_time } })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe('start_time')
  })

  it.each(['Mars/Olympus', 'Europe', '../etc', 'GMT+25'])('that is no zone: %j', async (zone) => {
    const sent = { ...body(), client_timezone: zone }
    const answer = await call(app, salon.key, '/bookings', { body: sent })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe('client_timezone')
  })
})

describe('a query', () => {
  it.each([
    ['date=2026-02-30', 'date'],
    ['date=tomorrow', 'date'],
    ['date=0000-00-00', 'date'],
    ['date=1969-12-31', 'date'],
    ['date=2200-01-01', 'date'],
    ['date=2026-03-03T00:00:00Z', 'date'],
    ['date=2026-03-03&date=2026-03-04', 'date'],
    ['date=2026-03-03&slug=other', 'slug'],
    ['date=2026-03-03&booking_link_id=a%00b', 'booking_link_id'],
    ['date=2026-03-03&test_mode=yes', 'test_mode'],
  ])('%s', async (query, field) => {
    const path = `/availability?slug=${salon.slug}&${query}`
    const answer = await call(app, salon.key, path)
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe(field)
  })

  it.each(['slug=%FF%FE', 'slug=%', `slug=${'x'.repeat(255)}`, "slug=' OR 1=1 --", 'slug=%25'])(
    'of a link that cannot be: %s',
    async (query) => {
      const answer = await call(app, salon.key, `/availability?${query}&date=2026-03-03`)
      expect(problemOf(answer)).toEqual([404, 'booking_link_not_found'])
    },
  )
})

describe('a body', () => {
  const send = (raw: string, headers = {}) =>
    call(app, salon.key, '/bookings', { method: 'POST', raw, headers })

  it.each(['{', '{"a":}', 'contact_name=Alice', '\u0000', '{"a":1}{"b":2}', 'NaN'])(
    'that is no JSON: %j',
    async (raw) => {
      const answer = await send(raw)
      expect(problemOf(answer)).toEqual([400, 'validation_failed'])
      expect(answer.body.message).toBe('The body is not JSON.')
    },
  )

  it.each([
    ['[]', 'The body is a list; it has to be an object.'],
    ['"text"', 'The body is a string; it has to be an object.'],
    ['7', 'The body is a number; it has to be an object.'],
  ])('that is no object: %s', async (raw, message) => {
    const answer = await send(raw)
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.message).toBe(message)
  })

  it.each(['', 'null', '{}', '{"__proto__":{"contact_name":"x"}}'])(
    'in which all is missing: %j',
    async (raw) => {
      const answer = await send(raw)
      expect(problemOf(answer)).toEqual([400, 'missing_field'])
      expect(answer.body.field).toBe('contact_name')
    },
  )

  it('nested a hundred thousand levels deep', async () => {
    const depth = 100_000
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const answer = await send(`{"contact_name":${deep},"unknown":${deep.slice(0, 0)}1}`)
    expect(problemOf(answer)).toEqual([400, 'missing_field'])
    expect(answer.body.message).toContain('"contact_name" is a list; it has to be a string.')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x'])(
    'of the content type %s',
    async (type) => {
      const answer = await send(JSON.stringify(body()), { 'content-type': type })
      expect(problemOf(answer)).toEqual([415, 'unsupported_media_type'])
    },
  )

  it('that is too long', async () => {
    const answer = await send(JSON.stringify({ ...body(), notes: 'x'.repeat(300_000) }))
    expect(problemOf(answer)).toEqual([413, 'content_too_large'])
  })
})

describe('a header', () => {
  it.each(['', 'Bearer', 'Basic YTpi', `Bearer sgk_${'a'.repeat(61)}`, 'Bearer \u00e9', '💥'])(
    'Authorization: %j',
    async (authorization) => {
      const found = await raw('GET', '/availability', { authorization })
      expect(problemOf(found)).toEqual([401, 'unauthorized'])
      expect(found.headers.get('www-authenticate')).toMatch(/^Bearer realm="slotgraph"(,|$)/)
    },
  )

  it.each(['', 'x'.repeat(256)])('Idempotency-Key of a length that is none', async (key) => {
    const headers = { 'idempotency-key': key }
    const answer = await call(app, salon.key, '/bookings', { body: body(), headers })
    expect(problemOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.body.field).toBe('Idempotency-Key')
  })
})

describe('an address', () => {
  it.each([
    '',
    '/',
    '/Availability',
    '/availability/x',
    '//availability',
    '/../../graphql',
    '/%2e%2e/graphql',
    '/availability%2F',
    '/bookings/../../graphql',
    '/:id',
  ])('that is none: %j', async (path) => {
    expect(problemOf(await raw('GET', path, {}))).toEqual([404, 'not_found'])
  })

  it.each([
    ['DELETE', '/bookings', 'GET, POST, HEAD'],
    ['DELETE', '/bookings/x', 'GET, HEAD'],
    ['GET', '/bookings/x/cancel', 'PATCH'],
    ['POST', '/availability', 'GET, HEAD'],
    ['PROPFIND', '/availability', 'GET, HEAD'],
    ['TRACE', '/bookings', 'GET, POST, HEAD'],
  ])('with the wrong method: %s %s', async (method, path, allow) => {
    const found = await raw(method, path, {})
    expect(problemOf(found)).toEqual([405, 'method_not_allowed'])
    expect(found.headers.get('allow')).toBe(allow)
  })

  it('with a slash at its end is the same', async () => {
    const path = `/availability/?slug=${salon.slug}&date=2026-03-03`
    expect((await call(app, salon.key, path)).status).toBe(200)
  })

  it('asked for with HEAD has the headers of GET and no body', async () => {
    const path = `/availability?slug=${salon.slug}&date=2026-03-03`
    const get = await call(app, salon.key, path)
    const head = await call(app, salon.key, path, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.body).toBeUndefined()
    const length = String(Buffer.byteLength(JSON.stringify(get.body)))
    expect(head.headers.get('content-length')).toBe(length)
  })
})

describe('every route', () => {
  withstands({
    dialect: relentify,
    sound: () => ({
      listBookings: { query: { status: 'confirmed', page: '1', limit: '5' } },
      createBooking: { body: body() },
      getAvailability: { query: { slug: salon.slug, date: '2026-03-03' } },
      cancelBooking: { body: { reason: 'ill' } },
    }),
    call: () => caller(app, base, { authorization: `Bearer ${salon.key}` }),
    foreign: () => [foreign],
    isOwnError: (answer) => errorBody.safeParse(answer).success,
    rows: () => rowCounts(app),
  })
})

describe('all of this', () => {
  it('changed nothing, and nothing of it was our fault', async () => {
    expect(await rowCounts(app)).toEqual(before)
    const warned = app.lines.filter(({ level, requestId }) => Number(level) >= 40 && requestId)
    expect(warned).toEqual([])
  })
})

/** As it is, past whatever fetch() would mend. */
function raw(method: string, path: string, headers: Record<string, string>): Promise<Answered> {
  const { hostname, port } = new URL(app.url)
  return new Promise((resolve, reject) => {
    const encoded = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Buffer.from(value, 'utf8').toString('latin1'),
      ]),
    )
    const options = { hostname, port, method, path: base + path, headers: encoded }
    const sent = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const found = new Headers(response.headers as Record<string, string>)
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: found, body: JSON.parse(text) })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
