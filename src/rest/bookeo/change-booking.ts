// PUT /bookings/{number}: a booking is replaced as a whole, under the same number.

import { z } from 'zod'
import type { Found } from '../route.ts'
import {
  adjustmentsOf,
  bookingExample,
  bookingOf,
  bookingSchema,
  customFieldsOf,
  sumOf,
  type BookingData,
} from './booking.ts'
import { numbered, oneBooking, theBooking, type FoundBooking } from './bookings.ts'
import { adjusted, notifying, notifyOf, sentBooking, setPrice } from './create-booking.ts'
import { mode } from './flags.ts'
import { numbersOf } from './people.ts'
import { eventOf, placeOf, placeSteps, sentParty, type Place } from './place.ts'
import { accountOf, bookeoRoute, fault, lang } from './route.ts'
import { instantOf } from './times.ts'

const body = z.object(sentBooking)
type Body = z.output<typeof body>

export const find = {
  document: oneBooking,
  variables: ({ path }: { path: Readonly<Record<string, string>> }, found: Found) => ({
    ...numbered(path, found),
    expand: false,
  }),
}

export const before = (found: Found): BookingData => theBooking(found as FoundBooking)

const sameIds = (some: readonly { id: string }[], others: readonly { id: string }[]) =>
  JSON.stringify(some.map(({ id }) => id).toSorted()) ===
  JSON.stringify(others.map(({ id }) => id).toSorted())

/** What is sent where nothing of its place is changed may be what was read before. */
function isMoved(sent: Body, found: Found): { when: boolean; who: boolean } {
  const booking = before(found)
  if (!sent.eventId && !sent.startTime) throw fault('eventId', 'is missing, and so is "startTime"')
  const isOther = Boolean(sent.eventId) && !isSameEvent(sent.eventId ?? '', booking)
  const at = sent.startTime ? instantOf(sent.startTime, accountOf(found)) : null
  const isLater = at !== null && at.getTime() !== new Date(booking.startsAt).getTime()
  const assigned = [...(booking.staffMembers ?? []), ...(booking.resources ?? [])]
  const who = Boolean(sent.resources?.length) && !sameIds(sent.resources ?? [], assigned)
  return { when: isOther || isLater, who }
}

function isSameEvent(eventId: string, booking: BookingData): boolean {
  const event = eventOf(eventId)
  if ('sessionId' in event) return event.sessionId === booking.session?.id
  if (booking.session) return false
  const isWith = !event.staffId || booking.staffMembers?.some(({ id }) => id === event.staffId)
  return event.startsAt.getTime() === new Date(booking.startsAt).getTime() && isWith === true
}

/** Where it goes. An event that is still the old one leaves it to the start that was sent. */
function destination(sent: Body, found: Found): Place {
  const booking = before(found)
  const isOld = !sent.eventId || isSameEvent(sent.eventId, booking)
  const productId = sent.productId ?? booking.service?.id ?? null
  const isFixed = booking.session !== null
  if (isOld && isFixed) throw fault('startTime', 'is moved by naming another event')
  // Whoever is not named again may be anybody.
  const { resources, ...rest } = sent
  const wants = isMoved(sent, found).who ? { resources } : {}
  const names = { ...(found as object), ...(wants.resources ? {} : { occupants: [] }) }
  return placeOf({ ...rest, ...wants, productId, eventId: isOld ? null : sent.eventId }, names)
}

function checkKept(sent: Body, found: Found): void {
  const { service, customer } = before(found)
  if (sent.productId && service && sent.productId !== service.id) {
    throw fault('productId', 'cannot be changed; cancel the booking and make another')
  }
  if (sent.customerId && customer && sent.customerId !== customer.id) {
    throw fault('customerId', 'cannot be changed')
  }
}

const numbersText = (numbers: ReturnType<typeof numbersOf>) =>
  JSON.stringify(numbers.map((each) => [each.peopleCategoryId, each.number]).toSorted())

export const success = (name: string) =>
  `... on ${name}Success { __typename } ... on Refusal { code message path }`

type Put = { body: Body; query: { mode?: 'backend' | undefined } & Parameters<typeof notifyOf>[0] }

const byManager = ({ query }: Put) => (query.mode === 'backend' ? { asManager: true } : {})

