// Deliveries: every event once, to whoever wants it, in order for each subject; retried by the
// table, given up in the end, and never forgotten when a worker is.

import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { createSealer } from '../../src/auth/seal.ts'
import { newId } from '../../src/db/id.ts'
import { transaction } from '../../src/db/transaction.ts'
import { appendEvents } from '../../src/events/outbox.ts'
import { pruneDeliveries } from '../../src/webhook/delivery.data.ts'
import { waits } from '../../src/webhook/retry.ts'
import { openDatabase } from '../../src/db/client.ts'
import { breakableWay } from '../support/breakable.ts'
import { testSealer } from '../support/app.ts'
import { testDatabase } from '../support/database.ts'
import { startReceiver, type Received } from '../support/receiver.ts'
import { becomes, openTelling, secret, startDelivering } from './delivering.ts'

const db = await testDatabase()

// What a test leaves waiting is nothing for the workers of the next.
afterEach(async () => {
  await db.prisma.webhookEndpoint.updateMany({ data: { pausedAt: new Date() } })
})

const told = ({ body }: Received) => JSON.parse(body).data as { subjectId: string; version: number }
const idOf = ({ headers }: Received) => headers['webhook-id']
const deliveries = (endpointId: string) =>
  db.prisma.webhookDelivery.findMany({ where: { endpointId }, orderBy: { eventSeq: 'asc' } })
const endpointAt = (id: string) => db.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id } })
const noMoreWaiting = (endpointId: string) =>
  becomes(
    () => deliveries(endpointId),
    (rows) => rows.every(({ state }) => state !== 'WAITING'),
  )

async function started(more: Parameters<typeof startDelivering>[2] = {}) {
  const world = await openTelling(db)
  const delivering = startDelivering(db, world.clock, more)
  await delivering.dispatcher.start()
  delivering.worker.start()
  return { ...world, ...delivering }
}

describe('what happens', () => {
  it('is told once to each endpoint that wants it, whichever node reads the log', async () => {
    const { happens, endpoint, accountId, ctx, clock } = await started()
    const second = startDelivering(db, clock)
    await second.dispatcher.start()
    second.worker.start()
    const receivers = [await startReceiver(), await startReceiver()]
    const [all, none] = [
      await endpoint(receivers[0]?.url ?? ''),
      await endpoint(receivers[1]?.url ?? '', {
        types: ['customer.*'],
        scopes: ['customers:read'],
      }),
    ]
    const rolledBack = transaction(db, async (tx) => {
      const subject = { subjectType: 'Booking', subjectId: newId(), subjectVersion: 1 } as const
      await appendEvents(tx, ctx, [{ type: 'booking.created', accountId, ...subject }])
      throw new Error('not committed')
    })
    await expect(rolledBack).rejects.toThrow('not committed')
    const ids = Array.from({ length: 60 }, () => newId())
    for (let from = 0; from < 60; from += 6) {
      await Promise.all(ids.slice(from, from + 6).map((id) => happens({ id, version: 1 })))
    }
    await receivers[0]?.gets(60)
    const rows = await becomes(
      () => noMoreWaiting(all.id),
      ({ length }) => length === 60,
    )
    expect(receivers[0]?.received.map((one) => told(one).subjectId).toSorted()).toEqual(
      ids.toSorted(),
    )
    expect(receivers[0]?.received.map(idOf).toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
    expect(
      rows.every(
        ({ state, attempts, leasedBy }) => state === 'DELIVERED' && attempts === 1 && !leasedBy,
      ),
    ).toBe(true)
    expect(await deliveries(none.id)).toEqual([])
    expect(await db.prisma.webhookAttempt.count({ where: { accountId, status: 204 } })).toBe(60)
  })

  it('is told in order for each subject, many subjects at a time', async () => {
    const { happens, endpoint } = await started()
    let flying = 0
    let most = 0
    const receiver = await startReceiver((response) => {
      most = Math.max(most, (flying += 1))
      setTimeout(() => {
        flying -= 1
        response.end()
      }, Math.random() * 20)
    })
    await endpoint(receiver.url)
    const ids = Array.from({ length: 8 }, () => newId())
    for (let version = 1; version <= 6; version += 1) {
      await happens(...ids.map((id) => ({ id, version })))
    }
    await receiver.gets(48)
    const bySubject = Map.groupBy(receiver.received.map(told), ({ subjectId }) => subjectId)
    for (const id of ids) {
      expect(bySubject.get(id)?.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6])
    }
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(5)
  })

  it('is told to ninety-nine while one hangs', async () => {
    const { happens, endpoint } = await started({ timeoutMs: 60_000 })
    const hanging = await startReceiver(() => {})
    const receiver = await startReceiver()
    const stuck = await endpoint(hanging.url)
    for (let index = 0; index < 99; index += 1) await endpoint(receiver.url)
    await happens(...Array.from({ length: 2 }, () => ({ id: newId(), version: 1 })))
    await receiver.gets(99 * 2)
    expect(hanging.received.length).toBeLessThanOrEqual(2)
    const rows = await deliveries(stuck.id)
    expect(rows.filter(({ state }) => state === 'WAITING').length).toBe(2)
  }, 60_000)

  it('waits while the endpoint is paused, and is told when it is not any more', async () => {
    const { happens, endpoint } = await started()
    const receiver = await startReceiver()
    const other = await startReceiver()
    const paused = await endpoint(receiver.url, { pausedAt: new Date() })
    await endpoint(other.url)
    await happens({ id: newId(), version: 1 })
    await other.gets(1)
    expect((await deliveries(paused.id)).map(({ state }) => state)).toEqual(['WAITING'])
    await db.prisma.webhookEndpoint.update({ where: { id: paused.id }, data: { pausedAt: null } })
    await receiver.gets(1)
    expect(receiver.received.length).toBe(1)
  })

  it('is signed so that two libraries of others accept it', async () => {
    const { happens, endpoint, clock } = await started()
    clock.set(Date.now())
    const receiver = await startReceiver()
    await endpoint(receiver.url)
    await happens({ id: newId(), version: 1 })
    const [received] = await receiver.gets(1)
    const { body, headers } = received as Received
    expect(new Standard(secret).verify(body, headers)).toMatchObject({ type: 'booking.updated' })
    expect(() => new Svix(secret).verify(body, headers)).not.toThrow()
    expect(headers).toMatchObject({ 'content-type': 'application/json' })
  })

  it('goes on from the place of the log where a node stopped', async () => {
    const world = await started()
    const receiver = await startReceiver()
    await world.endpoint(receiver.url)
    await world.happens({ id: newId(), version: 1 })
    await receiver.gets(1)
    await world.stop()
    await world.happens({ id: newId(), version: 2 }, { id: newId(), version: 3 })
    const next = startDelivering(db, world.clock)
    await next.dispatcher.start()
    next.worker.start()
    await receiver.gets(3)
    expect(receiver.received.map((one) => told(one).version).toSorted()).toEqual([1, 2, 3])
  })
})

