// GET /available-slots: the open starts of a service, by employee and day.

import { z } from 'zod'
import { localDate, text, timeZone } from '../fields.ts'
import { wholeNumber } from '../numbered.ts'
import { atWallClock, daysLater, wallClockOf } from '../times.ts'
import { route } from '../route.ts'
import { absent, nothing } from './suite.ts'

/** Most days of one question. */
const mostDays = 70

/** The graph takes 62 days at once, so a longer question is asked in two halves. */
const half = mostDays / 2

const numbers = text(1000).regex(
  /^\d{1,9}(,\d{1,9}){0,99}$/,
  'has to be whole numbers with commas between them, at most 100',
)

const query = z.object({
  service_id: wholeNumber(1, 999_999_999),
  start_date: localDate.refine((date) => date < '2199-01-01', 'has to lie before 2199'),
  number_of_days: wholeNumber(1, mostDays).optional(),
  customer_time_zone: timeZone.optional(),
  employee_ids: numbers.optional(),
  'employee_ids[]': z.union([numbers, z.array(numbers).max(100, 'are more than 100')]).optional(),
  location_id: wholeNumber(0, 999_999_999).optional(),
  number_of_people: wholeNumber(1, 999_999_999).optional(),
})

type Query = z.output<typeof query>

/** Those named in either way; null for everybody. */
function employeesIn(asked: Query): number[] | null {
  const listed = [asked.employee_ids ?? [], asked['employee_ids[]'] ?? []].flat()
  return listed.length === 0 ? null : listed.join(',').split(',').map(Number)
}

type Days = {
  timeZone: string
  days: { slots: { startsAt: Date; staff: { serial: number }[] }[] }[]
}

/** Under whom the starts of a service stand that needs no employee. */
const nobody = { serial: 0 }

type Data = { first: Days; second?: Days }

export const listSlots = route({
  name: 'getAvailableSlots',
  public: true,
  summary: 'Get available slots for a service',
  description:
    'Open starts by the id of the employee and the local date, both dates and times in ' +
    '`customer_time_zone`, which is that of the business when left out. Days without slots are ' +
    'left out. `number_of_days` is at most 70; left out, 7. Ours: `employee_ids` has commas ' +
    'between ids, or comes several times as `employee_ids[]`; who is not there has no slots; ' +
    'starts of a service that needs no employee stand under "0"; `location_id` narrows nothing, ' +
    'because a business is one place; of an hour that is repeated when clocks go back only the ' +
    'first is listed, because a wall clock means that one. Needs no `X-Api-Key` where the ' +
    'business shows its free times to everybody.',
  method: 'GET',
  path: '/available-slots',
  query,
  before: [
    {
      document: `query CalendeskSlotsOf($services: [Int!]!, $employees: [Int!]!) {
        services(filter: { serials: $services }, first: 1) { nodes { id minParty } }
        staff(filter: { serials: $employees }, first: 100) { nodes { id } }
      }`,
      variables: ({ query: asked }) => ({
        services: [asked.service_id],
        employees: employeesIn(asked) ?? [],
      }),
    },
  ],
  document: `query CalendeskSlots(
    $first: AvailabilityInput!, $second: AvailabilityInput!, $more: Boolean!
  ) {
    first: availability(input: $first) { ...Days }
    second: availability(input: $second) @include(if: $more) { ...Days }
  }
  fragment Days on Availability { timeZone days { slots { startsAt staff { serial } } } }`,
  variables: ({ query: asked }, found) => {
    const { start_date: from, number_of_days: days = 7, customer_time_zone: zone } = asked
    const [service] = found.services.nodes as { id: string; minParty: number }[]
    if (!service) throw absent('service')
    const staff = found.staff.nodes as { id: string }[]
    const common = {
      serviceId: service.id,
      timeZone: zone ?? null,
      partySize: asked.number_of_people ?? service.minParty,
      // Nobody is somebody who has no time.
      staffIds: employeesIn(asked) && [nothing, ...staff.map(({ id }) => id)],
    }
    return {
      first: { ...common, from, days: Math.min(days, half) },
      second: { ...common, from: daysLater(from, half), days: Math.max(days - half, 1) },
      more: days > half,
    }
  },
  answer: {
    status: 200,
    description: 'By employee, by date: the starts.',
    schema: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
  },
  reply: ({ first, second }: Data, { query: asked }) => {
    const { timeZone: zone } = first
    const wanted = employeesIn(asked)
    const byEmployee: Record<string, Record<string, string[]>> = {}
    for (const { slots } of [...first.days, ...(second?.days ?? [])]) {
      for (const { startsAt, staff } of slots) {
        const { date, time } = wallClockOf(startsAt, zone)
        if (atWallClock(date, time, zone)?.getTime() !== startsAt.getTime()) continue
        for (const { serial } of staff.length > 0 ? staff : [nobody]) {
          if (wanted && !wanted.includes(serial)) continue
          ;((byEmployee[serial] ??= {})[date] ??= []).push(time)
        }
      }
    }
    return byEmployee
  },
  example: {
    query: {
      service_id: '5',
      start_date: '2026-04-01',
      number_of_days: '7',
      customer_time_zone: 'Europe/Warsaw',
    },
    answer: {
      '5': {
        '2026-04-01': ['09:00', '09:30', '10:00', '10:30', '11:00', '14:00', '14:30', '15:00'],
        '2026-04-02': ['09:00', '09:30', '10:00'],
      },
    },
  },
})
