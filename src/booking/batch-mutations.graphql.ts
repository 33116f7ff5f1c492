// The mutation that makes several bookings as one unit.

import { builder } from '../graphql/builder.ts'
import { timeRefusals } from '../graphql/refusals.ts'
import { mutation } from '../graphql/mutations.ts'
import { Refused } from '../errors.ts'
import { createPaidBookings } from '../payment/initial.actions.ts'
import { checkSize, createBookings, maxBatch, ofItem } from './batch.actions.ts'
import {
  idempotencyKey,
  notifyInput,
  notifyOf,
  ownId,
  paidInput,
  paidOf,
  whoInput,
  whoOf,
  wordsInput,
  wordsOf,
} from './booking-input.graphql.ts'
import { managerInput, managerOf, slotInput, slotOf } from './slot-input.graphql.ts'

const BookingItemInput = builder.inputType('BookingItemInput', {
  description: 'One of several bookings that are made together.',
  fields: (t) => ({
    ...slotInput(t),
    holdId: t.id({ description: 'Use this hold up; its slot and size count.' }),
    ...wordsInput(t),
    initialPayments: paidInput(t),
  }),
})

function itemOf(input: typeof BookingItemInput.$inferInput, index: number) {
  try {
    const slot = slotOf(input)
    const holdId = ownId('Hold', slot.service.accountId, input.holdId, 'holdId')
    return { ...slot, ...wordsOf(input), holdId }
  } catch (error) {
    throw error instanceof Refused ? new Refused(ofItem(index, error.refusal)) : error
  }
}

mutation('createBookings', {
  description:
    'Books several slots or seats in one account for one customer: all of them or none. Each is ' +
    'judged after those before it. Either customerId or customer.',
  scopes: ['bookings:write'],
  data: ['Booking'],
  dataDescription: 'The bookings, in the order of the items.',
  refusals: [...timeRefusals, 'HOLD_EXPIRED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    items: t.field({
      type: [BookingItemInput],
      required: true,
      description: `What to book, 1 to ${maxBatch}. A refusal's path names the item, from 0.`,
    }),
    ...whoInput(t),
    asManager: managerInput(t),
    notify: notifyInput(t),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: async (input, ctx) => {
    checkSize(input.items.length)
    const manager = managerOf(input)
    const items = input.items.map((item, index) => ({ ...itemOf(item, index), ...manager }))
    const wanted = {
      items,
      ...whoOf(items[0]?.service.accountId ?? '', input),
      ...notifyOf(input),
      idempotencyKey: input.idempotencyKey ?? null,
    }
    const paid = input.items.map(({ initialPayments }, index) =>
      paidOf(initialPayments, 'items', String(index)),
    )
    return paid.some((given) => given.length > 0)
      ? createPaidBookings(ctx, wanted, paid)
      : createBookings(ctx, wanted)
  },
})