describe('a receiver that fails', () => {
  it('is tried by the table, then given up, disabled, and told of', async () => {
    const { happens, endpoint, clock, accountId } = await started()
    const receiver = await startReceiver((response) => response.writeHead(500).end('no\u0000'))
    const { id } = await endpoint(receiver.url)
    const began = clock.now()
    await happens({ id: newId(), version: 1 })
    const tried = (attempts: number) =>
      becomes(
        () => deliveries(id),
        ([row]) => row?.attempts === attempts && row.leasedBy === null,
      )
    for (const [index, wait] of waits.entries()) {
      const [row] = await tried(index + 1)
      expect(row?.nextAttemptAt?.getTime()).toBe(clock.now() + wait)
      expect(row).toMatchObject({ state: 'WAITING', lastStatus: 500 })
      clock.advance(wait)
    }
    const [row] = await tried(13)
    expect(row).toMatchObject({ state: 'FAILED', nextAttemptAt: null, lastStatus: 500 })
    expect(new Set(receiver.received.map(idOf))).toEqual(new Set([row?.id]))
    const stamps = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']))
    const offsets = stamps.map((stamp) => stamp * 1000 - began)
    expect(offsets.slice(1).map((at, index) => at - (offsets[index] ?? 0))).toEqual(waits)
    const attempts = await db.prisma.webhookAttempt.findMany({
      where: { accountId },
      orderBy: { number: 'asc' },
    })
    expect(attempts.map(({ number }) => number)).toEqual(
      Array.from({ length: 13 }, (_, i) => i + 1),
    )
    expect(attempts[0]).toMatchObject({ status: 500, answer: 'no', error: null })
    expect(await endpointAt(id)).toMatchObject({
      disabledAt: new Date(clock.now()),
      disabledReason: 'Every try failed for three days.',
      failingSince: new Date(began),
      lostCount: 1,
      version: 2,
    })
    const events = await db.prisma.event.findMany({ where: { accountId, subjectId: id } })
    expect(events).toMatchObject([
      { type: 'webhook.disabled', subjectVersion: 2, actorKind: 'SYSTEM' },
    ])
    const audit = await db.prisma.auditEntry.findMany({ where: { accountId, subjectId: id } })
    expect(audit.map(({ action }) => action)).toEqual(['webhook.disabled'])
  })

  it('delays nothing but its own subject, and catches up in order when it is well', async () => {
    const { happens, endpoint, clock } = await started()
    const [bad, good] = [newId(), newId()]
    let isWell = false
    const receiver = await startReceiver((response, received) =>
      response.writeHead(isWell || told(received).subjectId === good ? 200 : 503).end(),
    )
    const { id } = await endpoint(receiver.url)
    await happens({ id: bad, version: 1 }, { id: bad, version: 2 }, { id: good, version: 1 })
    await receiver.gets(2)
    await becomes(
      () => deliveries(id),
      (rows) => rows.every(({ leasedBy }) => leasedBy === null) && rows[2]?.state === 'DELIVERED',
    )
    await happens({ id: bad, version: 3 }, { id: good, version: 2 })
    await receiver.gets(3)
    isWell = true
    clock.advance(waits[0] ?? 0)
    await receiver.gets(6)
    const seen = receiver.received.map(told)
    expect(seen.filter(({ subjectId }) => subjectId === bad).map(({ version }) => version)).toEqual(
      [1, 1, 2, 3],
    )
    expect(
      seen.filter(({ subjectId }) => subjectId === good).map(({ version }) => version),
    ).toEqual([1, 2])
    await noMoreWaiting(id)
    expect(
      await becomes(
        () => endpointAt(id),
        ({ failingSince }) => !failingSince,
      ),
    ).toMatchObject({ lostCount: 0 })
  })

  it('that answers 410 is disabled at once, and what waits for it is given up', async () => {
    const { happens, endpoint, clock } = await started()
    const receiver = await startReceiver((response) => response.writeHead(410).end())
    const { id } = await endpoint(receiver.url)
    const subject = newId()
    await happens(...[1, 2, 3].map((version) => ({ id: subject, version })))
    const rows = await becomes(
      () => noMoreWaiting(id),
      ({ length }) => length === 3,
    )
    expect(rows.map(({ state, attempts, lastError }) => [state, attempts, lastError])).toEqual([
      ['FAILED', 1, null],
      ['FAILED', 0, 'The endpoint was disabled.'],
      ['FAILED', 0, 'The endpoint was disabled.'],
    ])
    expect(await endpointAt(id)).toMatchObject({
      disabledAt: new Date(clock.now()),
      disabledReason: 'The receiver answered 410: it is gone for good.',
      lostCount: 3,
    })
    expect(receiver.received.length).toBe(1)
  })

  it('is given the time that it asks for, but no more than an hour', async () => {
    const { happens, endpoint, clock } = await started()
    const asks = ['90', '999999']
    const receiver = await startReceiver((response) =>
      response.writeHead(429, { 'retry-after': asks.shift() ?? '' }).end(),
    )
    const { id } = await endpoint(receiver.url)
    await happens({ id: newId(), version: 1 })
    const first = await becomes(
      () => deliveries(id),
      ([row]) => row?.lastStatus === 429,
    )
    expect(first[0]?.nextAttemptAt?.getTime()).toBe(clock.now() + 90_000)
    clock.advance(90_000)
    const next = await becomes(
      () => deliveries(id),
      ([row]) => row?.attempts === 2 && !row.leasedBy,
    )
    expect(next[0]?.nextAttemptAt?.getTime()).toBe(clock.now() + 3_600_000)
  })

  it.each([
    ['hangs', null, 'No complete answer came within 0.2 seconds.'],
    ['redirects', 302, null],
    ['breaks off', null, 'The host broke the connection before its answer was complete.'],
    ['drips', null, 'No complete answer came within 0.2 seconds.'],
  ])('by this: it %s', async (how, status, error) => {
    const isSlow = how === 'hangs' || how === 'drips'
    const { happens, endpoint } = await started(isSlow ? { timeoutMs: 200 } : {})
    const receiver = await startReceiver((response, _received, { socket }) => {
      if (how === 'drips') {
        const drop = setInterval(() => response.write('.'), 20)
        response.on('close', () => clearInterval(drop))
      }
      if (how === 'redirects') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      if (how === 'breaks off') socket.destroy()
    })
    const { id } = await endpoint(receiver.url)
    await happens({ id: newId(), version: 1 })
    const [row] = await becomes(
      () => deliveries(id),
      ([one]) => one?.nextAttemptAt !== null && one?.attempts === 1 && !one.leasedBy,
    )
    expect(row).toMatchObject({ state: 'WAITING', lastStatus: status, lastError: error })
  })
})

