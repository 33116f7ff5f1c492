// Answers are lost on their way: that of the database to a COMMIT, so that a server does not know
// what it did, and that of a server to its client. What was said is done once all the same: said
// again with its key, it gives the first answer, at either server.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { faultsOf } from './checker.ts'
import { cuttingWay, type CuttingWay } from './cutting-way.ts'
import { createHistory, moreDone, tell, type Answer } from './history.ts'
import { toHear } from './listener.ts'
import { readRows } from './rows.ts'
import { busyServers, rounds, startServer } from './servers.ts'
import { openWorld, type World } from './world.ts'

const cuts = rounds(25, 2)

/** What the database says of a COMMIT that is done. */
const isCommit = (answer: Buffer) => answer.includes('COMMIT\0')

/** Of a statement that is a transaction of its own: a row with these words, and nothing is open. */
const isRow = (answer: Buffer, words: string) =>
  answer.includes(words) && answer.at(-1) === 'I'.charCodeAt(0)

const isCommitted = (answer: Buffer) => isCommit(answer) || isRow(answer, 'refundOpenMinor\0')

describe('an answer that is lost', () => {
  it('to a commit: one server cannot say what became of it, and the next one does', async () => {
    const url = await testDatabaseUrl({ migrated: true })
    const way = await cuttingWay(url)
    const world = await openWorld(url, Date.now())
    const [deaf, other] = await Promise.all(
      [way.url, url].map((address) => startServer({ DATABASE_URL: address })),
    )
    let turn = deaf!.url
    const history = createHistory({ urls: () => [turn], key: world.key })
    const made: Record<string, Answer> = {}
    for (const [mutation, input] of writes(world, () => made['createBooking'])) {
      turn = deaf!.url
      const before = way.cuts()
      const asked = input()
      const isDone = (answer: Buffer) => isCommit(answer) || isRow(answer, asked.idempotencyKey)
      way.cutWhen((answer, sent) => {
        // Workers commit meanwhile, too: it is the commit of the transaction that named the key.
        const isIts = sent.lastIndexOf(asked.idempotencyKey) > sent.lastIndexOf('BEGIN')
        return way.cuts() === before && isIts && isDone(answer)
      })
      const said = () => history.call('client', mutation, asked)
      expect(await said()).toMatchObject({
        kind: 'UNKNOWN',
        why: expect.stringContaining('Try again'),
      })
      expect(way.cuts()).toBe(before + 1)
      turn = other!.url
      const answer = await said()
      expect(answer).toMatchObject({ kind: 'DONE' })
      turn = deaf!.url
      expect(await said()).toEqual(answer)
      made[mutation] = answer
    }
    expect(faultsOf(await readRows(url, world.accountId), history.calls)).toEqual([])
  }, 180_000)

  it(
    'to many commits, under load: nothing is done twice and nothing is lost',
    async () => {
      const url = await testDatabaseUrl({ migrated: true })
      const ways = [await cuttingWay(url), await cuttingWay(url)]
      const busy = await busyServers(url, { databases: ways.map((way) => way.url) })
      for (const way of ways) way.cutWhen((answer) => isCommitted(answer) && Math.random() < 0.1)
      const { faults, heard, logged } = await outcome(url, busy, ways, 'commits unanswered')
      expect(faults).toEqual([])
      expect(heard).toEqual(logged)
    },
    180_000 + cuts * 2_000,
  )

  it(
    'to many clients and listeners, under load: the same',
    async () => {
      const url = await testDatabaseUrl({ migrated: true })
      const ways: CuttingWay[] = []
      const through = async (address: string) => {
        const way = await cuttingWay(address)
        ways.push(way)
        return way.url.replace(/\/$/, '')
      }
      const busy = await busyServers(url, { through })
      for (const way of ways) way.cutWhen(() => Math.random() < 0.1)
      const { faults, heard, logged } = await outcome(url, busy, ways, 'answers cut')
      expect(faults).toEqual([])
      expect(heard).toEqual(logged)
    },
    180_000 + cuts * 2_000,
  )
})

/** What is found after so many cuts, once answers come through again. */
async function outcome(
  url: string,
  { world, history, crowd, listener }: Awaited<ReturnType<typeof busyServers>>,
  ways: CuttingWay[],
  what: string,
) {
  const count = () => ways.reduce((sum, way) => sum + way.cuts(), 0)
  await expect.poll(count, { timeout: 120_000 + cuts * 2_000 }).toBeGreaterThanOrEqual(cuts)
  for (const way of ways) way.cutWhen(null)
  await moreDone(history, 20)
  await crowd.stop()
  const rows = await readRows(url, world.accountId)
  tell(`${count()} ${what}`, history)
  const heard = await listener.until(rows)
  return { faults: faultsOf(rows, history.calls), heard, logged: toHear(rows) }
}

/** Every kind of write that has a key; the last one cancels what the first one made. */
function writes(
  { accountId, serviceId, classId, customerId, sessionIds }: World,
  booked: () => Answer | undefined,
): [string, () => { idempotencyKey: string; [field: string]: unknown }][] {
  const day = 86_400_000
  const on = (days: number) => new Date((Math.ceil(Date.now() / day) + days) * day).toISOString()
  const keyed = (key: string) => ({ idempotencyKey: key, externalRef: key })
  const time = { serviceId, customerId }
  const seats = { serviceId: classId, customerId, sessionId: sessionIds[0], partySize: 2 }
  return [
    ['createBooking', () => ({ ...time, startsAt: on(1), ...keyed('a time') })],
    ['placeHold', () => ({ serviceId, startsAt: on(2), idempotencyKey: 'a hold' })],
    ['createBooking', () => ({ ...seats, ...keyed('seats') })],
    [
      'createBookingSeries',
      () => ({ ...time, startsAt: on(3), rule: 'FREQ=DAILY;COUNT=3', ...keyed('a series') }),
    ],
    [
      'cancelBooking',
      () => {
        const first = booked()
        const id = first?.kind === 'DONE' ? first.id : ''
        return { id: encodeId('Booking', { accountId, id }), idempotencyKey: 'no more' }
      },
    ],
  ]
}
