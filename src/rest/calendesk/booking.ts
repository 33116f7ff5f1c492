// A booking as this dialect shows it, and what may be said of one. Dates and times are those of the
// wall clock of the business.

import { z } from 'zod'
import { localDate, text } from '../fields.ts'
import { wallClockOf } from '../times.ts'
import type { PublicRefusal, RefusalWord } from '../route.ts'
import { number, wallTime } from './suite.ts'

export const bookingFields = `
  serial status startsAt endsAt notes
  customer { serial }
  staff { serial }
  service { serial name durationMinutes price { amount } }
`

export type BookingData = {
  id: string
  serial: number
  status: keyof typeof statuses
  startsAt: Date
  endsAt: Date
  notes: string | null
  customer: { serial: number } | null
  staff: { serial: number } | null
  service: {
    serial: number
    name: string
    durationMinutes: number
    price: { amount: number } | null
  } | null
}

export const statuses = {
  PENDING: 'pending',
  CONFIRMED: 'approved',
  DECLINED: 'rejected',
  CANCELLED: 'cancelled',
  COMPLETED: 'completed',
  NO_SHOW: 'no_show',
} as const

/** Why a booking cannot become another status, with statuses by their names here. */
export function notThat({ message }: PublicRefusal): RefusalWord {
  const named = new RegExp(`\\b(${Object.keys(statuses).join('|')})\\b`, 'g')
  const said = message.replaceAll(named, (code) => statuses[code as keyof typeof statuses])
  return { code: 'conflict', message: said }
}

export const bookingStatus = z.enum(
  Object.values(statuses),
  `has to be one of ${Object.values(statuses).join(', ')}`,
)

const bookedService = z.object({
  id: z.int(),
  name: z.string(),
  duration: z.int(),
  price: z.int().nullable(),
})

export const bookingSchema = z.object({
  id: z.int(),
  employee_id: z.int().nullable(),
  user_id: z.int().nullable(),
  service_id: z.int().nullable(),
  start_date: z.iso.date(),
  start_time: z.string(),
  end_time: z.string(),
  status: bookingStatus,
  description: z.string().nullable(),
  service: bookedService.nullable(),
})

export const bookingExample: z.output<typeof bookingSchema> = {
  id: 5001,
  employee_id: 10,
  user_id: 200,
  service_id: 5,
  start_date: '2026-04-15',
  start_time: '10:00',
  end_time: '11:00',
  status: 'approved',
  description: 'Initial consultation',
  service: { id: 5, name: 'Consultation', duration: 60, price: 10000 },
}

export function bookingOf(booking: BookingData, zone: string): z.input<typeof bookingSchema> {
  const { service } = booking
  const { date, time } = wallClockOf(booking.startsAt, zone)
  return {
    id: booking.serial,
    employee_id: booking.staff?.serial ?? null,
    user_id: booking.customer?.serial ?? null,
    service_id: service?.serial ?? null,
    start_date: date,
    start_time: time,
    end_time: wallClockOf(booking.endsAt, zone).time,
    status: statuses[booking.status],
    description: booking.notes,
    service: service && {
      id: service.serial,
      name: service.name,
      duration: service.durationMinutes,
      price: service.price?.amount ?? null,
    },
  }
}

/** What, when and with whom. */
export const placeTerms = {
  employee_id: number(0),
  service_id: number(),
  start_date: localDate,
  start_time: wallTime,
}

/** What may be said of any booking beside that. */
export const bookingTerms = {
  description: text(10_000).nullish(),
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
  location_id: number(0).nullish(),
  notify_customer: z.boolean().optional(),
  notify_employee: z.boolean().optional(),
  notify_reminders: z.boolean().optional(),
}

export const termsNote =
  'Ours: `custom_fields` is an object that is kept as a whole; `location_id` means nothing, ' +
  'because a business is one place; `notify_customer` and `notify_employee` say who is to be ' +
  'told, both when left out, and `notify_reminders` whether the customer is reminded, which is kept.'

type Switches = {
  notify_customer?: boolean | undefined
  notify_employee?: boolean | undefined
  notify_reminders?: boolean | undefined
}

/** Who is to be told. */
export function notifyOf({
  notify_customer: customer = true,
  notify_employee: staff = true,
  notify_reminders: reminders,
}: Switches) {
  return { customer, staff, ...(reminders !== undefined && { reminders }) }
}
