// The mutations of bookings.

import type { InputFieldBuilder } from '@pothos/core'
import type { RefusalCode } from '../errors.ts'
import { builder, type Types } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { demandIds, givenFields } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { createBooking } from './booking.actions.ts'
import { BookingSourceEnum } from './booking.graphql.ts'
import { rescheduleBooking } from './move.actions.ts'
import { slotInput, slotOf, timeInput, timeOf } from './slot-input.graphql.ts'
import { cancelBooking, setBookingStatus, updateBooking } from './status.actions.ts'

type Fields = InputFieldBuilder<Types, 'InputObject'>

const taking: readonly RefusalCode[] = [
  'SLOT_TAKEN',
  'OUTSIDE_AVAILABILITY',
  'TOO_SOON',
  'TOO_LATE',
  'NO_CAPACITY',
  'LIMIT_REACHED',
]
const changing: readonly RefusalCode[] = [
  'VERSION_CONFLICT',
  'ILLEGAL_TRANSITION',
  'ALREADY_CANCELLED',
]

const bookingId = (t: Fields) => t.id({ required: true, description: 'The booking.' })

const expectedVersion = (t: Fields) =>
  t.int({ description: 'Refuse unless the booking has this version.' })

const idempotencyKey = (t: Fields) =>
  t.string({
    description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
  })

const NotifyInput = builder.inputType('NotifyInput', {
  description: 'Who is told of a change.',
  fields: (t) => ({
    customer: t.boolean({ defaultValue: true, description: 'Tell the customer.' }),
    staff: t.boolean({ defaultValue: true, description: 'Tell the staff.' }),
  }),
})

const PartyCountInput = builder.inputType('PartyCountInput', {
  description: 'How many heads of one category.',
  fields: (t) => ({
    category: t.string({ required: true, description: "Code from the account's own list." }),
    count: t.field({ type: 'NonNegativeInt', required: true, description: 'Heads.' }),
  }),
})

const BookingCustomerInput = builder.inputType('BookingCustomerInput', {
  description: 'A customer by description: the one with this e-mail, else a new one.',
  fields: (t) => ({
    name: t.string({ description: 'Full name; left out, made of first and last name.' }),
    firstName: t.string({ description: 'Given name.' }),
    lastName: t.string({ description: 'Family name.' }),
    email: t.field({ type: 'EmailAddress', description: 'By which a known one is found.' }),
    phone: t.string({ description: 'Phone number.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Their IANA zone.' }),
    locale: t.string({ description: 'RFC 5646 tag.' }),
  }),
})

const RefundEnum = builder.enumType('RefundChoice', {
  description: 'What a cancellation gives back.',
  values: {
    POLICY: { description: "By the service's policy." },
    FULL: { description: 'All that was paid; needs `payments:write`.' },
    NONE: { description: 'Nothing; needs `payments:write`.' },
  } as const,
})

