// Pages on which somebody pays for a booking: opened with the provider, and what it tells of them.
// The row is written before the provider is asked, so that an order that was cut off is made again
// as the same one, or after a while as one that is open for longer.

import { demand, systemViewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { newId, type Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { poolBehind } from '../db/unit.ts'
import { invalid, notFound, refused } from '../errors.ts'
import { changeBooking, staffOf, bookingEvent } from '../booking/booking.data.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking, Checkout } from '../generated/prisma/client.ts'
import { MINUTE } from '../time/instant.ts'
import { addPayments, givenBack, lockPaid } from './payment.data.ts'
import { repay } from './repay.data.ts'
import { checkoutMinutes, leastMinutes, TillRefused, type Till, type TillNews } from './till.ts'

export type CheckoutWish = {
  /** Null for the deposit that is awaited, else for all that is open. */
  amountMinor: number | null
  currency: string | null
  successUrl: string
  cancelUrl: string
  idempotencyKey: string | null
}

type PayingContext = ActionContext & { till: Till | null }

/**
 * Opens a page of the provider on which the booking can be paid; one that is open for the same is
 * given again. Needs payments:write. Refuses NOT_FOUND, VALIDATION_FAILED, IDEMPOTENCY_CONFLICT.
 */
export async function startCheckout(
  ctx: PayingContext,
  booking: Key,
  wish: CheckoutWish,
): Promise<Checkout> {
  const { till } = ctx
  const { accountId } = booking
  demand(ctx.viewer, accountId, ['payments:write'], 'Booking', 'bookingId')
  if (poolBehind(ctx.db.pool) !== ctx.db.pool) {
    throw invalid(['bookingId'], 'A checkout cannot be undone: start it by a call of its own.')
  }
  const { idempotencyKey: key, ...asked } = wish
  const once = { accountId, key, operation: 'startCheckout', input: { booking, ...asked } }
  const row = await transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      once,
      () => planned(tx, ctx, booking, wish),
      (first) => again(tx, ctx, first),
    ),
  )
  return row.state === 'NEW' && till ? opened(ctx, till, row) : row
}

async function planned(
  tx: Transaction,
  ctx: PayingContext,
  key: Key,
  { amountMinor: wanted, currency, successUrl, cancelUrl }: CheckoutWish,
): Promise<Checkout> {
  const booking = await lockPaid(tx, key, 'bookingId')
  const { accountId, id: bookingId } = booking
  if (currency !== null && currency !== booking.currency) {
    throw invalid(['amount'], `The booking's currency is "${booking.currency}", not "${currency}".`)
  }
  const asked = booking.payBy === null ? (booking.priceMinor ?? 0) : booking.depositMinor
  const amountMinor = wanted ?? asked - booking.amountPaidMinor
  demandOpen(booking, amountMinor)
  const now = ctx.clock.now()
  const same = { accountId, bookingId, amountMinor, successUrl, cancelUrl }
  const standing = await tx.checkout.findFirst({
    where: { ...same, OR: [{ state: 'NEW' }, { state: 'OPEN', expiresAt: { gt: new Date(now) } }] },
    orderBy: { createdAt: 'desc' },
  })
  if (standing) return longEnough(tx, ctx, booking, standing)
  if (!ctx.till) throw invalid(['bookingId'], 'No provider of payments is set up here.')
  const expiresAt = new Date(now + checkoutMinutes * MINUTE)
  await waitFor(tx, ctx, booking, expiresAt)
  const created = { id: newId(), currency: booking.currency, expiresAt, createdAt: new Date(now) }
  const checkout = await tx.checkout.create({ data: { ...same, ...created } })
  const changes = changesBetween(null, checkout, ['bookingId', 'amountMinor', 'expiresAt'])
  const subject = { subjectType: 'Checkout', subjectId: checkout.id, changes }
  await appendAudit(tx, ctx, [{ accountId, action: 'checkout.started', ...subject }])
  return checkout
}

function demandOpen(booking: Booking, amountMinor: number): void {
  const { number, status, priceMinor, amountPaidMinor } = booking
  if (status === 'CANCELLED' || status === 'DECLINED') {
    throw invalid(['bookingId'], `Booking ${number} is ${status}: nothing is to be paid for it.`)
  }
  const open = (priceMinor ?? 0) - amountPaidMinor
  if (amountMinor >= 1 && amountMinor <= open) return
  const allowed = open > 0 ? `1 to ${open} minor units are` : 'Nothing is'
  throw invalid(['amount'], `${allowed} open for booking ${number}, not ${amountMinor}.`)
}

/** What the first call has made; if the provider has not answered, it is asked for it again. */
async function again(tx: Transaction, ctx: ActionContext, key: Key): Promise<Checkout | null> {
  const where = { accountId_id: key }
  const first = await tx.checkout.findUnique({ where })
  if (first?.state !== 'NEW') return first
  const { accountId, bookingId: id, amountMinor } = first
  const booking = await lockPaid(tx, { accountId, id }, 'bookingId')
  const row = await tx.checkout.findUniqueOrThrow({ where })
  if (row.state !== 'NEW') return row
  demandOpen(booking, amountMinor)
  return longEnough(tx, ctx, booking, row)
}

