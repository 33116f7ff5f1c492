// A log to test against: accounts without anything in them, events written the way actions write
// them, and a tail with its hub.
import pg from 'pg'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { systemViewer } from '../../src/auth/viewer.ts'
import { newId } from '../../src/db/id.ts'
import { transaction } from '../../src/db/transaction.ts'
import type { NewEvent } from '../../src/events/event.ts'
import { createEventHub, type EventHub } from '../../src/events/hub.ts'
import { appendEvents } from '../../src/events/outbox.ts'
import { createEventTail, type EventTail } from '../../src/events/tail.ts'
import type { TestDatabase } from '../support/database.ts'

export const silent = pino({ level: 'silent' })

export async function newAccount(db: TestDatabase): Promise<string> {
  const id = newId()
  await db.prisma.account.create({
    data: { id, slug: id, name: 'Test', timeZone: 'Europe/London', currency: 'GBP' },
  })
  return id
}

/** One event with this number as its subject's version. */
export function numbered(accountId: string, n: number, more: Partial<NewEvent> = {}): NewEvent {
  return {
    type: 'booking.updated',
    accountId,
    subjectType: 'Booking',
    subjectId: accountId,
    subjectVersion: n,
    ...more,
  }
}

/** Commits these events in one transaction. */
export function write(db: TestDatabase, ...events: NewEvent[]): Promise<void> {
  const viewer = systemViewer(events.map(({ accountId }) => accountId))
  const ctx = { viewer, db, clock: { now: () => Date.now() }, log: silent }
  return transaction(db, (tx) => appendEvents(tx, ctx, events))
}

/** A transaction on a connection of its own that has begun to write and is still open. */
export async function openWriter(db: TestDatabase) {
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  await client.query('BEGIN')
  const { rows } = await client.query<{ xid: string }>(`SELECT pg_current_xact_id()::text AS xid`)
  return {
    xid: BigInt(rows[0]?.xid ?? ''),
    write: (accountId: string, n: number) =>
      client.query(
        `INSERT INTO "Event" ("id", "accountId", "type", "occurredAt", "actorKind", "actorName",
           "subjectType", "subjectId", "subjectVersion", "about", "changes")
         VALUES ($1, $2, 'booking.updated', now(), 'SYSTEM', 'Test', 'Booking', $2, $3, '{}', '[]')`,
        [newId(), accountId, n],
      ),
    end: async (how: 'COMMIT' | 'ROLLBACK') => {
      await client.query(how)
      await client.end()
    },
  }
}

type Options = Partial<
  Parameters<typeof createEventTail>[0] &
    Pick<Parameters<typeof createEventHub>[0], 'queueLimit' | 'pageSize' | 'now'>
>

/** A started tail with a hub, stopped when the file is done. */
export async function startEvents(
  db: TestDatabase,
  options: Options = {},
): Promise<{ hub: EventHub; tail: EventTail }> {
  const fail = (error: unknown) => {
    throw error
  }
  const hub = createEventHub({ now: () => Date.now(), ...options, pool: db.pool, onFault: fail })
  const tail = createEventTail({ log: silent, ...options, pool: db.pool, onEvents: hub.publish })
  await tail.start()
  afterAll(() => tail.stop())
  return { hub, tail }
}

/** The next `count` values of an iterator. */
export async function take<T>(source: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < count) {
    const { done, value } = await source.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

export const versions = (events: { subjectVersion: number }[]) =>
  events.map(({ subjectVersion }) => subjectVersion)

export const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
