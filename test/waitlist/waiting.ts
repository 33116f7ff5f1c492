// A shop with people who wait, and the workers that look after them, with a clock that the test
// moves.
import { onTestFinished } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { expireHolds } from '../../src/booking/hold.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { newId, type Key } from '../../src/db/id.ts'
import { joinWaitlist, type NewEntry } from '../../src/waitlist/waitlist.actions.ts'
import { createWaitlistWorker } from '../../src/waitlist/worker.actions.ts'
import type { TestDatabase } from '../support/database.ts'
import { asked, openShop, type Shop } from '../support/shop.ts'
import { becomes } from '../webhook/delivering.ts'

/** A worker of a node; several look after the same database. */
export async function startWaiting(db: TestDatabase, { clock, log }: Shop['ctx']) {
  const worker = createWaitlistWorker({ services: { db, clock, log }, pollMs: 20, sweepMs: 20 })
  await worker.follow()
  worker.start()
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= worker.stop())
  onTestFinished(stop)
  return stop
}

export async function openWaiting(db: TestDatabase, options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(db, options)
  const { accountId, ctx, serviceId } = shop
  const customer = async (name: string) => {
    const id = newId()
    await db.prisma.customer.create({ data: { accountId, id, name } })
    return id
  }
  const join = async (wish: Partial<NewEntry>) =>
    joinWaitlist(ctx, {
      service: { accountId, id: serviceId },
      sessionId: null,
      fromAt: null,
      untilAt: null,
      staffIds: [],
      partySize: 1,
      customerId: wish.customerId ?? (await customer('Somebody')),
      customer: null,
      idempotencyKey: null,
      ...wish,
    })
  /** Who waits for a start at this very moment. */
  const joinAt = (at: Date, wish: Partial<NewEntry> = {}) =>
    join({ fromAt: at, untilAt: new Date(at.getTime() + 60_000), ...wish })
  const book = (wish: object) => createBooking(ctx, asked(shop, wish))
  const cancel = (key: Key) => {
    const plain = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }
    return cancelBooking(ctx, key, plain)
  }
  const entry = ({ id }: Key) =>
    db.prisma.waitlistEntry.findFirstOrThrow({ where: { id }, include: { hold: true } })
  /** Resolves when the entry has come to this state. */
  const comes = (key: Key, state: string) =>
    becomes(
      () => entry(key),
      (row) => row.state === state,
    )
  /** States of the entries, once nobody has anything to look after. */
  const states = async (...keys: Key[]) => {
    const { looked } = db.prisma.waitlistEntry.fields
    const due = { accountId, state: 'WAITING' as const, stirred: { gt: looked } }
    await becomes(
      () => db.prisma.waitlistEntry.count({ where: due }),
      (count) => count === 0,
    )
    return Promise.all(keys.map(async (key) => (await entry(key)).state))
  }
  const told = async () => {
    const where = { accountId, subjectType: 'WaitlistEntry' }
    const events = await db.prisma.event.findMany({ where, orderBy: { seq: 'asc' } })
    return events.map(({ type, subjectId }) => [type, subjectId])
  }
  /** Time passes, and holds that ran out by it are told of. */
  const pass = async (ms: number) => {
    shop.clock.advance(ms)
    await expireHolds(ctx)
  }
  const helpers = { customer, join, joinAt, book, cancel, entry, comes, states, told, pass }
  return { ...shop, shop, ...helpers }
}
