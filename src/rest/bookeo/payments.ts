// Payments: of one booking, recorded with it, and of all.

import { z } from 'zod'
import { id } from '../fields.ts'
import { pageAsk } from '../numbered.ts'
import { Absent, type Found } from '../route.ts'
import { offsetTime } from '../times.ts'
import { numbered, theBooking, type FoundBooking } from './bookings.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import { inParts, longestPage, ofParts, partsAsk, partVariables, type Parts } from './parts.ts'
import {
  initialPaymentOf,
  methodIn,
  paymentExample,
  paymentFields,
  paymentMethod,
  paymentOf,
  paymentSchema,
  sentPayment,
  type PaymentData,
} from './payment.ts'
import { accountOf, bookeoRoute, lang, sees } from './route.ts'
import { windowOf } from './times.ts'

const somePayments = `query BookeoPayments(
  $filter: PaymentFilter, $orderBy: PaymentOrder, ${partVariables}
) {
  ${inParts(
    (page, totalCount) => `payments(filter: $filter, orderBy: $orderBy, ${page}) {
      ${totalCount} nodes { ${paymentFields} }
    }`,
  )}
}`

/** What a provider has yet to give back, or could not, is no payment yet. */
const happened = { state: ['DONE'] }

const list = listOf(
  'payments',
  z.object({
    startTime: offsetTime.optional().describe('When it was received.'),
    endTime: offsetTime.optional().describe('At most 31 days after `startTime`.'),
    paymentMethod: paymentMethod.optional(),
    customerId: id.optional(),
  }),
  longestPage,
)

const listPayments = bookeoRoute({
  name: 'listPayments',
  summary: 'List payments',
  description: 'By when they were received. What was given back is negative.',
  method: 'GET',
  path: '/payments',
  query: list.query,
  document: somePayments,
  variables: ({ query }, found) => {
    const { filters, page, size } = list.asked(query)
    const { startTime, endTime, customerId } = filters
    const received = windowOf([startTime, endTime], ['startTime', 'endTime'], accountOf(found))
    return {
      ...partsAsk(page, size),
      filter: {
        ...happened,
        ...(received && { receivedAt: received }),
        ...(filters.paymentMethod && { method: [methodIn(filters.paymentMethod)] }),
        ...(customerId && { customerIds: [customerId] }),
      },
      orderBy: { field: 'RECEIVED_AT', direction: 'ASC' },
    }
  },
  answer: { status: 200, description: 'The payments.', schema: pageSchema(paymentSchema) },
  reply: (data: Parts<PaymentData>, { query }, found) => {
    const { nodes, totalCount } = ofParts(data)
    const payments = nodes.map((each) => paymentOf(each, accountOf(found)))
    return pageOf(payments, totalCount, list.asked(query))
  },
  example: { query: { paymentMethod: 'cash' }, answer: onePage(paymentExample) },
})

const getPayment = bookeoRoute({
  name: 'getPayment',
  summary: 'Get a payment',
  method: 'GET',
  path: '/payments/:id',
  query: z.object(lang),
  before: [sees('payments')],
  document: `query BookeoPayment($id: ID!) {
    payment: node(id: $id) { ... on Payment { state ${paymentFields} } }
  }`,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: { status: 200, description: 'The payment.', schema: paymentSchema },
  reply: (
    { payment }: { payment: (Partial<PaymentData> & { state?: string }) | null },
    _input,
    found,
  ) => {
    if (payment?.id === undefined || payment.state !== 'DONE')
      throw new Absent('No payment has this id.')
    return paymentOf(payment as PaymentData, accountOf(found))
  },
  example: { path: { id: paymentExample.id }, answer: paymentExample },
})

const ofBooking = listOf('bookingPayments', z.object({}), 100)

const findBooking = {
  document: `query BookeoPaidBooking($number: String!, $account: ID!) {
    booking(number: $number, account: $account) { id }
  }`,
  variables: ({ path }: { path: Readonly<Record<string, string>> }, found: Found) =>
    numbered(path, found),
}

type OfBooking = { payments: { totalCount: number; nodes: PaymentData[] } }

const listBookingPayments = bookeoRoute({
  name: 'listBookingPayments',
  summary: 'List the payments of a booking',
  group: 'bookings',
  method: 'GET',
  path: '/bookings/:number/payments',
  query: ofBooking.query,
  before: [sees('payments'), findBooking],
  document: `query BookeoBookingPayments($filter: PaymentFilter, $first: Int, $skip: Int) {
    payments(filter: $filter, first: $first, skip: $skip,
      orderBy: { field: RECEIVED_AT, direction: ASC }) {
      totalCount nodes { ${paymentFields} }
    }
  }`,
  variables: ({ query }, found) => {
    const { page, size } = ofBooking.asked(query)
    const booking = theBooking(found as FoundBooking)
    return { ...pageAsk(page, size), filter: { ...happened, bookingIds: [booking.id] } }
  },
  answer: { status: 200, description: 'The payments.', schema: pageSchema(paymentSchema) },
  reply: ({ payments }: OfBooking, { query }, found) =>
    pageOf(
      payments.nodes.map((each) => paymentOf(each, accountOf(found))),
      payments.totalCount,
      ofBooking.asked(query),
    ),
  example: { path: { number: 'PHMS6HR' }, answer: onePage(paymentExample) },
})

type Recorded = { recordPayment: { data: PaymentData } }

const recordPayment = bookeoRoute({
  name: 'recordPayment',
  summary: 'Record a payment of a booking',
  description: 'It tells of money that was paid; nothing is charged.',
  group: 'bookings',
  method: 'POST',
  path: '/bookings/:number/payments',
  query: z.object(lang),
  body: sentPayment,
  before: [sees('payments'), findBooking],
  document: `mutation BookeoRecord($input: RecordPaymentInput!) {
    recordPayment(input: $input) {
      ... on RecordPaymentSuccess { data { ${paymentFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      ...initialPaymentOf(body, '', accountOf(found)),
      bookingId: theBooking(found as FoundBooking).id,
    },
  }),
  answer: { status: 201, description: 'The payment.', schema: paymentSchema },
  headers: ({ recordPayment: { data } }: Recorded, _input, base) => ({
    location: `${base}/payments/${data.id}`,
  }),
  reply: ({ recordPayment: { data } }: Recorded, _input, found) =>
    paymentOf(data, accountOf(found)),
  example: {
    path: { number: 'PHMS6HR' },
    body: { amount: { amount: '27.50', currency: 'AUD' }, paymentMethod: 'cash' },
    answer: paymentExample,
  },
})

export const paymentRoutes = [listBookingPayments, recordPayment, listPayments, getPayment]
