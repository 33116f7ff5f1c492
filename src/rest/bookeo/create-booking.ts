// POST /bookings: books a place, with a hold or without one.

import { z } from 'zod'
import { id, text } from '../fields.ts'
import {
  bookingExample,
  expandable,
  bookingOf,
  bookingSchema,
  customFieldsOf,
  sentAdjustments,
  sentOptions,
  sumOf,
  type BookingData,
  type SentAdjustments,
} from './booking.ts'
import { sentCustomer, termsOf } from './customer.ts'
import { flag, mode } from './flags.ts'
import { previousHold } from './holds.ts'
import { initialPaymentOf, sentPayment } from './payment.ts'
import { place, placeOf, placeSteps, sentParty, type Place } from './place.ts'
import { accountOf, bookeoRoute, fault, lang, sees } from './route.ts'
import type { Found } from '../route.ts'

/** A booking that is sent; what the vendor only shows is ignored. */
export const sentBooking = {
  ...place,
  externalRef: text(64).nullish(),
  options: sentOptions.nullish(),
  priceAdjustments: sentAdjustments.nullish(),
  noShow: z.boolean().nullish(),
  customerId: id.nullish(),
}

const body = z.object({
  ...sentBooking,
  customer: sentCustomer.nullish(),
  promotionCodeInput: text(100).nullish(),
  initialPayments: z.array(sentPayment).max(20, 'has more than 20 payments').nullish(),
})

type Body = z.output<typeof body>

type Flag = 'true' | 'false' | undefined

/** Whom to tell of what; whatever is not said is told. */
export function notifyOf({
  notifyUsers,
  notifyCustomer,
  sendCustomerReminders,
  sendCustomerThankyou,
}: {
  notifyUsers?: Flag
  notifyCustomer?: Flag
  sendCustomerReminders?: Flag
  sendCustomerThankyou?: Flag
}) {
  const said = {
    staff: notifyUsers,
    customer: notifyCustomer,
    reminders: sendCustomerReminders,
    thanks: sendCustomerThankyou,
  }
  const switched = Object.entries(said).filter(([, flag]) => flag !== undefined)
  if (switched.length === 0) return {}
  return { notify: Object.fromEntries(switched.map(([name, flag]) => [name, flag === 'true'])) }
}

export const notifying = {
  notifyUsers: flag.optional().describe('Whether to tell who does it; true if left out.'),
  notifyCustomer: flag.optional().describe('Whether to tell the customer; true if left out.'),
}

type Previous = {
  id: string
  state: string
  startsAt: Date
  party: number
  service: { id: string } | null
  session: { id: string } | null
  staffMembers: { id: string }[] | null
} | null

/** The hold that is used up; null when there is none that fits what is booked. */
function usedHold(place_: Place, partySize: number, previous: Previous | undefined): string | null {
  if (previous?.state !== 'LIVE') return null
  const isSame =
    previous.service?.id === place_.serviceId &&
    previous.party === partySize &&
    (place_.sessionId
      ? previous.session?.id === place_.sessionId
      : new Date(previous.startsAt).toISOString() === place_.startsAt) &&
    place_.resourceId === null &&
    (place_.staffId === null ||
      previous.staffMembers?.some(({ id: one }) => one === place_.staffId))
  return isSame ? previous.id : null
}

function forWhom(sent: Body) {
  if (sent.customerId && sent.customer) throw fault('customer', 'is given beside "customerId"')
  if (sent.customerId) return { customerId: sent.customerId }
  if (!sent.customer) throw fault('customer', 'is missing, and so is "customerId"')
  if (!sent.customer.firstName?.trim() && !sent.customer.lastName?.trim()) {
    throw fault('customer.firstName', 'is missing, and so is "customer.lastName"')
  }
  return { customer: termsOf(sent.customer) }
}

type Asked = { query: { previousHoldId?: string | undefined }; body: Body }

function chosen({ body: sent }: Asked, found: Found) {
  const where = placeOf(sent, found)
  const party = sentParty(sent, found)
  return { where, party, holdId: usedHold(where, party.partySize, found.previous) }
}