// What the provider has not made must be open for long enough once it does.
async function longEnough(tx: Transaction, ctx: ActionContext, booking: Booking, row: Checkout) {
  const { accountId, id, state } = row
  const now = ctx.clock.now()
  if (state !== 'NEW' || row.expiresAt.getTime() > now + leastMinutes * MINUTE) return row
  const expiresAt = new Date(now + checkoutMinutes * MINUTE)
  await waitFor(tx, ctx, booking, expiresAt)
  return tx.checkout.update({ where: { accountId_id: { accountId, id } }, data: { expiresAt } })
}

/** Whoever is on the page can finish there. */
async function waitFor(tx: Transaction, ctx: ActionContext, before: Booking, until: Date) {
  if (before.payBy === null || before.payBy >= until) return
  const booking = await changeBooking(tx, ctx, before, { payBy: until })
  const staff = (await staffOf(tx, [booking])).get(booking.id) ?? []
  await appendEvents(tx, ctx, [bookingEvent('booking.updated', booking, before, staff)])
}

async function opened(ctx: ActionContext, till: Till, row: Checkout): Promise<Checkout> {
  const { accountId, id, bookingId, amountMinor, currency, successUrl, cancelUrl } = row
  const { prisma } = ctx.db
  const booking = await prisma.booking.findUniqueOrThrow({
    where: { accountId_id: { accountId, id: bookingId } },
    include: { service: true, customer: true },
  })
  const order = { accountId, checkoutId: id, amountMinor, currency, successUrl, cancelUrl }
  try {
    const made = await till.openCheckout({
      ...order,
      // Open for longer it is another order; of the first one nobody has the address.
      key: `checkout-${id}-${row.expiresAt.getTime()}`,
      title: `${booking.service.name} ${booking.number}`,
      email: booking.customer.email,
      expiresAt: row.expiresAt.getTime(),
    })
    // It may be paid already by the time that this is written.
    await prisma.checkout.updateMany({
      where: { accountId, id, state: 'NEW' },
      data: { state: 'OPEN' },
    })
    return await prisma.checkout.update({ where: { accountId_id: { accountId, id } }, data: made })
  } catch (error) {
    ctx.log.warn({ err: error, checkoutId: id }, 'the provider of payments opened no checkout')
    if (!(error instanceof TillRefused)) throw unanswered()
    throw invalid(['amount'], 'The provider of payments does not take this.')
  }
}

const unanswered = () =>
  refused(
    'PAYMENT_REQUIRED',
    'The provider of payments does not answer now. Say it again with the same idempotency key.',
  )

/** Takes in what the provider tells of a checkout; said twice, or late, is said once. */
export async function takeNews(
  services: Omit<ActionContext, 'viewer'>,
  news: Exclude<TillNews, { kind: 'REFUND_FAILED' }>,
): Promise<void> {
  const { accountId, checkoutId } = news
  const viewer = { ...systemViewer([accountId]), name: 'Stripe' }
  const ctx = { ...services, viewer }
  const key = { accountId, id: checkoutId }
  await transaction(ctx.db, async (tx) => {
    const seen = await tx.checkout.findUnique({ where: { accountId_id: key } })
    if (!seen) throw notFound('Checkout', 'id')
    const before = await lockPaid(tx, { accountId, id: seen.bookingId }, 'bookingId')
    await lockRow(tx, 'Checkout', key)
    const checkout = await tx.checkout.findUniqueOrThrow({ where: { accountId_id: key } })
    // Paid is paid, whatever else is told before or after it.
    if (checkout.state === 'PAID') return
    const state = news.kind
    // Of a page that was made and never shown, because the answer was lost.
    if (news.kind === 'EXPIRED' && news.sessionId !== checkout.sessionId) return
    await tx.checkout.update({ where: { accountId_id: key }, data: { state } })
    if (news.kind === 'PAID') await book(tx, ctx, before, news)
  })
}

async function book(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  { ref, amountMinor, currency, byCard, at }: Extract<TillNews, { kind: 'PAID' }>,
): Promise<void> {
  const payment = {
    amountMinor,
    currency,
    method: byCard ? ('CREDIT_CARD' as const) : ('OTHER' as const),
    methodNote: byCard ? null : 'online',
    reference: ref,
    note: null,
    receivedAt: new Date(at),
    provider: 'STRIPE' as const,
    providerRef: ref,
  }
  const { booking } = await addPayments(tx, ctx, before, [payment])
  if (booking.status !== 'CANCELLED' && booking.status !== 'DECLINED') return
  // It came too late to be for anything, so all of it is owed.
  const [repaid = 0] = await repay(tx, ctx, [{ booking, dueMinor: amountMinor }])
  const after = await changeBooking(tx, ctx, booking, {
    ...givenBack(repaid),
    refundDueMinor: { increment: amountMinor },
    refundOpenMinor: { increment: amountMinor - repaid },
  })
  const staff = (await staffOf(tx, [after])).get(after.id) ?? []
  await appendEvents(tx, ctx, [bookingEvent('booking.updated', after, booking, staff)])
}
