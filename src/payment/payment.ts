// What was paid and paid back: when a booking counts as paid, how a refund is shared out over the
// payments it gives back of, and what is wrong with a payment that somebody records. Pure.

import type { Issue } from '../errors.ts'
import { DAY, type Instant } from '../time/instant.ts'

/** How money changes hands; the words of the graph. */
export type PaymentMethod =
  | 'CASH'
  | 'CREDIT_CARD'
  | 'DEBIT_CARD'
  | 'BANK_TRANSFER'
  | 'PAYPAL'
  | 'CHEQUE'
  | 'VOUCHER'
  | 'EXISTING_CREDIT'
  | 'ACCOUNT_CREDIT'
  | 'OTHER'

/** Money that came in, as whoever records it tells it. */
export type NewPayment = {
  amountMinor: number
  /** Must be the booking's; null means it. */
  currency: string | null
  method: PaymentMethod
  methodNote: string | null
  reference: string | null
  note: string | null
  /** Null for now. */
  receivedAt: Date | null
  /** Whoever moved the money for the gateway, and its id of that; left out when nobody did. */
  provider?: 'STRIPE'
  providerRef?: string
}

/** The most that a booking's payments come to, in minor units. */
export const highestSumMinor = 2_147_483_647

/** The most payments that come with a new booking. */
export const maxInitialPayments = 10

/** The most characters of what is written beside a payment. */
export const longest = { methodNote: 100, reference: 255, note: 2000 } as const

type Paid = { amountPaidMinor: number; priceMinor: number | null }

/** Whether all that a booking costs is paid; what has no price is paid once anything was. */
export function isPaid({ amountPaidMinor, priceMinor }: Paid): boolean {
  return amountPaidMinor > 0 && amountPaidMinor >= (priceMinor ?? 0)
}

/** What is wrong with a payment for a booking of which so much is paid, come or to come. */
export function paymentIssues(
  payment: Omit<NewPayment, 'provider' | 'providerRef'>,
  booking: { currency: string; amountPaidMinor: number },
  now: Instant,
  isExpected = false,
): Issue[] {
  const { amountMinor, currency, receivedAt } = payment
  const issues: Issue[] = []
  const fault = (field: string, message: string) => issues.push({ path: [field], message })
  if (amountMinor < 1) fault('amount', `A payment is at least 1 minor unit, not ${amountMinor}.`)
  const sum = booking.amountPaidMinor + amountMinor
  if (sum > highestSumMinor) {
    const message = `With it ${sum} would be paid; a booking has at most ${highestSumMinor}.`
    fault('amount', message)
  }
  if (currency !== null && currency !== booking.currency) {
    fault('amount', `The booking's currency is "${booking.currency}", not "${currency}".`)
  }
  for (const [field, most] of Object.entries(longest)) {
    const text = payment[field as keyof typeof longest]
    if (text !== null && text.length > most) fault(field, `It has at most ${most} characters.`)
  }
  // Clocks differ, and some programs know no more than the date; nobody is paid next week.
  if (receivedAt !== null && receivedAt.getTime() > now + DAY && !isExpected) {
    fault('receivedAt', 'Money that was received cannot be dated more than a day ahead.')
  }
  return issues
}

export type Refundable = { id: string; amountMinor: number; refundedMinor: number }

/** What can still be given back of these payments, in minor units. */
export function refundableOf(payments: readonly Refundable[]): number {
  return payments.reduce((sum, payment) => sum + restOf(payment), 0)
}

const restOf = ({ amountMinor, refundedMinor }: Refundable) => amountMinor - refundedMinor

export type RefundPart<P> = { payment: P; amountMinor: number }

/** Shares an amount out over payments, in their order, each as far as it goes. */
export function shareOut<P extends Refundable>(
  amountMinor: number,
  payments: readonly P[],
): RefundPart<P>[] {
  let left = amountMinor
  const parts: RefundPart<P>[] = []
  for (const payment of payments) {
    const part = Math.min(left, restOf(payment))
    if (part > 0) parts.push({ payment, amountMinor: part })
    left -= part
  }
  return parts
}

type Tried = { kind: string; state: string; nextTryAt: Date | null }

/** Whether a refund waits for somebody to have it tried again. */
export function isStuck({ kind, state, nextTryAt }: Tried): boolean {
  return kind === 'REFUND' && state === 'PENDING' && nextTryAt === null
}