const move = {
  document: `mutation BookeoMove($input: RescheduleBookingInput!) {
    rescheduleBooking(input: $input) { ${success('RescheduleBooking')} }
  }`,
  variables: (put: Put, found: Found) => {
    checkKept(put.body, found)
    if (!isMoved(put.body, found).when) return null
    const { serviceId: _, ...where } = destination(put.body, found)
    return { input: { id: before(found).id, ...where, ...byManager(put), ...notifyOf(put.query) } }
  },
}

const reassign = {
  document: `mutation BookeoReassign($input: ReassignBookingInput!) {
    reassignBooking(input: $input) { ${success('ReassignBooking')} }
  }`,
  variables: (put: Put, found: Found) => {
    const { when, who } = isMoved(put.body, found)
    if (when || !who) return null
    const { staffId, resourceId } = destination({ ...put.body, eventId: null }, found)
    return {
      input: {
        id: before(found).id,
        ...(staffId && { staffId }),
        ...(resourceId && { resourceId }),
        ...byManager(put),
        ...notifyOf(put.query),
      },
    }
  },
}

const edit = {
  document: `mutation BookeoEdit($input: UpdateBookingInput!) {
    updateBooking(input: $input) { ${success('UpdateBooking')} }
  }`,
  variables: (put: Put, found: Found) => {
    const { body: sent } = put
    const booking = before(found)
    const { options, priceAdjustments, participants } = sent
    const isCounted = participants?.numbers != null
    const isSame =
      !isCounted ||
      numbersText(participants?.numbers ?? []) === numbersText(numbersOf(booking.party))
    const fields = customFieldsOf(
      options ?? [],
      priceAdjustments ?? [],
      accountOf(found),
      booking.customFields,
    )
    return {
      input: {
        id: booking.id,
        externalRef: sent.externalRef || null,
        customFields: fields,
        ...(!isSame && sentParty(sent, found)),
        ...byManager(put),
        ...notifyOf(put.query),
      },
    }
  },
}

const priced = {
  document: `query BookeoPriced($number: String!, $account: ID!) {
    priced: booking(number: $number, account: $account) { id price { amount currency } }
  }`,
  variables: ({ path }: { path: Readonly<Record<string, string>> }, found: Found) =>
    numbered(path, found),
}

const reprice = {
  document: setPrice,
  variables: ({ body: sent }: Put, found: Found) => {
    const old = adjustmentsOf(before(found))
    const adjustments = sent.priceAdjustments ?? []
    const account = accountOf(found)
    const { priced: booking } = found
    if (sumOf(old, account) === sumOf(adjustments, account)) return null
    const amount = booking.price?.amount
    const base = amount === undefined ? undefined : amount - sumOf(old, account)
    return adjusted(adjustments, booking, base, found)
  },
}

const marks = [
  {
    document: `mutation BookeoNoShow($input: MarkNoShowInput!) {
      markNoShow(input: $input) { ${success('MarkNoShow')} }
    }`,
    variables: ({ body: sent }: Put, found: Found) => {
      const { id, status } = before(found)
      return sent.noShow && status !== 'NO_SHOW' ? { input: { id } } : null
    },
  },
  {
    document: `mutation BookeoCame($input: CompleteBookingInput!) {
      completeBooking(input: $input) { ${success('CompleteBooking')} }
    }`,
    variables: ({ body: sent }: Put, found: Found) => {
      const { id, status } = before(found)
      return !sent.noShow && status === 'NO_SHOW' ? { input: { id } } : null
    },
  },
]

export const replaceBooking = bookeoRoute({
  name: 'replaceBooking',
  summary: 'Replace a booking',
  description:
    'The whole booking: what is left out of options, externalRef and priceAdjustments is emptied. ' +
    'Another eventId or startTime moves it; the number stays. Product and customer stay too.',
  method: 'PUT',
  path: '/bookings/:number',
  query: z.object({ ...lang, mode, ...notifying }),
  body,
  before: [find, ...placeSteps, move, reassign, edit, priced, reprice, ...marks],
  document: oneBooking,
  variables: find.variables,
  refusals: {
    NOT_FOUND: ({ path }) =>
      path === null ? { code: 'not_found' } : { status: 400, code: 'invalid_request' },
  },
  answer: { status: 200, description: 'The booking as it is now.', schema: bookingSchema },
  reply: (data: FoundBooking, _input, found) => bookingOf(theBooking(data), accountOf(found)),
  example: {
    path: { number: 'PHMS6HR' },
    body: { startTime: '2026-05-02T10:00:00+10:00', externalRef: 'order-77' },
    answer: bookingExample,
  },
})
