// A booking as this dialect shows it. What the credential may not see is null.

import { z } from 'zod'
import { bookingType, bookingTypeOf, utc, type RoomData } from './room.ts'

export const bookingFields = `
  id status startsAt endsAt createdAt updatedAt party { total }
  service { id kind }
  customer { id name email phone }
  price { amount currency } amountPaid { amount currency } refundDue { amount currency }
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
  refundDue: Money
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
  refund: z.object({ amount: z.int(), currency: z.string() }).optional(),
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

/** Whoever may not see payments sees no price either: all of it is null. */
function moneyOf({ price, amountPaid, refundDue }: BookingData): {
  amount: number | null
  currency: string | null
  paymentStatus: z.output<typeof paymentStatus> | null
  refund?: NonNullable<Money>
} {
  if (!amountPaid) return { amount: null, currency: null, paymentStatus: null }
  const { currency } = amountPaid
  const amount = price?.amount ?? 0
  const known = { amount, currency }
  if (refundDue && refundDue.amount > 0) {
    return { ...known, paymentStatus: 'refund_due', refund: refundDue }
  }
  return { ...known, paymentStatus: paidOf(amount, amountPaid.amount) }
}

function paidOf(amount: number, paid: number): z.output<typeof paymentStatus> {
  if (amount === 0) return 'not_required'
  if (paid >= amount) return 'paid'
  return paid > 0 ? 'partially_paid' : 'unpaid'
}
