// How a business of the demo is described: plain data, in which staff and resources are named by
// their names and days by their distance from today. Pure; nothing is written here.

import type { NewCustomer } from '../customer/customer.actions.ts'
import type { Question } from '../link/link.ts'
import type { PaymentMethod } from '../payment/payment.ts'
import type { ServiceTerms } from '../service/service.ts'
import type { WeeklyInterval } from '../availability/weekly-hours.ts'
import type { PhoneBook } from './people.ts'

export type Business = {
  slug: string
  name: string
  timeZone: string
  currency: string
  locale: string
  /** Whether free times are shown to whoever has no credential. */
  publicAvailability?: true
  people: PhoneBook
  /** Codes and names of party categories, in their order. */
  categories?: readonly (readonly [code: string, name: string])[]
  hours: readonly WeeklyInterval[]
  staff: readonly StaffPlan[]
  resources: readonly ResourcePlan[]
  services: readonly ServicePlan[]
  links?: readonly LinkPlan[]
  exceptions: readonly ExceptionPlan[]
  blocks: readonly BlockPlan[]
  /** Calendars elsewhere that take time of staff. */
  calendars?: readonly CalendarPlan[]
  customers: { count: number; tags: readonly string[]; groups: readonly string[] }
  /** Customers with a story, before those that are made up. */
  regulars: readonly NewCustomer[]
  /** When money comes in, as it is said of each booking with a price. */
  payment: PaymentHabit
}

export type StaffPlan = {
  name: string
  email: string
  /** None: the account's hours. */
  hours?: readonly WeeklyInterval[]
  timeZone?: string
  dailyLimit?: number
}

export type ResourcePlan = { name: string; capacity?: number; hours?: readonly WeeklyInterval[] }

export type ServicePlan = Partial<ServiceTerms> &
  Pick<ServiceTerms, 'name' | 'kind' | 'durationMinutes'> & {
    description: string
    requiresConfirmation?: boolean
    stepFrom?: 'WINDOW'
    staffMode?: 'COLLECTIVE'
    /** Names of who gives it, in order. */
    staff: readonly string[]
    /** Those for whom it costs more or takes longer. */
    terms?: readonly { staff: string; durationMinutes?: number; priceMinor?: number }[]
    /** Names of resources: one list of alternatives for each requirement. */
    resources?: readonly (readonly string[])[]
    hours?: readonly WeeklyInterval[]
    /** When a CLASS takes place, every week. */
    timetable?: readonly Lesson[]
    /** How many bookings are asked for on a usual day; of a CLASS, for each session. */
    demand: number
    /** How parties are made up; one head unless said. */
    party?: PartyPlan
  }

export type Lesson = {
  weekday: number
  startLocalTime: string
  staff?: string
  resource?: string
}

/**
 * From `least` to `most` heads; where there are categories, of the first, and up to so many more.
 */
export type PartyPlan = {
  least: number
  most: number
  first?: string
  others?: readonly (readonly [category: string, most: number])[]
}

/** The first such weekday at least `inDays` days from today. */
export type DayPlan = { weekday: number; inDays: number }

export type Span = { startLocalTime: string; endLocalTime: string }

/** Without times: the whole day. */
export type ExceptionPlan = DayPlan &
  Partial<Span> & { kind: 'CLOSED' | 'OPEN'; staff?: string; reason: string }

export type BlockPlan = DayPlan & Span & { staff?: string; resource?: string; reason: string }

/** An outside calendar of a staff member, and what it has taken. */
export type CalendarPlan = {
  staff: string
  calendar: string
  entries: readonly (DayPlan & Span & { externalId: string })[]
}

export type PaymentHabit = {
  when: 'BOOKED' | 'VISITED'
  percent: number
  /** With how in words, where the list has no word for it. */
  methods: readonly (readonly [PaymentMethod, string?])[]
}

/** A public way in to a service. */
export type LinkPlan = {
  slug: string
  title: string
  service: string
  /** Names of the pool, in order. */
  staff: readonly string[]
  questions: readonly Question[]
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** `open('Mon-Wed Fri', '09:00', '18:00')`; an end at or before the start is on the next day. */
export function open(days: string, start: string, end: string): WeeklyInterval[] {
  const always = { validFrom: null, validUntil: null }
  return weekdays(days).map((weekday) => ({ weekday, ...span(start, end), ...always }))
}

/** `lessons('Tue Thu', '18:00', { staff: 'Ana' })`. */
export function lessons(
  days: string,
  startLocalTime: string,
  who: Pick<Lesson, 'staff' | 'resource'>,
): Lesson[] {
  return weekdays(days).map((weekday) => ({ weekday, startLocalTime, ...who }))
}

export function span(startLocalTime: string, endLocalTime: string): Span {
  return { startLocalTime, endLocalTime }
}

function weekdays(days: string): number[] {
  return days.split(' ').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map((name) => dayNames.indexOf(name) + 1)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}
