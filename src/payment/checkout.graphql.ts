// Checkouts as the graph shows them, and the mutation that starts one.

import { builder } from '../graphql/builder.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { Money, MoneyInput } from '../graphql/money.ts'
import { mutation } from '../graphql/mutations.ts'
import { findable, Node } from '../graphql/node.ts'
import { startCheckout } from './checkout.actions.ts'

findable('Checkout', ['payments:read'])

const CheckoutState = builder.enumType('CheckoutState', {
  description: 'What became of a checkout.',
  values: {
    NEW: { description: 'The provider was not asked yet, or did not answer.' },
    OPEN: { description: 'Somebody can pay there, until it expires.' },
    PAID: { description: 'Paid: the payment is recorded with the booking.' },
    EXPIRED: { description: 'Nobody paid in time.' },
  } as const,
})

builder.prismaObject('Checkout', {
  description: 'A page of the provider of payments on which somebody can pay for a booking.',
  interfaces: [Node],
  scopes: ['payments:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Checkout', row) }),
    state: t.expose('state', { type: CheckoutState, description: 'What became of it.' }),
    amount: t.field({
      type: Money,
      description: 'How much is to be paid there.',
      resolve: ({ amountMinor, currency }) => ({ amountMinor, currency }),
    }),
    url: t.exposeString('url', {
      nullable: true,
      description: 'Where to send the payer; null while it is NEW.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it can be paid there.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
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
      description: 'What is paid for. Null when denied.',
      resolve: ({ accountId, bookingId }, _args, ctx) =>
        ctx.load('Booking', { accountId, id: bookingId }),
    }),
  }),
})

mutation('startCheckout', {
  description:
    'Opens a page of the provider of payments for a booking; one that is open for the same is ' +
    'given again. While a deposit is awaited, the booking waits as long as the page is open. The ' +
    'payment is recorded when the provider says so.',
  scopes: ['payments:write'],
  data: 'Checkout',
  dataDescription: 'The checkout, with the address of its page.',
  refusals: ['IDEMPOTENCY_CONFLICT', 'PAYMENT_REQUIRED'],
  input: (t) => ({
    bookingId: t.id({ required: true, description: 'What is paid for.' }),
    amount: t.field({
      type: MoneyInput,
      description: 'How much; left out, the deposit while it is awaited, else all that is open.',
    }),
    successUrl: t.field({
      type: 'URL',
      required: true,
      description: 'Where the payer goes after paying.',
    }),
    cancelUrl: t.field({
      type: 'URL',
      required: true,
      description: 'Where the payer goes when they give up.',
    }),
    idempotencyKey: t.string({
      description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
    }),
  }),
  resolve: (input, ctx) =>
    startCheckout(ctx, demandKey('Booking', input.bookingId, 'bookingId'), {
      amountMinor: input.amount?.amount ?? null,
      currency: input.amount?.currency ?? null,
      successUrl: String(input.successUrl),
      cancelUrl: String(input.cancelUrl),
      idempotencyKey: input.idempotencyKey ?? null,
    }),
})