mutation('createBooking', {
  description: 'Books a slot or seats. Either startsAt or sessionId; customerId or customer.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking.',
  refusals: [...taking, 'HOLD_EXPIRED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    ...slotInput(t),
    customerId: t.id({ description: 'For this customer.' }),
    customer: t.field({ type: BookingCustomerInput, description: 'For this person.' }),
    partySize: t.field({ type: 'PositiveInt', description: 'Heads; 1 when left out.' }),
    party: t.field({ type: [PartyCountInput], description: 'Heads by category.' }),
    holdId: t.id({ description: 'Use this hold up; its slot and size count.' }),
    timeZone: t.field({ type: 'TimeZone', description: "The customer's zone for this booking." }),
    notes: t.string({ description: 'Free text.' }),
    answers: t.field({ type: 'JSONObject', description: 'Answers by question id.' }),
    customFields: t.field({ type: 'JSONObject', description: "The account's own fields." }),
    externalRef: t.string({ description: 'Your own reference, at most 255 characters.' }),
    source: t.field({ type: BookingSourceEnum, defaultValue: 'API', description: 'How it came.' }),
    notify: t.field({ type: NotifyInput, description: 'Who is told; everybody when left out.' }),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: (input, ctx) => {
    const slot = slotOf(input)
    const { accountId } = slot.service
    const own = (name: 'Customer' | 'Hold', id: string | null | undefined, path: string) =>
      id == null ? null : (demandIds(name, accountId, [id], path)[0] ?? null)
    return createBooking(ctx, {
      ...slot,
      customerId: own('Customer', input.customerId, 'customerId'),
      customer: input.customer ?? null,
      partySize: input.partySize ?? null,
      party: input.party ?? [],
      holdId: own('Hold', input.holdId, 'holdId'),
      linkId: null,
      timeZone: input.timeZone ?? null,
      notes: input.notes ?? null,
      answers: (input.answers ?? null) as never,
      customFields: (input.customFields ?? null) as never,
      externalRef: input.externalRef ?? null,
      source: input.source ?? 'API',
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

mutation('rescheduleBooking', {
  description: 'Moves a booking: same id, same number. Who is not named stays, if free.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking at its new time.',
  refusals: [...taking, ...changing],
  input: (t) => ({
    id: bookingId(t),
    ...timeInput(t),
    expectedVersion: expectedVersion(t),
    notify: t.field({ type: NotifyInput, description: 'Who is told; everybody when left out.' }),
  }),
  resolve: (input, ctx) => {
    const key = demandKey('Booking', input.id, 'id')
    const expected = input.expectedVersion ?? null
    return rescheduleBooking(ctx, key, {
      ...timeOf(key.accountId, input),
      expectedVersion: expected,
    })
  },
})

mutation('reassignBooking', {
  description: 'Gives an appointment to other staff or another resource, at the same time.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking as it is now.',
  refusals: [...taking, ...changing],
  input: (t) => ({
    id: bookingId(t),
    staffId: t.id({ description: 'To this staff member; left out, whoever has it keeps it.' }),
    resourceId: t.id({ description: 'To this resource among those that serve.' }),
    expectedVersion: expectedVersion(t),
    notify: t.field({ type: NotifyInput, description: 'Who is told; everybody when left out.' }),
  }),
  resolve: (input, ctx) => {
    const key = demandKey('Booking', input.id, 'id')
    const { staffId, resourceId } = input
    return rescheduleBooking(ctx, key, {
      ...timeOf(key.accountId, { staffId, resourceId }),
      expectedVersion: input.expectedVersion ?? null,
    })
  },
})

mutation('updateBooking', {
  description: 'Edits a booking in place. What is left out stays; null clears.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking as it is now.',
  refusals: [...changing, 'NO_CAPACITY', 'LIMIT_REACHED', 'TOO_SOON', 'TOO_LATE'],
  input: (t) => ({
    id: bookingId(t),
    notes: t.string({ description: 'Free text.' }),
    externalRef: t.string({ description: 'Your own reference, at most 255 characters.' }),
    customFields: t.field({ type: 'JSONObject', description: "The account's own fields, whole." }),
    partySize: t.field({ type: 'PositiveInt', description: 'Heads.' }),
    party: t.field({ type: [PartyCountInput], description: 'Heads by category.' }),
    price: t.field({
      type: 'NonNegativeInt',
      description: 'Another price, in minor units; needs `payments:write`.',
    }),
    expectedVersion: expectedVersion(t),
  }),
  resolve: ({ id, price, ...input }, ctx) =>
    updateBooking(ctx, demandKey('Booking', id, 'id'), {
      ...(givenFields(input, ['notes', 'externalRef', 'customFields']) as object),
      ...(price !== undefined && { priceMinor: price }),
    }),
})

mutation('cancelBooking', {
  description: 'Cancels a booking; its time or seats are free at once.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking, cancelled; `refundDue` says what is to be paid back.',
  refusals: [...changing, 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    id: bookingId(t),
    reason: t.string({ description: 'Why, for people.' }),
    refund: t.field({
      type: RefundEnum,
      defaultValue: 'POLICY',
      description: 'What is given back.',
    }),
    expectedVersion: expectedVersion(t),
    notify: t.field({ type: NotifyInput, description: 'Who is told; everybody when left out.' }),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: (input, ctx) =>
    cancelBooking(ctx, demandKey('Booking', input.id, 'id'), {
      reason: input.reason ?? null,
      refund: input.refund ?? null,
      expectedVersion: input.expectedVersion ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
    }),
})

const transitions = {
  confirmBooking: ['CONFIRMED', 'Approves a booking that waits for it.', 'confirmed'],
  declineBooking: ['DECLINED', 'Does not approve a booking; its time is free.', 'declined'],
  completeBooking: ['COMPLETED', 'Says that a booking took place; once it started.', 'completed'],
  markNoShow: ['NO_SHOW', 'Says that the customer did not come; once it started.', 'marked'],
} as const

for (const [name, [status, description, done]] of Object.entries(transitions)) {
  mutation(name, {
    description,
    scopes: ['bookings:write'],
    data: 'Booking',
    dataDescription: `The booking, ${done}.`,
    refusals: changing,
    input: (t) => ({
      id: bookingId(t),
      reason: t.string({ description: 'Why, for people; kept when it is declined.' }),
      expectedVersion: expectedVersion(t),
    }),
    resolve: (input, ctx) =>
      setBookingStatus(ctx, demandKey('Booking', input.id, 'id'), status, input),
  })
}
