// Two real processes on one database: what was changed at one is seen at the other within two
// seconds, also where no wake-up call reaches it.
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { eventsChannel } from '../../src/events/outbox.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { documentOf, type Answer } from '../support/ask.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { makeApiKey } from '../support/makers.ts'
import { startServer } from './servers.ts'
import { openWorld, type World } from './world.ts'

const soon = { timeout: 2_000, interval: 20 }
/** Listeners hear with the next poll, each second; a machine may be too busy for that. */
const inTime = { timeout: 10_000, interval: 20 }
/** A day on which nobody is booked. */
const on = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)

describe.each([
  { way: 'woken by NOTIFY', isWoken: true },
  { way: 'without wake-up calls', isWoken: false },
])('two nodes of one database, $way', { timeout: 120_000 }, ({ isWoken }) => {
  it('show at both what was changed at one', async () => {
    const { world, calls, one, other } = await twoNodes(isWoken)
    const { serviceId, staffIds, customerId } = world
    const [staffId = ''] = staffIds
    const atBoth = async <T>(read: (seen: Seen) => T) => {
      const seen = await Promise.all([one.see(world, staffId), other.see(world, staffId)])
      return seen.map(read)
    }
    // Both have read it all before.
    const before = await atBoth(({ starts }) => starts.length)
    const heard = await other.listen()

    await one.change('updateService', { id: serviceId, name: 'Trim' })
    await expect.poll(() => atBoth(({ name }) => name), soon).toEqual(['Trim', 'Trim'])
    await expect.poll(heard.text, inTime).toContain('service.updated')

    await other.change('updateService', { id: serviceId, price: { amount: 5200, currency: 'EUR' } })
    await expect.poll(() => atBoth(({ amount }) => amount), soon).toEqual([5200, 5200])

    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      weekday,
      startLocalTime: '10:00',
      endLocalTime: '16:00',
    }))
    await one.change('setWorkingHours', { staffId, hours })
    // The service takes ten minutes before it.
    const first = `${on}T10:15:00.000Z`
    await expect.poll(() => atBoth(({ starts }) => starts[0]), soon).toEqual([first, first])
    const open = await atBoth(({ starts }) => starts.length)
    expect(open).toEqual([open[0], open[0]])
    expect(before).toEqual([before[0], before[0]])
    expect(open[0]).toBeLessThan(before[0] ?? 0)

    const wish = { serviceId, staffId, startsAt: first, customerId }
    expect(await one.change('createBooking', wish)).toMatchObject({ data: expect.anything() })
    expect(await other.change('createBooking', wish)).toMatchObject({ code: 'SLOT_TAKEN' })
    await expect
      .poll(() => atBoth(({ starts }) => starts.includes(first)), soon)
      .toEqual([false, false])
    await expect.poll(heard.text, inTime).toContain('booking.created')
    expect(calls.length > 0).toBe(isWoken)
  })

  it('take no credential and feed no listener that was revoked at one', async () => {
    const { url, world, one, other } = await twoNodes(isWoken)
    const { accountId } = world
    const db = await openDatabase(url, { maxConnections: 1 })
    const { key, id } = await makeApiKey(db, { accountId })
    await db.close()
    const victim = nodeAt(other.url, key)
    expect(await victim.status()).toBe(200)
    const listening = await victim.listen()
    await one.change('revokeApiKey', { id: encodeId('ApiKey', { accountId, id }) })
    await expect.poll(victim.status, soon).toBe(401)
    await expect.poll(listening.isOver, inTime).toBe(true)
  })
})

async function twoNodes(isWoken: boolean) {
  const url = await testDatabaseUrl({ migrated: true })
  const world = await openWorld(url, Date.now())
  if (!isWoken) await silenceCalls(url)
  const calls = await hearCalls(url)
  const start = () => startServer({ DATABASE_URL: url })
  const [one, other] = await Promise.all([start(), start()])
  return { url, world, calls, one: nodeAt(one.url, world.key), other: nodeAt(other.url, world.key) }
}

/** From now on nobody who connects calls anybody: another function stands before PostgreSQL's. */
async function silenceCalls(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const database = client.escapeIdentifier(new URL(url).pathname.slice(1))
  await client.query(`
    CREATE SCHEMA quiet;
    CREATE FUNCTION quiet.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
    ALTER DATABASE ${database} SET search_path = quiet, pg_catalog, public`)
  await client.end()
}

/** The wake-up calls that come. */
async function hearCalls(url: string): Promise<string[]> {
  const calls: string[] = []
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  client.on('notification', ({ channel }) => calls.push(channel))
  await client.query(`LISTEN ${eventsChannel}`)
  return calls
}

type Seen = { name: string; amount: number; starts: string[] }

/** A node, as whoever holds the key asks it. */
function nodeAt(url: string, key: string) {
  const post = (query: string, variables: object, accept = 'application/json') =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    })
  return {
    url,
    status: async () => (await post('{ viewer { name } }', {})).status,
    see: async ({ serviceId }: World, staffId: string): Promise<Seen> => {
      const input = { serviceId, staffIds: [staffId], from: on, days: 1 }
      const answer = await post(lookDocument, { id: serviceId, input })
      const { data } = (await answer.json()) as { data: Look }
      const starts = data.availability.slots.map(({ startsAt }) => startsAt)
      return { name: data.node.name, amount: data.node.price.amount, starts }
    },
    change: async (mutation: string, input: object): Promise<Answer> => {
      const answer = await post(documentOf(mutation, '__typename'), { input })
      const { data } = (await answer.json()) as { data: { result: Answer } }
      return data.result
    },
    /** Resolves when it is being told what happens. */
    listen: async () => {
      const { body } = await post(
        'subscription { accountEvents { type } }',
        {},
        'text/event-stream',
      )
      let text = ''
      let isOver = false
      const read = async () => {
        for await (const chunk of body!.pipeThrough(new TextDecoderStream())) text += chunk
      }
      void read().then(
        () => (isOver = true),
        () => (isOver = true),
      )
      return { text: () => text, isOver: () => isOver }
    },
  }
}

type Look = {
  node: { name: string; price: { amount: number } }
  availability: { slots: { startsAt: string }[] }
}

const lookDocument = `query ($id: ID!, $input: AvailabilityInput!) {
  node(id: $id) { ... on Service { name price { amount } } }
  availability(input: $input) { slots { startsAt } }
}`
