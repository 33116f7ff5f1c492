// PUT and DELETE /bookings/{id}: moves, edits, decides on and cancels a booking.

import { z } from 'zod'
import { wallClockOf } from '../times.ts'
import { route, Unacceptable, type Found, type Input } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  bookingStatus,
  bookingTerms,
  notifyOf,
  notThat,
  placeTerms,
  statuses,
  termsNote,
  type BookingData,
} from './booking.ts'
import { absentPlace, findSessions, sessionsAsked, slotOf, type Place } from './places.ts'
import { absent, accountField, accountOf, deniedNote, number, numberIn } from './suite.ts'

const findBooking = `query CalendeskBooking($numbers: [Int!]!, $employees: [Int!]!) {
  ${accountField}
  bookings(filter: { serials: $numbers }, first: 1) {
    nodes { id ${bookingFields} staff { id } service { id kind minParty } }
  }
  staff(filter: { serials: $employees }, first: 1) { nodes { id serial } }
}`

type Booked = BookingData & { service: { kind: 'APPOINTMENT' | 'CLASS' } | null }

function bookingIn({ bookings }: Found): Booked {
  const [booking] = bookings.nodes as Booked[]
  if (!booking) throw absent('booking')
  return booking
}

const shown = { status: 200, description: `The booking. ${deniedNote}`, schema: bookingSchema }

const body = z
  .object({ ...placeTerms, user_id: number(), status: bookingStatus })
  .partial()
  .extend(bookingTerms)

type Body = z.output<typeof body>

const changed = (mutation: string, type: string) => `${mutation}(input: $${mutation}) {
  ... on ${type} { data { ${bookingFields} } }
  ... on ValidationError { issues { path message } }
  ... on Refusal { code message path }
}`

const move = {
  document: `mutation CalendeskMoveBooking($rescheduleBooking: RescheduleBookingInput!) {
    ${changed('rescheduleBooking', 'RescheduleBookingSuccess')}
  }`,
  variables: ({ body: sent }: Input<object, Body>, found: Found) => {
    const place = placeAfter(found, sent)
    if (!place) return null
    const { serviceId: _, ...slot } = slotOf(withOwn(found), place, 0)
    const { id } = bookingIn(found)
    return { rescheduleBooking: { id, ...slot, notify: notifyOf(sent) } }
  },
}

const edit = {
  document: `mutation CalendeskEditBooking($updateBooking: UpdateBookingInput!) {
    ${changed('updateBooking', 'UpdateBookingSuccess')}
  }`,
  variables: ({ body: sent }: Input<object, Body>, found: Found) => {
    const { description, custom_fields } = sent
    if (description === undefined && custom_fields === undefined) return null
    return {
      updateBooking: {
        id: bookingIn(found).id,
        ...(description !== undefined && { notes: description || null }),
        ...(custom_fields !== undefined && { customFields: custom_fields }),
        notify: notifyOf(sent),
      },
    }
  },
}

/** By the status that a booking is to have. */
const decisions = {
  approved: ['confirmBooking', 'ConfirmBookingSuccess'],
  rejected: ['declineBooking', 'DeclineBookingSuccess'],
  cancelled: ['cancelBooking', 'CancelBookingSuccess'],
  completed: ['completeBooking', 'CompleteBookingSuccess'],
  no_show: ['markNoShow', 'MarkNoShowSuccess'],
} as const

const decide = Object.entries(decisions).map(([status, [mutation, type]]) => ({
  document: `mutation CalendeskDecide(
    $${mutation}: ${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!
  ) { ${changed(mutation, type)} }`,
  variables: ({ body: sent }: Input<object, Body>, found: Found) => {
    const booking = bookingIn(found)
    if (sent.status !== status || statuses[booking.status] === status) return null
    return { [mutation]: { id: booking.id, notify: notifyOf(sent) } }
  },
}))

/** The booking as the last of the mutations left it. */
function lastOf(found: Found): BookingData {
  const names = ['rescheduleBooking', 'updateBooking', ...Object.values(decisions).map(first)]
  return names.reduce((last, name) => found[name]?.data ?? last, bookingIn(found))
}

const first = ([name]: readonly [string, string]) => name

