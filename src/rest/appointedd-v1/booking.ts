// A booking as V1 shows it: its fields are those that the vendor publishes. What the credential may
// not see is null; an appointment or a seat of ours has one customer.

import { z } from 'zod'
import { decimalOf } from '../amounts.ts'
import { instantText, type timesIn } from './suite.ts'

export const bookingFields = `
  id status startsAt endsAt timeZone source notes answers createdAt updatedAt
  party { total }
  price { amount currency }
  amountPaid { amount }
  service { id bufferBeforeMinutes bufferAfterMinutes }
  staff { id }
  resources { id }
  customer { id locale }
`

type Money = { amount: number; currency: string }

export type BookingData = {
  id: string
  status: string
  startsAt: Date
  endsAt: Date
  timeZone: string
  source: string
  notes: string | null
  answers: Record<string, unknown> | null
  createdAt: Date
  updatedAt: Date
  party: { total: number }
  price: Money | null
  amountPaid: { amount: number } | null
  service: { id: string; bufferBeforeMinutes: number; bufferAfterMinutes: number } | null
  staff: { id: string } | null
  resources: { id: string }[] | null
  customer: { id: string; locale: string | null } | null
}

export const bookingStatuses = [
  'pending',
  'confirmed',
  'declined',
  'cancelled',
  'completed',
  'no_show',
] as const

const pricePoint = z.object({
  quantity: z.int(),
  price_per_quantity: z.number(),
  spaces_per_quantity: z.int(),
})

const participant = z.object({
  id: z.string(),
  customer_id: z.string(),
  customer_booking_id: z.string(),
  spaces: z.int(),
  total_spaces: z.int(),
  status: z.enum(['No Status', 'Attended', 'No Show']),
  booking_source: z.string(),
  timezone: z.string(),
  locale: z.string().nullable(),
  paid: z.boolean().nullable(),
  total_price: z.number().nullable(),
  price_points: z.array(pricePoint),
  questions: z.array(z.object({ id: z.string(), label: z.string(), value: z.unknown() })),
  created: instantText,
  added: instantText,
})

export const bookingSchema = z.object({
  id: z.string(),
  service: z.string().nullable(),
  resource: z.string().nullable(),
  label: z.string().nullable(),
  customers: z.array(participant),
  start: instantText,
  end: instantText,
  start_buffer: instantText.nullable(),
  end_buffer: instantText.nullable(),
  price: z.number().nullable(),
  total_spaces: z.int(),
  status: z.enum(bookingStatuses),
  created: instantText,
  updated: instantText,
  created_source: z.string(),
})

/** How a booking came, in the vendor's words where it has one. */
export const sources: Readonly<Record<string, string>> = {
  API: 'api',
  REST: 'api',
  LINK: 'online',
  CONSOLE: 'appointment_screen',
  IMPORT: 'import',
}

/** What became of a customer, in the vendor's words. */
export function attendanceOf(status: string): 'No Status' | 'Attended' | 'No Show' {
  if (status === 'COMPLETED') return 'Attended'
  return status === 'NO_SHOW' ? 'No Show' : 'No Status'
}

/** The vendor counts money in whole units, with what is behind the point. */
export const priceOf = (price: Money | null) =>
  price && Number(decimalOf(price.amount, price.currency))

/** One point for all of it: the price of ours is that of the whole booking. */
export function pricePointsOf(price: number | null, spaces: number) {
  if (price === null) return []
  return [{ quantity: 1, price_per_quantity: price, spaces_per_quantity: spaces }]
}

const minuteMs = 60_000

export function bookingOf(booking: BookingData, at: ReturnType<typeof timesIn>) {
  const { service, staff, resources, startsAt, endsAt } = booking
  const buffered = (time: Date, minutes: number) => at(time.getTime() + minutes * minuteMs)
  return {
    id: booking.id,
    service: service?.id ?? null,
    resource: staff?.id ?? resources?.[0]?.id ?? null,
    label: booking.notes,
    customers: participantsOf(booking, at),
    start: at(startsAt),
    end: at(endsAt),
    start_buffer: service && buffered(startsAt, -service.bufferBeforeMinutes),
    end_buffer: service && buffered(endsAt, service.bufferAfterMinutes),
    price: priceOf(booking.price),
    total_spaces: booking.party.total,
    status: booking.status.toLowerCase() as 'confirmed',
    created: at(booking.createdAt),
    updated: at(booking.updatedAt),
    created_source: sources[booking.source] ?? 'api',
  }
}

function participantsOf(booking: BookingData, at: ReturnType<typeof timesIn>) {
  const { customer, party, price, amountPaid } = booking
  if (!customer) return []
  const total = priceOf(price)
  return [
    {
      id: customer.id,
      customer_id: customer.id,
      customer_booking_id: booking.id,
      spaces: party.total,
      total_spaces: party.total,
      status: attendanceOf(booking.status),
      booking_source: sources[booking.source] ?? 'api',
      timezone: booking.timeZone,
      locale: customer.locale,
      paid: price && amountPaid && price.amount > 0 && amountPaid.amount >= price.amount,
      total_price: total,
      price_points: pricePointsOf(total, party.total),
      questions: questionsOf(booking.answers),
      created: at(booking.createdAt),
      added: at(booking.createdAt),
    },
  ]
}

export function questionsOf(answers: BookingData['answers']) {
  return Object.entries(answers ?? {}).map(([id, value]) => ({ id, label: id, value }))
}

const exampleId = 'BgGh_AJxTz6fAyzuBEFxRQ'

export const bookingExample = {
  id: exampleId,
  service: 'AwGh_AJxTz6fAyzuBEFxRQ',
  resource: 'BAGh_AJxTz6fAyzuBEFxRQ',
  label: null,
  customers: [
    {
      id: 'BQGh_AJxTz6fAyzuBEFxRQ',
      customer_id: 'BQGh_AJxTz6fAyzuBEFxRQ',
      customer_booking_id: exampleId,
      spaces: 1,
      total_spaces: 1,
      status: 'No Status',
      booking_source: 'api',
      timezone: 'America/Detroit',
      locale: 'en',
      paid: false,
      total_price: 20,
      price_points: [{ quantity: 1, price_per_quantity: 20, spaces_per_quantity: 1 }],
      questions: [],
      created: '2024-02-08T21:11:14.742+00:00',
      added: '2024-02-08T21:11:14.742+00:00',
    },
  ],
  start: '2024-02-09T15:00:00.000+00:00',
  end: '2024-02-09T15:30:00.000+00:00',
  start_buffer: '2024-02-09T15:00:00.000+00:00',
  end_buffer: '2024-02-09T15:30:00.000+00:00',
  price: 20,
  total_spaces: 1,
  status: 'confirmed',
  created: '2024-02-08T21:11:14.742+00:00',
  updated: '2024-02-08T21:11:14.742+00:00',
  created_source: 'api',
}
