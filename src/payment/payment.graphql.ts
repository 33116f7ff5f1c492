// Payment as the graph shows it, and what a booking's payments come to. Lists stand in
// payment-lists.graphql.ts, mutations in payment-mutations.graphql.ts.

import { poolReader } from '../db/reader.ts'
import { AuditActor } from '../graphql/actor.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { Money, moneyOf } from '../graphql/money.ts'
import { findable, Node } from '../graphql/node.ts'
import { PaymentMethodEnum } from '../graphql/payment-input.ts'
import { pendingRefunds } from './payment.data.ts'

findable('Payment', ['payments:read'])

export const PaymentKind = builder.enumType('PaymentKind', {
  description: 'Which way the money went.',
  values: {
    PAYMENT: { description: 'From the customer.' },
    REFUND: { description: 'Back to the customer.' },
  } as const,
})

export const PaymentState = builder.enumType('PaymentState', {
  description: 'Where money stands.',
  values: {
    PENDING: {
      description:
        'A refund that the provider has yet to make, which counts already; or a payment that is ' +
        'still to come, which does not count.',
    },
    DONE: { description: 'It changed hands.' },
    FAILED: {
      description:
        'A refund that the provider could not make, or a payment that never came; it does not count.',
    },
  } as const,
})

const PaymentProvider = builder.enumType('PaymentProvider', {
  description: 'Who moves money for the gateway.',
  values: { STRIPE: { description: 'Stripe.' } } as const,
})

builder.prismaObject('Payment', {
  description: 'Money that was paid for a booking, or paid back.',
  interfaces: [Node],
  scopes: ['payments:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Payment', row) }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    kind: t.expose('kind', { type: PaymentKind, description: 'Which way the money went.' }),
    method: t.expose('method', { type: PaymentMethodEnum, description: 'How.' }),
    methodNote: t.exposeString('methodNote', {
      nullable: true,
      description: 'How in words; null when nobody said.',
    }),
    amount: t.field({
      type: Money,
      description: 'How much, above 0 either way.',
      resolve: ({ amountMinor, currency }) => ({ amountMinor, currency }),
    }),
    amountRefunded: t.field({
      type: Money,
      description: 'What of it was paid back; 0 of a refund.',
      resolve: ({ refundedMinor, currency }) => ({ amountMinor: refundedMinor, currency }),
    }),
    state: t.expose('state', {
      type: PaymentState,
      description: 'Where the money stands; DONE for all that was recorded as received.',
    }),
    attemptCount: t.exposeInt('tries', {
      description: 'Of a refund through a provider: how often it was asked for it.',
    }),
    nextAttemptAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the provider is asked next; null when it is not: of a refund that is PENDING, ' +
        '`retryRefund` asks.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why a refund was not made at the last try; null when it was, or was not tried.',
    }),
    provider: t.expose('provider', {
      type: PaymentProvider,
      nullable: true,
      description: 'Through whom the gateway itself moved it; null for what happened elsewhere.',
    }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: "The payer's or provider's reference; null when there is none.",
    }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'Free text; of a refund why it was made. Null when nobody said.',
    }),
    receivedAt: t.expose('receivedAt', {
      type: 'DateTime',
      description: 'When the money changed hands, or is expected to.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    recordedBy: t.field({
      type: AuditActor,
      nullable: true,
      scopes: ['audit:read'],
      description: 'Who recorded it. Null when denied.',
      resolve: (row) => row,
    }),
    refundOf: t.field({
      type: 'Payment',
      nullable: true,
      description: 'Of a refund: the payment that it gives back of; null for a payment.',
      resolve: ({ accountId, refundOfId }, _args, ctx) =>
        refundOfId === null ? null : ctx.load('Payment', { accountId, id: refundOfId }),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    booking: t.field({
      type: 'Booking',
      nullable: true,
      scopes: ['bookings:read'],
      description: 'What was paid for. Null when denied.',
      resolve: ({ accountId, bookingId }, _args, ctx) =>
        ctx.load('Booking', { accountId, id: bookingId }),
    }),
    customer: t.field({
      type: 'Customer',
      nullable: true,
      scopes: ['customers:read'],
      description: 'Who the booking is for. Null when denied.',
      resolve: async ({ accountId, bookingId }, _args, ctx) => {
        const booking = await ctx.load('Booking', { accountId, id: bookingId })
        return booking && ctx.load('Customer', { accountId, id: booking.customerId })
      },
    }),
  }),
})

builder.prismaObjectField('Booking', 'balance', (t) =>
  t.field({
    type: Money,
    nullable: true,
    scopes: ['payments:read'],
    reads: ['priceMinor', 'amountPaidMinor', 'currency'],
    description:
      'What is still to be paid: the price less `amountPaid`; below 0 when more was paid. Null ' +
      'when it has no price, or when denied.',
    resolve: ({ priceMinor, amountPaidMinor, currency }) =>
      moneyOf(priceMinor === null ? null : priceMinor - amountPaidMinor, currency),
  }),
)

builder.prismaObjectField('Booking', 'amountRefunded', (t) =>
  t.field({
    type: Money,
    nullable: true,
    scopes: ['payments:read'],
    reads: ['refundedMinor', 'currency'],
    description: 'What was paid back of all that was paid. Null when denied.',
    resolve: ({ refundedMinor, currency }) => moneyOf(refundedMinor, currency),
  }),
)

builder.prismaObjectField('Booking', 'refundOpen', (t) =>
  t.field({
    type: Money,
    nullable: true,
    scopes: ['payments:read'],
    reads: ['refundOpenMinor', 'currency'],
    description: 'What of `refundDue` was not paid back yet. Null when denied.',
    resolve: ({ refundOpenMinor, currency }) => moneyOf(refundOpenMinor, currency),
  }),
)

builder.prismaObjectField('Booking', 'refundPending', (t) =>
  t.field({
    type: Money,
    nullable: true,
    scopes: ['payments:read'],
    reads: ['refundedMinor', 'currency'],
    description:
      'What of `amountRefunded` the provider has yet to give back; 0 when nothing is under way. ' +
      'Null when denied.',
    resolve: ({ accountId, id, refundedMinor, currency }, _args, ctx) =>
      refundedMinor === 0
        ? moneyOf(0, currency)
        : batched(ctx, 'refundPending', { accountId, id }, (keys) =>
            pendingRefunds(poolReader(ctx.db), keys),
          ).then((pending) => moneyOf(pending, currency)),
  }),
)
