// A booking as this dialect shows it. The vendor publishes no list of its fields: these are ours.
// What the credential may not see is null.

import { z } from 'zod'
import { utc } from './suite.ts'

export const bookingFields = `
  id status startsAt endsAt timeZone notes answers createdAt
  link { id slug title }
  customer { name email phone }
  service { id }
  staff { id name }
`

export type BookingData = {
  id: string
  status: string
  startsAt: Date
  endsAt: Date
  timeZone: string
  notes: string | null
  answers: Record<string, unknown> | null
  createdAt: Date
  link: { id: string; slug: string; title: string } | null
  customer: { name: string; email: string | null; phone: string | null } | null
  service: { id: string } | null
  staff: { id: string; name: string } | null
}

export const statuses = [
  'pending',
  'confirmed',
  'declined',
  'cancelled',
  'completed',
  'no_show',
] as const

export const noSuchBooking = 'No booking has this id.'

export const bookingSchema = z.object({
  id: z.string(),
  booking_link_id: z.string().nullable(),
  link_title: z.string().nullable(),
  slug: z.string().nullable(),
  status: z.enum(statuses),
  contact_name: z.string().nullable(),
  contact_email: z.string().nullable(),
  contact_phone: z.string().nullable(),
  start_time: z.iso.datetime(),
  end_time: z.iso.datetime(),
  duration_minutes: z.int(),
  client_timezone: z.string(),
  notes: z.string().nullable(),
  service_id: z.string().nullable(),
  staff_id: z.string().nullable(),
  staff_name: z.string().nullable(),
  answers: z.array(
    z.object({ question_id: z.string(), answer: z.union([z.string(), z.number(), z.boolean()]) }),
  ),
  created_at: z.iso.datetime(),
})

export const bookingExample: z.output<typeof bookingSchema> = {
  id: 'BgGh_AJxTz6fAyzuBEFxRQ',
  booking_link_id: 'DAGh_AJxTz6fAyzuBEFxRQ',
  link_title: 'A consultation',
  slug: '30min-discovery',
  status: 'confirmed',
  contact_name: 'Alice Example',
  contact_email: 'alice@example.com',
  contact_phone: null,
  start_time: '2026-05-01T10:00:00Z',
  end_time: '2026-05-01T10:30:00Z',
  duration_minutes: 30,
  client_timezone: 'Europe/London',
  notes: 'First-time client',
  service_id: 'AwGh_AJxTz6fAyzuBEFxRQ',
  staff_id: 'BAGh_AJxTz6fAyzuBEFxRQ',
  staff_name: 'Sarah Example',
  answers: [],
  created_at: '2026-04-20T08:00:00Z',
}

const minuteMs = 60_000

export function bookingOf(booking: BookingData): z.input<typeof bookingSchema> {
  const { link, customer, service, staff } = booking
  return {
    id: booking.id,
    booking_link_id: link?.id ?? null,
    link_title: link?.title ?? null,
    slug: link?.slug ?? null,
    status: booking.status.toLowerCase() as 'confirmed',
    contact_name: customer?.name ?? null,
    contact_email: customer?.email ?? null,
    contact_phone: customer?.phone ?? null,
    start_time: utc(booking.startsAt),
    end_time: utc(booking.endsAt),
    duration_minutes: (booking.endsAt.getTime() - booking.startsAt.getTime()) / minuteMs,
    client_timezone: booking.timeZone,
    notes: booking.notes,
    service_id: service?.id ?? null,
    staff_id: staff?.id ?? null,
    staff_name: staff?.name ?? null,
    answers: answersOf(booking.answers),
    created_at: utc(booking.createdAt),
  }
}

function answersOf(answers: BookingData['answers']) {
  return Object.entries(answers ?? {}).map(([question_id, answer]) => ({
    question_id,
    answer: answer as string | number | boolean,
  }))
}
