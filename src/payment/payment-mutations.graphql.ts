// The mutations of payments.

import type { RefusalCode } from '../errors.ts'
import { demandKey } from '../graphql/ids.ts'
import { demandOne, instantOf } from '../graphql/inputs.ts'
import { MoneyInput } from '../graphql/money.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { PaymentMethodEnum, paymentInput, paymentOf } from '../graphql/payment-input.ts'
import { recordPayment, refundPayment } from './payment.actions.ts'
import { retryRefund } from './retry.actions.ts'
import { settlePayment } from './settle.actions.ts'

const refusals: readonly RefusalCode[] = ['VERSION_CONFLICT', 'IDEMPOTENCY_CONFLICT']

const targets = { paymentId: 'Payment', bookingId: 'Booking' } as const

const saidOnce = (t: InputBuilder) => ({
  expectedVersion: t.int({ description: 'Refuse unless the booking has this version.' }),
  idempotencyKey: t.string({
    description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
  }),
})

mutation('recordPayment', {
  description:
    'Records money that was received elsewhere for a booking, whatever its status, or that is to ' +
    'come. It is a fact that is written down: nobody is charged.',
  scopes: ['payments:write'],
  data: 'Payment',
  dataDescription: 'The payment.',
  refusals,
  input: (t) => ({
    bookingId: t.id({ required: true, description: 'What was paid for.' }),
    ...paymentInput(t),
    expected: t.boolean({
      description:
        'True: it is still to come, at `receivedAt` if that is said. It is PENDING, and counts once ' +
        '`settlePayment` says that it came.',
    }),
    ...saidOnce(t),
  }),
  resolve: ({ bookingId, expectedVersion, idempotencyKey, expected, ...payment }, ctx) =>
    recordPayment(ctx, demandKey('Booking', bookingId, 'bookingId'), {
      ...paymentOf(payment),
      expected: expected ?? false,
      expectedVersion: expectedVersion ?? null,
      idempotencyKey: idempotencyKey ?? null,
    }),
})

mutation('settlePayment', {
  description:
    'Says of a payment that was expected (PENDING) that it came, from when on it counts, or that ' +
    'it never will. Nobody is charged.',
  scopes: ['payments:write'],
  data: 'Payment',
  dataDescription: 'The payment, DONE or FAILED.',
  refusals: [...refusals, 'ILLEGAL_TRANSITION'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The payment.' }),
    received: t.boolean({ defaultValue: true, description: 'Whether it came.' }),
    receivedAt: t.field({
      type: 'DateTime',
      description: 'When the money came; left out, now. At most a day ahead.',
    }),
    ...saidOnce(t),
  }),
  resolve: ({ id, received, receivedAt, expectedVersion, idempotencyKey }, ctx) =>
    settlePayment(ctx, demandKey('Payment', id, 'id'), {
      received: received ?? true,
      receivedAt: receivedAt ? instantOf(receivedAt, 'receivedAt') : null,
      expectedVersion: expectedVersion ?? null,
      idempotencyKey: idempotencyKey ?? null,
    }),
})

mutation('refundPayment', {
  description:
    'Records that money was given back: of one payment (paymentId), or of those of a booking ' +
    '(bookingId), the latest first; never more than was paid. What was paid through a provider is ' +
    'given back by it, unless `method` names another way; for all else it is a fact that is ' +
    'written down, and no money is sent.',
  scopes: ['payments:write'],
  data: ['Payment'],
  dataDescription:
    'The refunds, one for each payment that they give back of; empty when nothing is due.',
  refusals,
  input: (t) => ({
    paymentId: t.id({ description: 'Of this payment.' }),
    bookingId: t.id({ description: 'Of the payments of this booking.' }),
    amount: t.field({
      type: MoneyInput,
      description:
        'How much. Left out, all that is left of the payment; of a booking that was cancelled or ' +
        'declined what is still due (`refundOpen`), which may be nothing.',
    }),
    method: t.field({
      type: PaymentMethodEnum,
      description: 'How it was given back; left out, as it was paid.',
    }),
    throughProvider: t.boolean({
      description:
        'True: no more than what a provider took, and so gives back itself; the rest stays due.',
    }),
    reason: t.string({ description: 'Why; at most 2000 characters.' }),
    ...saidOnce(t),
  }),
  resolve: ({ paymentId, bookingId, ...input }, ctx) => {
    const { path, accountId, id } = demandOne({ paymentId, bookingId }, targets)
    return refundPayment(
      ctx,
      { by: path, key: { accountId, id } },
      {
        amountMinor: input.amount?.amount ?? null,
        currency: input.amount?.currency ?? null,
        method: input.method ?? null,
        throughProvider: input.throughProvider ?? false,
        reason: input.reason ?? null,
        expectedVersion: input.expectedVersion ?? null,
        idempotencyKey: input.idempotencyKey ?? null,
      },
    )
  },
})

mutation('retryRefund', {
  description:
    'Has the provider asked again for a refund that is PENDING and not tried any more ' +
    '(`nextAttemptAt` is null). It is looked up first, so that it is not made twice.',
  scopes: ['payments:write'],
  data: 'Payment',
  dataDescription: 'The refund, which is tried soon.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({ id: t.id({ required: true, description: 'The refund.' }) }),
  resolve: ({ id }, ctx) => retryRefund(ctx, demandKey('Payment', id, 'id')),
})