describe('a worker', () => {
  it('that dies loses nothing: another one sends the same id when the lease is over', async () => {
    const { happens, endpoint, clock } = await started()
    let hangs = true
    const receiver = await startReceiver((response) => void (hangs || response.end()))
    const { id } = await endpoint(receiver.url)
    await happens({ id: newId(), version: 1 })
    await receiver.gets(1)
    hangs = false
    const second = startDelivering(db, clock)
    second.worker.start()
    clock.advance(30_001)
    await receiver.gets(2)
    const [row] = await becomes(
      () => deliveries(id),
      ([one]) => one?.state === 'DELIVERED',
    )
    expect(row?.attempts).toBe(2)
    expect(receiver.received.map(idOf)).toEqual([row?.id, row?.id])
    expect(await db.prisma.webhookAttempt.count({ where: { deliveryId: row?.id ?? '' } })).toBe(1)
  })

  it('that waits longer than its lease keeps it, and nobody sends the same meanwhile', async () => {
    const leaseMs = 300
    const { happens, endpoint, clock } = await started({ leaseMs })
    let answer = () => {}
    const receiver = await startReceiver((response) => {
      answer = () => void response.end()
    })
    const { id } = await endpoint(receiver.url)
    await happens({ id: newId(), version: 1 })
    await receiver.gets(1)
    startDelivering(db, clock, { leaseMs }).worker.start()
    for (let beats = 0; beats < 4; beats += 1) {
      clock.advance(leaseMs - 50)
      await becomes(
        () => deliveries(id),
        ([row]) => row?.leasedUntil?.getTime() === clock.now() + leaseMs,
      )
    }
    answer()
    const [row] = await becomes(
      () => deliveries(id),
      ([one]) => one?.state === 'DELIVERED',
    )
    expect(row?.attempts).toBe(1)
    expect(receiver.received).toHaveLength(1)
  })

  it('that cannot make a message tries again, and blames no receiver', async () => {
    const { happens, endpoint, clock } = await started()
    const receiver = await startReceiver()
    const foreign = createSealer(new Uint8Array(32).fill(9)).seal(secret)
    const { id } = await endpoint(receiver.url, { secretSealed: foreign })
    await happens({ id: newId(), version: 1 })
    const [row] = await becomes(
      () => deliveries(id),
      ([one]) => one?.attempts === 1 && !one.leasedBy,
    )
    expect(row).toMatchObject({ state: 'WAITING', lastError: 'The message could not be made.' })
    expect((await endpointAt(id)).failingSince).toBeNull()
    const mended = { secretSealed: testSealer.seal(secret) }
    await db.prisma.webhookEndpoint.update({ where: { id }, data: mended })
    clock.advance(waits[0] ?? 0)
    await receiver.gets(1)
    expect(receiver.received.map(idOf)).toEqual([row?.id])
  })

  it.each(['is away', 'breaks off before its answer'])(
    'does not forget what the receiver said while the database %s',
    async (how) => {
      const world = await openTelling(db)
      const way = await breakableWay(db.url)
      const far = { ...(await openDatabase(way.url)), url: way.url }
      onTestFinished(async () => {
        await far.close()
        await way.close()
      })
      const { dispatcher } = startDelivering(db, world.clock)
      const { worker, stop } = startDelivering(far, world.clock)
      const receiver = await startReceiver((response) => {
        if (how === 'is away') way.cut()
        else way.cutAt('WITH settled')
        response.on('finish', () => setTimeout(way.mend, 50)).end()
      })
      const { id } = await world.endpoint(receiver.url)
      await dispatcher.start()
      worker.start()
      await world.happens({ id: newId(), version: 1 })
      const [row] = await becomes(
        () => noMoreWaiting(id),
        ({ length }) => length === 1,
      )
      expect(row).toMatchObject({ state: 'DELIVERED', attempts: 1 })
      expect(receiver.received.map(idOf)).toEqual([row?.id])
      expect(await db.prisma.webhookAttempt.count({ where: { deliveryId: row?.id ?? '' } })).toBe(1)
      await stop()
    },
  )

  it('that is stopped gives back what it could not finish, untried', async () => {
    const { happens, endpoint, stop } = await started({ graceMs: 10 })
    const receiver = await startReceiver(() => {})
    const { id } = await endpoint(receiver.url)
    await happens({ id: newId(), version: 1 })
    await receiver.gets(1)
    await stop()
    expect(await deliveries(id)).toMatchObject([
      { state: 'WAITING', attempts: 0, leasedBy: null, leasedUntil: null },
    ])
    expect((await endpointAt(id)).failingSince).toBeNull()
  })
})

it('what was finished before then is removed, with its attempts, and what waits is not', async () => {
  const { happens, endpoint, clock, accountId, read } = await started()
  const receiver = await startReceiver()
  const { id } = await endpoint(receiver.url)
  const waiting = await endpoint(receiver.url, { pausedAt: new Date() })
  await happens({ id: newId(), version: 1 })
  await becomes(
    () => noMoreWaiting(id),
    ({ length }) => length === 1,
  )
  await pruneDeliveries(read, clock.now())
  expect((await deliveries(id)).length).toBe(1)
  await pruneDeliveries(read, clock.now() + 1)
  expect(await deliveries(id)).toEqual([])
  expect(await db.prisma.webhookAttempt.count({ where: { accountId } })).toBe(0)
  expect((await deliveries(waiting.id)).length).toBe(1)
})
