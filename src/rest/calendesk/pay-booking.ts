// POST /admin/payments/bookings: writes down that a booking was paid for.

import { z } from 'zod'
import { words } from '../fields.ts'
import { route } from '../route.ts'
import { utcText } from '../times.ts'
import { nothing, number } from './suite.ts'

/** By the words for them; whatever else there is, is another one. */
const methods: Readonly<Record<string, string>> = {
  cash: 'CASH',
  card: 'CREDIT_CARD',
  credit_card: 'CREDIT_CARD',
  debit_card: 'DEBIT_CARD',
  transfer: 'BANK_TRANSFER',
  bank_transfer: 'BANK_TRANSFER',
  paypal: 'PAYPAL',
  voucher: 'VOUCHER',
  gift_card: 'VOUCHER',
}

function methodOf(text: string): string {
  const word = text.trim().toLowerCase()
  return Object.hasOwn(methods, word) ? (methods[word] ?? 'OTHER') : 'OTHER'
}

const status = z.enum(
  ['paid', 'completed', 'succeeded'],
  'has to be paid, completed or succeeded: only money that was received is recorded',
)

type PaymentData = {
  serial: number
  methodNote: string | null
  amount: { amount: number }
  receivedAt: Date
}

const sent = {
  payment_method: 'cash',
  booking_id: 5001,
  amount: 10000,
  status: 'completed',
  is_paid: true,
} as const

export const payBooking = route({
  name: 'payBooking',
  summary: 'Record a payment of a booking',
  description:
    'Ours: `amount` is in minor units of the currency of the business; `payment_method` is a word ' +
    'such as cash, card, transfer, paypal or voucher, or any other; `status` is paid, completed or ' +
    'succeeded, which mean the same, and is answered as it was sent. Money that is still to come ' +
    'is not recorded.',
  group: 'payments',
  method: 'POST',
  path: '/admin/payments/bookings',
  query: z.object({}),
  body: z.object({
    payment_method: words(100),
    booking_id: number(),
    amount: number(),
    status: status.optional(),
    is_paid: z.literal(true, 'has to be true: only money that was received is recorded').optional(),
  }),
  before: [
    {
      document: `query CalendeskBookingToPay($numbers: [Int!]!) {
        bookings(filter: { serials: $numbers }, first: 1) { nodes { id } }
      }`,
      variables: ({ body }) => ({ numbers: [body.booking_id] }),
    },
  ],
  document: `mutation CalendeskPayBooking($input: RecordPaymentInput!) {
    recordPayment(input: $input) {
      ... on RecordPaymentSuccess { data { serial methodNote amount { amount } receivedAt } }
      ... on ValidationError { issues { path message } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      bookingId: found.bookings.nodes[0]?.id ?? nothing,
      amount: { amount: body.amount },
      method: methodOf(body.payment_method),
      methodNote: body.payment_method.trim(),
    },
  }),
  refusals: {
    NOT_FOUND: { status: 422, code: 'invalid', message: 'No booking has this id.' },
  },
  answer: {
    status: 201,
    description: 'The payment; null for a credential that may not read payments.',
    schema: z
      .object({
        id: z.int(),
        booking_id: z.int(),
        payment_method: z.string().nullable(),
        amount: z.int(),
        status,
        is_paid: z.literal(true),
        created_at: z.iso.datetime(),
      })
      .nullable(),
  },
  reply: (
    { recordPayment: { data } }: { recordPayment: { data: PaymentData | null } },
    { body: { booking_id, status: word = 'paid' } },
  ) =>
    data && {
      id: data.serial,
      booking_id,
      payment_method: data.methodNote,
      amount: data.amount.amount,
      status: word,
      is_paid: true as const,
      created_at: utcText(data.receivedAt),
    },
  example: {
    body: sent,
    answer: { id: 1, ...sent, created_at: '2026-03-30T08:00:00Z' },
  },
})
