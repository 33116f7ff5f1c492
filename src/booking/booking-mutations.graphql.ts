// The mutations of single bookings.

import type { InputFieldBuilder } from '@pothos/core'
import type { Types } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { timeRefusals } from '../graphql/refusals.ts'
import { mutation } from '../graphql/mutations.ts'
import { createBooking } from './booking.actions.ts'
import {
  changing,
  idempotencyKey,
  notifyInput,
  notifyOf,
  ownId,
  paidInput,
  paidOf,
  PartyCountInput,
  RefundEnum,
  whoInput,
  whoOf,
  wordsInput,
  wordsOf,
} from './booking-input.graphql.ts'
import { cancelBooking, declineBooking } from '../payment/cancel.actions.ts'
import { createPaidBooking } from '../payment/initial.actions.ts'
import { rescheduleBooking } from './move.actions.ts'
import {
  managerInput,
  managerOf,
  slotInput,
  slotOf,
  timeInput,
  timeOf,
} from './slot-input.graphql.ts'
import { setBookingStatus, updateBooking } from './status.actions.ts'

type Fields = InputFieldBuilder<Types, 'InputObject'>

const bookingId = (t: Fields) => t.id({ required: true, description: 'The booking.' })

const expectedVersion = (t: Fields) =>
  t.int({ description: 'Refuse unless the booking has this version.' })