export const updateBooking = route({
  name: 'updateBooking',
  summary: 'Move, edit or decide on a booking',
  description:
    'Ours. What is left out stays, the employee too; the service and the user always do, and may ' +
    'be sent as they are. A booking that is `pending` becomes `approved` or `rejected`, one that ' +
    'is `approved` `completed` or `no_show` once it has started, and either `cancelled`. ' +
    `Everything that is sent is done or nothing. ${termsNote}`,
  group: 'bookings',
  method: 'PUT',
  path: '/bookings/:id',
  query: z.object({}),
  body,
  before: [
    {
      document: findBooking,
      variables: ({ path, body: { employee_id } }) => ({
        numbers: [numberIn(path, 'booking')],
        employees: employee_id === undefined ? [] : [employee_id],
      }),
    },
    {
      document: findSessions(1),
      variables: ({ body: sent }, found) => {
        refuseOthers(bookingIn(found), sent)
        const place = placeAfter(found, sent)
        return place && sessionsAsked(withOwn(found), [place], 1)
      },
    },
    move,
    edit,
    ...decide,
  ],
  document: null,
  variables: () => ({}),
  refusals: { NOT_FOUND: absentPlace, ILLEGAL_TRANSITION: notThat },
  answer: shown,
  reply: (_data, _input, found) => bookingOf(lastOf(found), accountOf(found).timeZone),
  example: {
    path: { id: '5001' },
    body: { start_date: '2026-04-15', start_time: '10:00', description: 'Initial consultation' },
    answer: bookingExample,
  },
})

/** The service and the employee of the booking where places look for theirs. */
function withOwn(found: Found): Found {
  const { service, staff } = bookingIn(found)
  const employees = [...found.staff.nodes, ...(staff ? [staff] : [])]
  return { ...found, services: { nodes: [service] }, staff: { nodes: employees } }
}

/** Where the booking is to be; null when that is where it is, or when nothing is said of it. */
function placeAfter(found: Found, sent: Body): Place | null {
  const { startsAt, service, staff } = bookingIn(found)
  const { date, time } = wallClockOf(startsAt, accountOf(found).timeZone)
  const employee = staff?.serial ?? 0
  const { start_date = date, start_time = time, employee_id = employee } = sent
  const stays = start_date === date && start_time === time
  if (stays && employee_id === employee) return null
  // Another session of a class is given by whoever gives it.
  const isOpen = service?.kind === 'CLASS' && sent.employee_id === undefined
  return {
    start_date,
    start_time,
    employee_id: isOpen ? 0 : employee_id,
    service_id: service?.serial ?? 0,
    ...(stays && { startsAt }),
  }
}

/** A booking keeps its service and its user, and is never pending again. */
function refuseOthers({ service, customer, status }: BookingData, sent: Body): void {
  const refuse = (name: keyof Body, message: string) => {
    throw new Unacceptable({ place: 'body', name, message })
  }
  const { service_id, user_id } = sent
  if (service_id !== undefined && service_id !== service?.serial) {
    refuse('service_id', 'A booking keeps its service: create another one.')
  }
  if (user_id !== undefined && user_id !== customer?.serial) {
    refuse('user_id', 'A booking keeps its user: create another one.')
  }
  if (sent.status === 'pending' && status !== 'PENDING') {
    refuse('status', `A booking that is ${statuses[status]} does not become pending again.`)
  }
}

const flag = z.enum(['true', 'false'], 'has to be true or false')

export const cancelBooking = route({
  name: 'cancelBooking',
  summary: 'Cancel a booking',
  description:
    "Ours. Its time is free at once; what is given back is the service's policy. " +
    '`notify_customer=false` and `notify_employee=false` leave out who is not to be told.',
  group: 'bookings',
  method: 'DELETE',
  path: '/bookings/:id',
  query: z.object({ notify_customer: flag.optional(), notify_employee: flag.optional() }),
  before: [
    {
      document: `query CalendeskBookingToCancel($numbers: [Int!]!) {
        ${accountField}
        bookings(filter: { serials: $numbers }, first: 1) { nodes { id } }
      }`,
      variables: ({ path }) => ({ numbers: [numberIn(path, 'booking')] }),
    },
  ],
  document: `mutation CalendeskCancelBooking($cancelBooking: CancelBookingInput!) {
    ${changed('cancelBooking', 'CancelBookingSuccess')}
  }`,
  variables: ({ query: { notify_customer, notify_employee } }, found) => ({
    cancelBooking: {
      id: bookingIn(found).id,
      notify: notifyOf({
        notify_customer: notify_customer !== 'false',
        notify_employee: notify_employee !== 'false',
      }),
    },
  }),
  refusals: { ILLEGAL_TRANSITION: notThat },
  answer: shown,
  reply: ({ cancelBooking: { data } }: { cancelBooking: { data: BookingData } }, _input, found) =>
    bookingOf(data, accountOf(found).timeZone),
  example: { path: { id: '5001' }, answer: { ...bookingExample, status: 'cancelled' } },
})
