// A booking as this dialect shows it. What the credential may not see is null.

import { z } from 'zod'
import { bookingType, bookingTypeOf, utc, type RoomData } from './room.ts'

export const bookingFields = `
  id status startsAt endsAt createdAt updatedAt party { total }
  service { id kind }
  customer { id name email phone }
  price { amount currency } amountPaid { amount currency } amountRefunded { amount currency }
  refundDue { amount currency } refundOpen { amount currency } refundPending { amount currency }
`

type Money = { amount: number; currency: string } | null

export type BookingData = {
  id: string
  status: 'PENDING' | 'CONFIRMED' | 'DECLINED' | 'CANCELLED' | 'COMPLETED' | 'NO_SHOW'
  startsAt: Date
  endsAt: Date
  createdAt: Date
  updatedAt: Date
  party: { total: number }
  service: Pick<RoomData, 'id' | 'kind'> | null
  customer: { id: string; name: string; email: string | null; phone: string | null } | null
  price: Money
  amountPaid: Money
  amountRefunded: Money
  refundDue: Money
  refundOpen: Money
  refundPending: Money
}

export const statuses = ['pending', 'confirmed', 'canceled', 'no_show', 'completed'] as const

/** What the business did not approve is called off as well. */
export const statusesOf: Record<(typeof statuses)[number], BookingData['status'][]> = {
  pending: ['PENDING'],
  confirmed: ['CONFIRMED'],
  canceled: ['CANCELLED', 'DECLINED'],
  no_show: ['NO_SHOW'],
  completed: ['COMPLETED'],
}

const statusOf = Object.fromEntries(
  statuses.flatMap((status) => statusesOf[status].map((own) => [own, status] as const)),
) as Record<BookingData['status'], (typeof statuses)[number]>

const customerSchema = z.object({
  customerId: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
})

const paymentStatus = z.enum([
  'not_required',
  'unpaid',
  'partially_paid',
  'paid',
  'refund_due',
  'refund_pending',
  'partially_refunded',
  'refunded',
])

export const bookingSchema = z.object({
  bookingId: z.string(),
  roomId: z.string().nullable(),
  bookingType: bookingType.nullable(),
  startAt: z.iso.datetime(),
  endAt: z.iso.datetime(),
  players: z.int(),
  status: z.enum(statuses),
  customer: customerSchema.nullable(),
  amount: z.int().nullable(),
  currency: z.string().nullable(),
  paymentStatus: paymentStatus.nullable(),
  refund: z
    .object({
      amount: z.int(),
      currency: z.string(),
      status: z.enum(['due', 'pending', 'processed']),
    })
    .optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const bookingExample: z.output<typeof bookingSchema> = {
  bookingId: 'BgGh_AJxTz6fAyzuBEFxRQ',
  roomId: 'AwGh_AJxTz6fAyzuBEFxRQ',
  bookingType: 'private',
  startAt: '2026-05-01T16:00:00.000Z',
  endAt: '2026-05-01T17:00:00.000Z',
  players: 4,
  status: 'confirmed',
  customer: {
    customerId: 'BwGh_AJxTz6fAyzuBEFxRQ',
    name: 'Alice Example',
    email: 'alice@example.com',
    phone: null,
  },
  amount: 24000,
  currency: 'PLN',
  paymentStatus: 'unpaid',
  createdAt: '2026-04-20T08:00:00.000Z',
  updatedAt: '2026-04-20T08:00:00.000Z',
}

export function bookingOf(booking: BookingData): z.input<typeof bookingSchema> {
  const { service, customer } = booking
  const { amount, currency, paymentStatus: paid, refund } = moneyOf(booking)
  return {
    bookingId: booking.id,
    roomId: service?.id ?? null,
    bookingType: service && bookingTypeOf(service.kind),
    startAt: utc(booking.startsAt),
    endAt: utc(booking.endsAt),
    players: booking.party.total,
    status: statusOf[booking.status],
    customer: customer && {
      customerId: customer.id,
      name: customer.name,
      email: customer.email,
      phone: customer.phone,
    },
    amount,
    currency,
    paymentStatus: paid,
    ...(refund && { refund }),
    createdAt: utc(booking.createdAt),
    updatedAt: utc(booking.updatedAt),
  }
}

type Paid = z.output<typeof paymentStatus>
type Refund = NonNullable<z.output<typeof bookingSchema>['refund']>

/** Whoever may not see payments sees no price either: all of it is null. */
function moneyOf({ status, price, amountPaid, ...booking }: BookingData): {
  amount: number | null
  currency: string | null
  paymentStatus: Paid | null
  refund?: Refund
} {
  if (!amountPaid) return { amount: null, currency: null, paymentStatus: null }
  const { currency, amount: kept } = amountPaid
  const amount = price?.amount ?? 0
  const { amountRefunded, refundDue, refundOpen, refundPending } = booking
  const [refunded, due, open, pending] = [amountRefunded, refundDue, refundOpen, refundPending].map(
    (money) => money?.amount ?? 0,
  ) as [number, number, number, number]
  const owed = statusOf[status] === 'canceled' ? 0 : amount
  return {
    amount,
    currency,
    paymentStatus: paidOf({ amount, kept, refunded, open, pending, owed }),
    ...((due > 0 || refunded > 0) && {
      refund: { amount: due || refunded, currency, status: refundStatus(open, pending) },
    }),
  }
}

/** Money is back when Stripe said so. */
function refundStatus(open: number, pending: number): Refund['status'] {
  if (open > 0) return 'due'
  return pending > 0 ? 'pending' : 'processed'
}

type Sums = {
  amount: number
  kept: number
  refunded: number
  open: number
  pending: number
  owed: number
}

function paidOf({ amount, kept, refunded, open, pending, owed }: Sums): Paid {
  if (open > 0) return 'refund_due'
  if (pending > 0) return 'refund_pending'
  // What was too much and given back leaves a booking paid.
  if (refunded > 0 && (owed === 0 || kept < owed)) {
    return kept > 0 ? 'partially_refunded' : 'refunded'
  }
  if (amount === 0) return 'not_required'
  if (kept >= amount) return 'paid'
  return kept > 0 ? 'partially_paid' : 'unpaid'
}
