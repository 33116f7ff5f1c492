// The fan-out: who gets what, the seam between replay and live, and what becomes of slow readers.
import { describe, expect, it } from 'vitest'
import { Refused } from '../../src/errors.ts'
import { createEventHub } from '../../src/events/hub.ts'
import type { ReadEvent } from '../../src/events/log.data.ts'
import { testDatabase } from '../support/database.ts'
import { newAccount, numbered, openWriter, range, startEvents } from './log-world.ts'
import { take, versions, write } from './log-world.ts'

const db = await testDatabase()
const { hub } = await startEvents(db)

describe('a subscription to the hub', () => {
  it('gets the events of its accounts and of no other', async () => {
    const [mine, alsoMine, other] = [
      await newAccount(db),
      await newAccount(db),
      await newAccount(db),
    ]
    const heard = await hub.subscribe({ accountIds: [mine, alsoMine] })
    await write(db, numbered(mine, 1), numbered(other, 2), numbered(alsoMine, 3))
    expect(versions(await take(heard, 2))).toEqual([1, 3])
  })

  it('gets only what it wants', async () => {
    const accountId = await newAccount(db)
    const wants = ({ subjectVersion }: ReadEvent) => subjectVersion % 2 === 0
    const heard = await hub.subscribe({ accountIds: [accountId], wants })
    await write(db, ...range(1, 6).map((n) => numbered(accountId, n)))
    expect(versions(await take(heard, 3))).toEqual([2, 4, 6])
  })

  it('starts with what is committed after it was made, also when the tail is behind', async () => {
    const accountId = await newAccount(db)
    const open = await openWriter(db)
    // Committed before the subscription, but held back by the open transaction until after it.
    await write(db, numbered(accountId, 1))
    const heard = await hub.subscribe({ accountIds: [accountId] })
    await open.write(accountId, 2)
    await open.end('COMMIT')
    await write(db, numbered(accountId, 3))
    expect(versions(await take(heard, 2))).toEqual([2, 3])
  })

  it('follows other accounts when it is told to', async () => {
    const [lost, kept, gained] = [await newAccount(db), await newAccount(db), await newAccount(db)]
    const heard = await hub.subscribe({ accountIds: [lost, kept] })
    heard.retarget(new Set([kept, gained]))
    await write(db, numbered(lost, 1), numbered(kept, 2), numbered(gained, 3))
    expect(versions(await take(heard, 2))).toEqual([2, 3])
  })

  it('ends at once while it waits, and is forgotten', async () => {
    const accountId = await newAccount(db)
    const before = hub.subscriberCount()
    const heard = await hub.subscribe({ accountIds: [accountId] })
    expect(hub.subscriberCount()).toBe(before + 1)
    const next = heard.next()
    await heard.return()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await heard.next()).toEqual({ done: true, value: undefined })
    expect(hub.subscriberCount()).toBe(before)
  })
})

describe('resuming by cursor', () => {
  it('gets everything after the cursor once, in order, then what is live', async () => {
    const accountId = await newAccount(db)
    const all = await hub.subscribe({ accountIds: [accountId] })
    await write(db, ...range(1, 5).map((n) => numbered(accountId, n)))
    const events = await take(all, 5)
    const heard = await hub.subscribe({ accountIds: [accountId], after: events[1] })
    expect(versions(await take(heard, 3))).toEqual([3, 4, 5])
    await write(db, numbered(accountId, 6))
    expect(versions(await take(heard, 1))).toEqual([6])
  })

  it('has no gap and no repeat wherever it begins while 4 writers write', async () => {
    const accountId = await newAccount(db)
    const all = await hub.subscribe({ accountIds: [accountId] })
    const writers = range(0, 3).map(async (writer) => {
      for (const n of range(1, 75)) await write(db, numbered(accountId, writer * 75 + n))
    })
    const first = await take(all, 1)
    const rest = (async () => [...first, ...(await take(all, 299))])()
    const resumed: Promise<ReadEvent[]>[] = []
    // Each begins at another place of the seam: the cursor is always the first event's.
    for (const pageSize of [1, 3, 50, 200, 1000]) {
      const other = await startEvents(db, { pageSize })
      const heard = await other.hub.subscribe({ accountIds: [accountId], after: first[0] })
      resumed.push(take(heard, 299))
    }
    const whole = (await rest).map(({ id }) => id)
    for (const events of await Promise.all(resumed)) {
      expect(events.map(({ id }) => id)).toEqual(whole.slice(1))
    }
    await Promise.all(writers)
  })

  it('catches up however far it is behind, with a queue of three', async () => {
    const accountId = await newAccount(db)
    const small = await startEvents(db, { queueLimit: 3, pageSize: 2 })
    const all = await hub.subscribe({ accountIds: [accountId] })
    await write(db, numbered(accountId, 0))
    const [after] = await take(all, 1)
    await write(db, ...range(1, 40).map((n) => numbered(accountId, n)))
    const heard = await small.hub.subscribe({ accountIds: [accountId], after })
    const got = await take(heard, 20)
    // More comes while the reader is still reading the log: it is read from there too.
    await write(db, ...range(41, 60).map((n) => numbered(accountId, n)))
    expect(versions([...got, ...(await take(heard, 40))])).toEqual(range(1, 60))
    await write(db, numbered(accountId, 61))
    expect(versions(await take(heard, 1))).toEqual([61])
  })

  it('reads over more accounts than are read each from their own index', async () => {
    const accountIds: string[] = []
    for (const _ of range(1, 101)) accountIds.push(await newAccount(db))
    const all = await hub.subscribe({ accountIds })
    await write(db, ...accountIds.map((accountId, n) => numbered(accountId, n)))
    const [after] = await take(all, 1)
    const heard = await hub.subscribe({ accountIds, after })
    expect(versions(await take(heard, 100))).toEqual(range(1, 100))
  })

  it('starts further back for a cursor that was read while older transactions were open', async () => {
    const accountId = await newAccount(db)
    const open = await openWriter(db)
    await open.write(accountId, 1)
    await write(db, numbered(accountId, 2), numbered(accountId, 3))
    const [seen] = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
    const heard = await hub.subscribe({ accountIds: [accountId], after: seen ?? null })
    const next = heard.next()
    await open.end('COMMIT')
    const { value } = await next
    expect(versions([value as ReadEvent, ...(await take(heard, 1))])).toEqual([1, 3])
  })

  it('refuses a cursor that is older than what is kept, by name', async () => {
    const accountId = await newAccount(db)
    const all = await hub.subscribe({ accountIds: [accountId] })
    await write(db, numbered(accountId, 1))
    const [after] = await take(all, 1)
    const days = 86_400_000
    const inAMonth = await startEvents(db, { now: () => Date.now() + 30 * days + 1_000 })
    const almost = await startEvents(db, { now: () => Date.now() + 30 * days - 60_000 })
    const accountIds = [accountId]
    await expect(inAMonth.hub.subscribe({ accountIds, after })).rejects.toMatchObject({
      refusal: { code: 'CURSOR_EXPIRED', path: ['after'] },
    })
    await expect(almost.hub.subscribe({ accountIds, after })).resolves.toBeDefined()
    await db.prisma.event.deleteMany({ where: { accountId } })
    await expect(hub.subscribe({ accountIds, after })).rejects.toBeInstanceOf(Refused)
  })
})

