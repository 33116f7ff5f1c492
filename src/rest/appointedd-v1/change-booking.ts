// PUT /bookings/{id}: moves a booking in place, to another time, resource or number of spaces.

import { z } from 'zod'
import { id, instant, text } from '../fields.ts'
import { occupantsOf } from '../occupants.ts'
import { Absent, route, type Found } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import {
  occupantsDocument,
  sessionDocument,
  sessionIn,
  sessionVariables,
  timesIn,
  unacceptable,
  zoned,
} from './suite.ts'

const part = z.object({ start: instant, end: instant.nullish() })

const body = z.object({
  service_id: id.nullish(),
  resource_id: id.nullish(),
  label: text(5000).nullish(),
  total_spaces: z.int().min(1, 'has to be 1 or more').max(100_000, 'is too large').nullish(),
  parts: z.array(part).max(1, 'has more than 1 part: a booking is one stretch of time').nullish(),
  send_notifications: z.boolean().nullish(),
  ignore_service_schedule: z.boolean().nullish(),
})

type Body = z.output<typeof body>

const minuteMs = 60_000

/** The start that is asked for; null to stay. */
const startOf = ({ parts }: Body) => parts?.[0]?.start ?? null

function lengthOf({ parts }: Body): number | null {
  const [only] = parts ?? []
  if (!only?.end) return null
  const minutes = (Date.parse(only.end) - Date.parse(only.start)) / minuteMs
  if (Number.isInteger(minutes) && minutes >= 1) return minutes
  throw unacceptable('parts[0].end', 'has to be whole minutes after the start.')
}

const notifyOf = ({ send_notifications: send }: Body) => ({
  customer: send ?? true,
  staff: send ?? true,
})

/** What is booked stays; another service is another booking. */
function demandSame(sent: Body, found: Found): void {
  const { booking } = found as { booking: { service: { id: string } | null } | null }
  if (!booking) throw new Absent('No booking has this id.')
  if (!sent.service_id || sent.service_id === booking.service?.id) return
  throw unacceptable('service_id', 'is not the service of this booking, which stays: make another.')
}

function moveOf(sent: Body, found: Found) {
  demandSame(sent, found)
  const { staffIds, resourceIds } = occupantsOf(found.occupants ?? [])
  if (sent.resource_id && staffIds.length + resourceIds.length === 0) {
    throw unacceptable('resource_id', 'is the id of no resource.')
  }
  const start = startOf(sent)
  const durationMinutes = lengthOf(sent)
  if (start === null && !sent.resource_id) return null
  const { isClass, sessionId } = found.sessions
    ? sessionIn(found)
    : { isClass: false, sessionId: null }
  if (isClass && sessionId === null) {
    throw unacceptable('parts[0].start', 'is the start of none of the sessions of this class.')
  }
  return {
    startsAt: isClass ? null : start,
    sessionId,
    durationMinutes: isClass ? null : durationMinutes,
    staffId: isClass ? null : (staffIds[0] ?? null),
    resourceId: isClass ? null : (resourceIds[0] ?? null),
    notify: notifyOf(sent),
  }
}

export const changeBooking = route({
  name: 'updateBooking',
  summary: 'Update or move a booking',
  description:
    'In place: the id stays. Without `resource_id`, whoever does it stays if free. Both parties ' +
    'are told unless `send_notifications` is false. Another service is another booking: make one. ' +
    'A class moves to the session that starts then, of its own length.',
  method: 'PUT',
  path: '/bookings/:id',
  query: z.object(zoned),
  body,
  before: [
    {
      document: `query AppointeddBookingToChange($id: ID!) {
        booking(id: $id) { id service { id } } }`,
      variables: ({ path }) => ({ id: path['id'] }),
    },
    {
      document: occupantsDocument,
      variables: ({ body: sent }) => (sent.resource_id ? { ids: [sent.resource_id] } : null),
    },
    {
      document: sessionDocument,
      variables: ({ body: sent }, { booking }) => {
        const start = startOf(sent)
        return start && booking?.service ? sessionVariables(booking.service.id, start) : null
      },
    },
    {
      document: `mutation AppointeddMove($input: RescheduleBookingInput!) {
        rescheduleBooking(input: $input) { __typename ... on Refusal { code message path } } }`,
      variables: ({ path, body: sent }, found) => {
        const move = moveOf(sent, found)
        return move && { input: { id: path['id'], ...move } }
      },
    },
    {
      document: `mutation AppointeddChange($input: UpdateBookingInput!) {
        updateBooking(input: $input) { __typename ... on Refusal { code message path } } }`,
      variables: ({ path, body: sent }) => {
        const { label, total_spaces: partySize } = sent
        if (label === undefined && partySize == null) return null
        return {
          input: {
            id: path['id'],
            ...(label !== undefined && { notes: label }),
            ...(partySize != null && { partySize }),
            notify: notifyOf(sent),
          },
        }
      },
    },
  ],
  document: `query AppointeddChanged($id: ID!) { booking(id: $id) { ${bookingFields} } }`,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: {
    status: 200,
    description: 'The booking as it is now.',
    schema: z.object({ data: bookingSchema }),
  },
  reply: ({ booking }: { booking: BookingData | null }, { query }) => {
    if (!booking) throw new Absent('No booking has this id.')
    return { data: bookingOf(booking, timesIn(query)) }
  },
  example: {
    path: { id: bookingExample.id },
    body: {
      parts: [{ start: '2024-02-09T15:00:00.000+00:00', end: '2024-02-09T15:30:00.000+00:00' }],
      send_notifications: false,
    },
    answer: { data: bookingExample },
  },
})
