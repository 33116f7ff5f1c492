// POST /admin/payments/bookings: writes down that a booking was paid for, or is to be.

import { z } from 'zod'
import { words } from '../fields.ts'
import { route, Unacceptable } from '../route.ts'
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
  ['paid', 'completed', 'succeeded', 'pending'],
  'has to be paid, completed or succeeded, or pending for money that is still to come',
)

type Sent = { status?: z.output<typeof status> | undefined; is_paid?: boolean | undefined }

/** Whether the money has come; either word says so, and both have to say the same. */
function isPaid({ status: word, is_paid: flag }: Sent): boolean {
  const paid = flag ?? word !== 'pending'
  if (word === undefined || (word !== 'pending') === paid) return paid
  const message = `"${word}" and is_paid ${flag} contradict each other.`
  throw new Unacceptable({ place: 'body', name: 'status', message })
}

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
    'succeeded, which mean the same, or pending for money that is still to come (`is_paid` false): ' +
    'it does not count until the graph is told that it came (`settlePayment`). It is answered as ' +
    'it was sent.',
  group: 'payments',
  method: 'POST',
  path: '/admin/payments/bookings',
  query: z.object({}),
  body: z.object({
    payment_method: words(100),
    booking_id: number(),
    amount: number(),
    status: status.optional(),
    is_paid: z.boolean().optional(),
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
      expected: !isPaid(body),
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
        is_paid: z.boolean(),
        created_at: z.iso.datetime(),
      })
      .nullable(),
  },
  reply: ({ recordPayment: { data } }: { recordPayment: { data: PaymentData | null } }, { body }) =>
    data && {
      id: data.serial,
      booking_id: body.booking_id,
      payment_method: data.methodNote,
      amount: data.amount.amount,
      status: body.status ?? (isPaid(body) ? ('paid' as const) : ('pending' as const)),
      is_paid: isPaid(body),
      created_at: utcText(data.receivedAt),
    },
  example: {
    body: sent,
    answer: { id: 1, ...sent, created_at: '2026-03-30T08:00:00Z' },
  },
})