mutation('createBooking', {
  description: 'Books a slot or seats. Either startsAt or sessionId; customerId or customer.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking.',
  refusals: [...timeRefusals, 'HOLD_EXPIRED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    ...slotInput(t),
    ...whoInput(t),
    holdId: t.id({ description: 'Use this hold up; its slot and size count.' }),
    ...wordsInput(t),
    asManager: managerInput(t),
    initialPayments: paidInput(t),
    notify: notifyInput(t),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: (input, ctx) => {
    const slot = slotOf(input)
    const { accountId } = slot.service
    const wanted = {
      ...slot,
      ...whoOf(accountId, input),
      ...wordsOf(input),
      ...managerOf(input),
      holdId: ownId('Hold', accountId, input.holdId, 'holdId'),
      ...notifyOf(input),
      idempotencyKey: input.idempotencyKey ?? null,
    }
    const paid = paidOf(input.initialPayments)
    return paid.length > 0 ? createPaidBooking(ctx, wanted, paid) : createBooking(ctx, wanted)
  },
})

mutation('rescheduleBooking', {
  description: 'Moves a booking: same id, same number. Who and what is not named stays, if free.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking at its new time.',
  refusals: [...timeRefusals, ...changing],
  input: (t) => ({
    id: bookingId(t),
    ...timeInput(t),
    asManager: managerInput(t),
    expectedVersion: expectedVersion(t),
    notify: notifyInput(t),
  }),
  resolve: (input, ctx) => {
    const key = demandKey('Booking', input.id, 'id')
    const expected = input.expectedVersion ?? null
    return rescheduleBooking(ctx, key, {
      ...timeOf(key.accountId, input),
      ...managerOf(input),
      expectedVersion: expected,
      ...notifyOf(input),
    })
  },
})

mutation('reassignBooking', {
  description: 'Gives an appointment to other staff or another resource, at the same time.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking as it is now.',
  refusals: [...timeRefusals, ...changing],
  input: (t) => ({
    id: bookingId(t),
    staffId: t.id({ description: 'To this staff member; left out, whoever has it keeps it.' }),
    resourceId: t.id({ description: 'To this resource among those that serve.' }),
    asManager: managerInput(t),
    expectedVersion: expectedVersion(t),
    notify: notifyInput(t),
  }),
  resolve: (input, ctx) => {
    const key = demandKey('Booking', input.id, 'id')
    const { staffId, resourceId } = input
    return rescheduleBooking(ctx, key, {
      ...timeOf(key.accountId, { staffId, resourceId }),
      ...managerOf(input),
      expectedVersion: input.expectedVersion ?? null,
      ...notifyOf(input),
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
    partySize: t.field({
      type: 'PositiveInt',
      description: 'Heads; another number drops the counts by category unless `party` is given.',
    }),
    party: t.field({
      type: [PartyCountInput],
      description: 'Heads by category; an empty list drops the categories and keeps the heads.',
    }),
    attended: t.field({
      type: 'PositiveInt',
      description: 'Heads that came, when the booking is COMPLETED.',
    }),
    price: t.field({
      type: 'NonNegativeInt',
      description:
        'Another price of the whole booking, in minor units; null: none. Needs `payments:write`. ' +
        'Left out, seats in a class cost in proportion to their number, an appointment as before.',
    }),
    priceReason: t.string({
      description: 'Why it costs that; only together with `price`, and cleared by the next.',
    }),
    asManager: managerInput(t),
    expectedVersion: expectedVersion(t),
    notify: notifyInput(t),
  }),
  resolve: ({ id, price, notify, asManager, ...input }, ctx) =>
    updateBooking(ctx, demandKey('Booking', id, 'id'), {
      ...(givenFields(input, ['notes', 'externalRef', 'customFields', 'priceReason']) as object),
      ...(price !== undefined && { priceMinor: price }),
      ...managerOf({ asManager }),
      ...notifyOf({ notify }),
    }),
})

mutation('cancelBooking', {
  description:
    'Cancels a booking; its time or seats are free at once, and what was paid through a provider is ' +
    'paid back by it, as far as `refund` gives it back. What was paid otherwise stays due.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription:
    'The booking, cancelled; `refundDue` says what is given back, `payments(kind: REFUND)` what of ' +
    'it is on its way, `refundOpen` what is still to be paid back by hand.',
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
    notify: notifyInput(t),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: (input, ctx) =>
    cancelBooking(ctx, demandKey('Booking', input.id, 'id'), {
      reason: input.reason ?? null,
      refund: input.refund ?? null,
      expectedVersion: input.expectedVersion ?? null,
      ...notifyOf(input),
      idempotencyKey: input.idempotencyKey ?? null,
    }),
})

mutation('declineBooking', {
  description:
    'Does not approve a booking; its time is free, and all that was paid through a provider is paid ' +
    'back by it. What was paid otherwise stays due.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking, declined.',
  refusals: changing,
  input: (t) => ({
    id: bookingId(t),
    reason: t.string({ description: 'Why, for people.' }),
    expectedVersion: expectedVersion(t),
    notify: notifyInput(t),
  }),
  resolve: (input, ctx) =>
    declineBooking(ctx, demandKey('Booking', input.id, 'id'), {
      reason: input.reason ?? null,
      expectedVersion: input.expectedVersion ?? null,
      ...notifyOf(input),
    }),
})

const transitions = {
  confirmBooking: ['CONFIRMED', 'Approves a booking that waits for it.', 'confirmed'],
  completeBooking: ['COMPLETED', 'Says that a booking took place; once it started.', 'completed'],
  markNoShow: ['NO_SHOW', 'Says that the customer did not come; once it started.', 'marked'],
} as const

for (const [name, [status, description, done]] of Object.entries(transitions)) {
  mutation(name, {
    description,
    scopes: ['bookings:write'],
    data: 'Booking',
    dataDescription: `The booking, ${done}.`,
    refusals: status === 'CONFIRMED' ? [...changing, 'PAYMENT_REQUIRED'] : changing,
    input: (t) => ({
      id: bookingId(t),
      ...(status === 'CONFIRMED' && {
        unpaid: t.boolean({
          description: 'Also when its deposit is still awaited; needs `payments:write`.',
        }),
      }),
      ...(status === 'COMPLETED' && {
        attended: t.field({
          type: 'PositiveInt',
          description: 'Heads that came, at most the party; left out, all of it.',
        }),
      }),
      expectedVersion: expectedVersion(t),
      notify: notifyInput(t),
    }),
    resolve: ({ notify, ...input }, ctx) =>
      setBookingStatus(ctx, demandKey('Booking', input.id, 'id'), status, {
        ...input,
        ...notifyOf({ notify }),
      }),
  })
}