/** A new price after adjustments; null when there are none. */
export function adjusted(
  adjustments: SentAdjustments,
  booking: Pick<BookingData, 'price' | 'id'>,
  base: number | undefined,
  found: Found,
) {
  if (base === undefined) {
    throw fault('priceAdjustments', 'cannot be applied: there is no price, or you may not see it')
  }
  const price = base + sumOf(adjustments, accountOf(found))
  if (price < 0) throw fault('priceAdjustments', 'would make the price negative')
  const reasons = adjustments.map(({ description }) => description).filter(Boolean)
  const input = { id: booking.id, price, priceReason: reasons.join('; ').slice(0, 500) || null }
  return { input }
}

export const setPrice = `mutation BookeoSetPrice($input: UpdateBookingInput!) {
  updateBooking(input: $input) {
    ... on UpdateBookingSuccess { __typename } ... on Refusal { code message path }
  }
}`

type Made = { booking: BookingData }

export const createBooking = bookeoRoute({
  name: 'createBooking',
  summary: 'Make a booking',
  description:
    'By `eventId`, or by `productId` and `startTime`; for a customer by id, or by description: ' +
    'the one with this e-mail address, else a new one. There are no promotion codes. When ' +
    'customers are reminded and thanked, and whether at all, is the business to say.',
  method: 'POST',
  path: '/bookings',
  query: z.object({
    ...lang,
    mode,
    previousHoldId: id.optional().describe('Used up, or given up when it is for something else.'),
    ...notifying,
    sendCustomerReminders: flag
      .optional()
      .describe('Whether to remind the customer before the start; true if left out.'),
    sendCustomerThankyou: flag
      .optional()
      .describe('Whether to thank the customer after the end; true if left out.'),
  }),
  body,
  before: [
    sees('bookings'),
    ...placeSteps,
    previousHold,
    {
      document: `mutation BookeoGiveUp($input: ReleaseHoldInput!) {
        releaseHold(input: $input) {
          ... on ReleaseHoldSuccess { __typename } ... on Refusal { code message path }
        }
      }`,
      variables: (input, found) => {
        if (found.previous?.state !== 'LIVE' || chosen(input, found).holdId !== null) return null
        return { input: { id: found.previous.id } }
      },
    },
    {
      document: `mutation BookeoBook($input: CreateBookingInput!) {
        createBooking(input: $input) {
          ... on CreateBookingSuccess { data { id price { amount currency } } }
          ... on Refusal { code message path }
        }
      }`,
      variables: (input, found) => {
        const { query, body: sent } = input
        const { where, party, holdId } = chosen(input, found)
        const account = accountOf(found)
        if (sent.promotionCodeInput) throw fault('promotionCodeInput', 'is no code of the business')
        const payments = (sent.initialPayments ?? []).map((each, index) =>
          initialPaymentOf(each, `initialPayments[${index}]`, account),
        )
        return {
          input: {
            ...where,
            ...forWhom(sent),
            ...party,
            holdId,
            externalRef: sent.externalRef || null,
            customFields: customFieldsOf(sent.options ?? [], sent.priceAdjustments ?? [], account),
            source: 'REST',
            ...(payments.length > 0 && { initialPayments: payments }),
            ...notifyOf(query),
            ...(query.mode === 'backend' && { asManager: true }),
          },
        }
      },
    },
    {
      document: setPrice,
      variables: ({ body: sent }, found) => {
        const adjustments = sent.priceAdjustments ?? []
        if (adjustments.length === 0) return null
        const { data } = found.createBooking
        return adjusted(adjustments, data, data.price?.amount, found)
      },
    },
  ],
  document: `query BookeoBooked($id: ID!, $expand: Boolean!) {
    booking(id: $id) { ${expandable} }
  }`,
  variables: (_input, found) => ({ id: found.createBooking.data.id, expand: false }),
  refusals: { NOT_FOUND: ({ path }) => (path === null ? { code: 'not_found' } : notThere) },
  answer: { status: 201, description: 'The booking.', schema: bookingSchema },
  headers: ({ booking }: Made, _input, base) => ({
    location: `${base}/bookings/${booking.number}`,
  }),
  reply: ({ booking }: Made, _input, found) => bookingOf(booking, accountOf(found)),
  example: {
    query: { previousHoldId: 'CAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh' },
    body: {
      eventId: 'at_mom5m800',
      productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      customer: { firstName: 'Alice', lastName: 'Example', emailAddress: 'alice@example.com' },
      participants: { numbers: [{ peopleCategoryId: 'Cadults', number: 1 }] },
      externalRef: 'order-77',
    },
    answer: bookingExample,
  },
})

/** Something that the body names. */
const notThere = { status: 400, code: 'invalid_request' }
