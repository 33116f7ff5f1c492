// Has refunds made by the provider, one by one, until it says yes or no. Whoever takes a refund
// leases it; when that one dies, another takes over, and looks first whether it was made.

import { systemViewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { bookingEvent, changeBooking, staffOf } from '../booking/booking.data.ts'
import type { About } from '../events/event.ts'
import { createLoop, type Loop } from '../events/loop.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Booking, type Payment } from '../generated/prisma/client.ts'
import { nextTry } from '../time/next-try.ts'
import { lockPaid } from './payment.data.ts'
import { paymentEvent, refundFailedEvent } from './payment.events.ts'
import { TillRefused, type Till } from './till.ts'

type Services = Omit<ActionContext, 'viewer'> & { till: Till }

const leaseMs = 60_000
const atOnce = 10
const pollMs = 1_000

export function createRefundWorker(services: Services): Loop {
  const { log } = services
  return createLoop({
    work: async () => (await makeRefunds(services)) === atOnce,
    onFault: (error) => log.warn({ err: error }, 'could not look for refunds; trying again'),
    pollMs,
    shortestPauseMs: 20,
  })
}

type Leased = Payment & { ofRef: string }

/** Takes the refunds that are due, and has each made; returns how many it took. */
export async function makeRefunds(services: Services): Promise<number> {
  const now = timestamptz(services.clock.now())
  const until = timestamptz(services.clock.now() + leaseMs)
  const due = await poolReader(services.db)<Leased>(Prisma.sql`
    UPDATE "Payment" p SET "leasedUntil" = ${until}, "tries" = p."tries" + 1
    FROM "Payment" o
    WHERE o."accountId" = p."accountId" AND o."id" = p."refundOfId"
      AND (p."accountId", p."id") IN (SELECT r."accountId", r."id" FROM "Payment" r
        WHERE r."state" = 'PENDING' AND r."nextTryAt" <= ${now}
          AND (r."leasedUntil" IS NULL OR r."leasedUntil" <= ${now})
        ORDER BY r."nextTryAt" LIMIT ${atOnce} FOR UPDATE SKIP LOCKED)
    RETURNING p.*, o."providerRef" AS "ofRef"`)
  await Promise.all(due.map((refund) => make(services, refund)))
  return due.length
}

async function make(services: Services, refund: Leased): Promise<void> {
  const { till, log } = services
  const { accountId, id, ofRef, amountMinor, tries } = refund
  const order = { key: `refund-${id}`, accountId, refundId: id, ofRef, amountMinor }
  try {
    const providerRef = await till.refund({ ...order, again: tries > 1 })
    await settle(services, refund, { state: 'DONE', providerRef })
  } catch (error) {
    log.warn({ err: error, refundId: id, tries }, 'a refund was not made')
    if (error instanceof TillRefused) await settle(services, refund, { state: 'FAILED' })
    else await putOff(services, refund)
  }
}

const unreached = 'The provider could not be reached, or did not answer.'

/**
 * It may have been made all the same, so it never fails by this: it is tried again, and after many
 * tries only when somebody says so.
 */
async function putOff(services: Services, { accountId, bookingId, id, tries }: Payment) {
  const { db, clock } = services
  const nextAt = nextTry(clock.now(), tries)
  await transaction(db, async (tx) => {
    const ctx = { ...services, viewer: systemViewer([accountId]) }
    const booking = await lockPaid(tx, { accountId, id: bookingId }, 'bookingId')
    const where = { accountId_id: { accountId, id } }
    const before = await tx.payment.findUniqueOrThrow({ where })
    if (before.state !== 'PENDING') return
    const nextTryAt = nextAt === null ? null : new Date(nextAt)
    const data = { nextTryAt, leasedUntil: null, lastError: unreached }
    const after = await tx.payment.update({ where, data })
    if (nextAt !== null) return
    await appendEvents(tx, ctx, [refundFailedEvent(before, after, await aboutOf(tx, booking))])
  })
}

type Outcome = { state: 'DONE'; providerRef: string } | { state: 'FAILED' }

const refusedBy = 'The provider refused it.'

/** Writes what became of a refund; of one that was settled already nothing. */
async function settle(services: Services, { accountId, bookingId, id }: Payment, outcome: Outcome) {
  await transaction(services.db, async (tx) => {
    const ctx = { ...services, viewer: systemViewer([accountId]) }
    const before = await lockPaid(tx, { accountId, id: bookingId }, 'bookingId')
    const where = { accountId_id: { accountId, id } }
    const seen = await tx.payment.findUniqueOrThrow({ where })
    if (seen.state !== 'PENDING') return
    const refund = await tx.payment.update({
      where,
      data: {
        ...outcome,
        nextTryAt: null,
        leasedUntil: null,
        lastError: outcome.state === 'FAILED' ? refusedBy : null,
      },
    })
    if (outcome.state === 'FAILED') return takeBack(tx, ctx, before, { seen, refund })
    await appendEvents(tx, ctx, [paymentEvent(refund, await aboutOf(tx, before), before)])
  })
}

async function aboutOf(tx: Transaction, booking: Booking): Promise<About> {
  const staff = (await staffOf(tx, [booking])).get(booking.id) ?? []
  return bookingEvent('booking.updated', booking, booking, staff).about ?? {}
}

/** The provider tells later that a refund has failed; said twice is said once. */
export async function failRefund(
  services: Omit<ActionContext, 'viewer'>,
  { accountId, id }: Key,
): Promise<void> {
  const where = { accountId_id: { accountId, id } }
  await transaction(services.db, async (tx) => {
    const ctx = { ...services, viewer: { ...systemViewer([accountId]), name: 'Stripe' } }
    const seen = await tx.payment.findUnique({ where })
    if (!seen) return
    const before = await lockPaid(tx, { accountId, id: seen.bookingId }, 'bookingId')
    const now = await tx.payment.findUniqueOrThrow({ where })
    if (now.state === 'FAILED' || now.kind !== 'REFUND' || now.provider === null) return
    const ended = { nextTryAt: null, leasedUntil: null, lastError: refusedBy }
    const refund = await tx.payment.update({ where, data: { state: 'FAILED', ...ended } })
    await takeBack(tx, ctx, before, { seen: now, refund })
  })
}

// The money is still here: what was given back on paper is paid again, and owed where it was due.
async function takeBack(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  { seen, refund }: { seen: Payment; refund: Payment },
) {
  const { accountId, refundOfId, amountMinor } = refund
  await tx.payment.update({
    where: { accountId_id: { accountId, id: refundOfId ?? '' } },
    data: { refundedMinor: { decrement: amountMinor } },
  })
  const { refundDueMinor, refundOpenMinor } = before
  const booking = await changeBooking(tx, ctx, before, {
    amountPaidMinor: { increment: amountMinor },
    refundedMinor: { decrement: amountMinor },
    refundOpenMinor: Math.min(refundDueMinor, refundOpenMinor + amountMinor),
  })
  const staff = (await staffOf(tx, [booking])).get(booking.id) ?? []
  const changed = bookingEvent('booking.updated', booking, before, staff)
  const failed = refundFailedEvent(seen, refund, changed.about ?? {})
  await appendEvents(tx, ctx, [changed, failed])
}
