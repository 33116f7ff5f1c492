// A busy day at the most talkative level of the log: neither a secret nor what tells of a person is
// in any line; and no answer tells how the gateway is made.
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { serveApp } from '../support/app.ts'
import { breakableWay } from '../support/breakable.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { insideOf } from '../support/inside.ts'
import { makeApiClient, makeApiKey } from '../support/makers.ts'
import { makePerson, password, signIn } from '../support/people.ts'
import { openShop } from '../support/shop.ts'

const way = await breakableWay(await testDatabaseUrl({ migrated: true }))
afterAll(() => way.close())
const db = Object.assign(await openDatabase(way.url), { url: way.url })
afterAll(() => db.close())
const app = await serveApp(db, { level: 'trace' })

const shop = await openShop(db)
const { accountId } = shop
const { key } = await makeApiKey(db, { accountId })
const client = await makeApiClient(db, { accountIds: [accountId], now: app.clock.now() })

const personal = {
  name: 'Persephone Quill',
  email: 'persephone@private.example',
  phone: '+441632960777',
  notes: 'Allergic to marzipan',
}

const answers: string[] = []

async function send(path: string, headers: Record<string, string>, body: string): Promise<void> {
  const response = await app.post(path, { headers, body })
  answers.push(`${JSON.stringify([...response.headers])}\n${await response.text()}`)
}

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const bearer = { ...json, authorization: `Bearer ${key}` }

const booking = (startsAt: string, more: object = {}) =>
  JSON.stringify({
    query: `mutation ($input: CreateBookingInput!) { createBooking(input: $input) {
      __typename ... on Refusal { code message } } }`,
    variables: {
      input: {
        serviceId: encodeId('Service', { accountId, id: shop.serviceId }),
        startsAt,
        customer: { name: personal.name, email: personal.email, phone: personal.phone },
        notes: personal.notes,
        answers: { diet: personal.notes },
        ...more,
      },
    },
  })

async function busyDay(): Promise<string[]> {
  const { email } = await makePerson(
    app,
    { [accountId]: 'OWNER' },
    { email: 'ida@private.example' },
  )
  const { cookie, csrfToken } = await signIn(app, email)
  const wrong = 'hunter2 hunter2'
  await send('/console/sign-in', json, JSON.stringify({ email, password: wrong }))
  await send('/console/sign-in', json, JSON.stringify({ email, password: 'x'.repeat(5_000) }))
  await send('/graphql', bearer, booking('2026-03-03T10:00:00Z'))
  await send('/graphql', bearer, booking('2026-03-03T10:00:00Z'))
  await send('/graphql', bearer, booking('2026-03-03T11:00:00Z', { unknown: personal.email }))
  await send('/graphql', bearer, booking('not a time', { notes: personal.notes }))
  await send('/graphql', bearer, `{"query": "{ viewer { ${personal.email} } }"}`)
  await send('/graphql', bearer, `{"notes": "${personal.notes}"`)
  await send('/graphql', { ...json, authorization: `Bearer ${key}x` }, '{"query":"{viewer{kind}}"}')
  await send(
    '/relentify/api/v1/bookings',
    bearer,
    JSON.stringify({ contact_email: personal.email }),
  )
  await send('/relentify/api/v1/bookings', bearer, `[${personal.phone}`)
  const { clientId, clientSecret } = client
  const grant = { grant_type: 'client_credentials', client_id: clientId }
  const asking = (client_secret: string, more = {}) =>
    send('/oauth/token', form, new URLSearchParams({ ...grant, client_secret, ...more }).toString())
  await asking(`${clientSecret}x`)
  await asking(clientSecret, { scope: personal.email })
  way.cut()
  await send('/graphql', bearer, booking('2026-03-03T12:00:00Z'))
  await asking(clientSecret)
  await send('/console/sign-in', json, JSON.stringify({ email, password }))
  way.mend()
  await expect
    .poll(async () => (await app.post('/graphql', { headers: bearer, body: '{}' })).status, {
      timeout: 20_000,
    })
    .not.toBe(503)
  way.cutAt('INSERT INTO "Event"')
  await send('/graphql', bearer, booking('2026-03-03T13:00:00Z'))
  // Rows that break a rule of the database, whose message quotes them.
  await db.pool.query(`ALTER TABLE "Customer" ADD CONSTRAINT c CHECK ("name" <> '${personal.name}')
    NOT VALID`)
  const other = { customer: { name: personal.name, email: 'second@private.example' } }
  await send('/graphql', bearer, booking('2026-03-03T14:00:00Z', other))
  await db.pool.query(`ALTER TABLE "Customer" RENAME COLUMN "phone" TO "other"`)
  await send('/graphql', bearer, booking('2026-03-03T15:00:00Z'))
  const session = cookie.split('=')[1] ?? ''
  return [key, client.token, clientSecret, session, csrfToken, password, wrong, email]
}

describe('nothing leaks', () => {
  it('into the log or an answer', async () => {
    const words = [
      ...(await busyDay()),
      ...Object.values(personal),
      'persephone',
      'private.example',
      'marzipan',
    ]
    expect(app.lines.length).toBeGreaterThan(20)
    expect(app.lines.some(({ msg }) => msg === 'request')).toBe(true)
    for (const word of words) {
      const said = app.lines.filter((line) => JSON.stringify(line).includes(word))
      expect([word, said]).toEqual([word, []])
    }
    // The day was busy: it had what it was to have.
    for (const happened of [
      'CreateBookingSuccess',
      'SlotTakenError',
      'BAD_USER_INPUT',
      'GRAPHQL_PARSE_FAILED',
      'UNAUTHENTICATED',
      'INTERNAL_SERVER_ERROR',
      'invalid_client',
      'temporarily_unavailable',
    ]) {
      expect([happened, answers.some((answer) => answer.includes(happened))]).toEqual([
        happened,
        true,
      ])
    }
    const failures = app.lines.filter(({ level }) => Number(level) >= 40)
    for (const word of ['column', 'check']) expect(JSON.stringify(failures)).toContain(word)
    expect(answers.map(insideOf).filter((told) => told !== null)).toEqual([])
  })
})
