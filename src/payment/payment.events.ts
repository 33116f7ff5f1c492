// The events of payments: which fields they tell of. What people wrote beside a payment is in none.

import type { Booking, Payment } from '../generated/prisma/client.ts'
import { changesBetween, type About, type NewEvent } from '../events/event.ts'

const toldFields = ['kind', 'bookingId', 'refundOfId', 'method', 'amountMinor', 'receivedAt']

/** The event of a refund that the provider has not made: for good, or until somebody says so. */
export function refundFailedEvent(before: Payment, after: Payment, about: About): NewEvent {
  return {
    type: 'payment.refund_failed',
    accountId: after.accountId,
    subjectType: 'Payment',
    subjectId: after.id,
    subjectVersion: 1,
    about: { ...about, bookingId: after.bookingId },
    changes: changesBetween(before, after, ['state', 'lastError']),
  }
}

/** The event of a payment that was recorded, or of a refund; `about` as the booking's own event. */
export function paymentEvent(payment: Payment, about: About, { id }: Booking): NewEvent {
  return {
    type: payment.kind === 'REFUND' ? 'payment.refunded' : 'payment.succeeded',
    accountId: payment.accountId,
    subjectType: 'Payment',
    subjectId: payment.id,
    subjectVersion: 1,
    about: { ...about, bookingId: id },
    changes: changesBetween(null, payment, toldFields),
  }
}