describe('a reader who does not keep up', () => {
  it('misses nothing, repeats nothing and harms nobody', async () => {
    const accountId = await newAccount(db)
    const small = await startEvents(db, { queueLimit: 10, pageSize: 4 })
    const slow = await small.hub.subscribe({ accountIds: [accountId] })
    const quick = await small.hub.subscribe({ accountIds: [accountId] })
    const quickly = take(quick, 31)
    for (const n of range(1, 31)) await write(db, numbered(accountId, n))
    expect(versions(await quickly)).toEqual(range(1, 31))
    expect(versions(await take(slow, 31))).toEqual(range(1, 31))
    await write(db, numbered(accountId, 32))
    expect(versions(await take(slow, 1))).toEqual([32])
  })

  it('gets there also when it falls behind again and again', async () => {
    const accountId = await newAccount(db)
    const small = await startEvents(db, { queueLimit: 3, pageSize: 3 })
    const slow = await small.hub.subscribe({ accountIds: [accountId] })
    const got: ReadEvent[] = []
    for (const round of range(0, 19)) {
      await write(db, ...range(1, 5).map((n) => numbered(accountId, round * 5 + n)))
      got.push(...(await take(slow, round % 3)))
    }
    got.push(...(await take(slow, 100 - got.length)))
    expect(versions(got)).toEqual(range(1, 100))
  })

  it('is handed what it missed when it goes on, however often it holds', async () => {
    const accountId = await newAccount(db)
    const small = await startEvents(db, { queueLimit: 3, pageSize: 4 })
    const slow = await small.hub.subscribe({ accountIds: [accountId] })
    const heard: ReadEvent[] = []
    slow.handTo({ take: (event) => heard.push(event) % 3 !== 0, onEnd: () => {} })
    for (const round of range(0, 3)) {
      await write(db, ...range(1, 6).map((n) => numbered(accountId, round * 6 + n)))
    }
    await expect
      .poll(() => {
        slow.goOn()
        return versions(heard)
      })
      .toEqual(range(1, 24))
  })

  it('keeps the events that fit in its queue', async () => {
    const accountId = await newAccount(db)
    const small = await startEvents(db, { queueLimit: 10 })
    const slow = await small.hub.subscribe({ accountIds: [accountId] })
    const witness = await small.hub.subscribe({ accountIds: [accountId] })
    await write(db, ...range(1, 10).map((n) => numbered(accountId, n)))
    await take(witness, 10)
    expect(versions(await take(slow, 10))).toEqual(range(1, 10))
  })
})

describe('listeners of the hub', () => {
  it('hear every event before its subscribers, until they leave', async () => {
    const accountId = await newAccount(db)
    const order: string[] = []
    const leave = hub.onEvent((event) => {
      if (event.accountId === accountId) order.push(`listener ${event.subjectVersion}`)
    })
    const heard = await hub.subscribe({
      accountIds: [accountId],
      wants: ({ subjectVersion }) => order.push(`subscriber ${subjectVersion}`) > 0,
    })
    await write(db, numbered(accountId, 1))
    await take(heard, 1)
    leave()
    await write(db, numbered(accountId, 2))
    await take(heard, 1)
    expect(order).toEqual(['listener 1', 'subscriber 1', 'subscriber 2'])
  })

  it('are left alone by one that throws', async () => {
    const faults: unknown[] = []
    const own = createEventHub({ pool: db.pool, now: Date.now, onFault: (e) => faults.push(e) })
    const heard: string[] = []
    own.onEvent(() => {
      throw new Error('broken')
    })
    own.onEvent(({ type }) => heard.push(type))
    own.publish([{ type: 'booking.created' } as ReadEvent])
    expect(heard).toEqual(['booking.created'])
    expect(faults).toEqual([new Error('broken')])
  })
})
