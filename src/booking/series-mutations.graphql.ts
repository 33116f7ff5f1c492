// The mutations of series.

import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { demandIds, instantOf } from '../graphql/inputs.ts'
import { timeRefusals } from '../graphql/refusals.ts'
import { mutation } from '../graphql/mutations.ts'
import {
  changing,
  idempotencyKey,
  notifyInput,
  notifyOf,
  RefundEnum,
  whoInput,
  whoOf,
  wordsInput,
  wordsOf,
} from './booking-input.graphql.ts'
import { createBookingSeries } from './series.actions.ts'
import { cancelBookingSeries } from '../payment/cancel-series.actions.ts'
import { maxOccurrences } from './series.ts'
import { managerInput, managerOf, timeOf } from './slot-input.graphql.ts'

const SeriesPolicyEnum = builder.enumType('SeriesPolicy', {
  description: 'What is done about times of a rule that cannot be booked.',
  values: {
    ALL_OR_NOTHING: { description: 'Nothing is booked unless all can be.' },
    SKIP_CONFLICTS: { description: 'They are left out and listed; at least one must be left.' },
  } as const,
})

const SeriesPartEnum = builder.enumType('SeriesPart', {
  description: 'Which bookings of a series are meant.',
  values: {
    THIS_ONLY: { description: 'The named booking.' },
    THIS_AND_LATER: { description: 'The named booking and those that start after it.' },
    ALL: { description: 'All that have not started, and the named booking if there is one.' },
  } as const,
})

mutation('createBookingSeries', {
  description:
    'Books every time of a recurrence rule as one unit. A class is booked by the sessions that ' +
    'start at these times. Either customerId or customer.',
  scopes: ['bookings:write'],
  data: 'Series',
  dataDescription: 'The series; `skipped` lists what was left out.',
  refusals: [...timeRefusals, 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    serviceId: t.id({ required: true, description: 'What to book.' }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'The first start; the rule must fall on it.',
    }),
    rule: t.string({
      required: true,
      description:
        'RFC 5545 RRULE such as "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10", DAILY to YEARLY, in wall-clock ' +
        `time of the account. COUNT or UNTIL ends it: at most ${maxOccurrences} times in 10 years.`,
    }),
    policy: t.field({
      type: SeriesPolicyEnum,
      defaultValue: 'ALL_OR_NOTHING',
      description: 'What is done about times that cannot be booked.',
    }),
    staffId: t.id({ description: 'With this staff member; left out, with whoever is free.' }),
    resourceId: t.id({ description: 'With this resource among those that serve.' }),
    durationMinutes: t.int({ description: 'Another length than the usual one.' }),
    ...whoInput(t),
    ...wordsInput(t),
    asManager: managerInput(t),
    notify: notifyInput(t),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: (input, ctx) => {
    const service = demandKey('Service', input.serviceId, 'serviceId')
    const { staffId, resourceId, durationMinutes } = input
    return createBookingSeries(ctx, {
      service,
      ...timeOf(service.accountId, { staffId, resourceId, durationMinutes }),
      startsAt: instantOf(input.startsAt, 'startsAt'),
      rule: input.rule,
      policy: input.policy ?? 'ALL_OR_NOTHING',
      ...whoOf(service.accountId, input),
      ...wordsOf(input),
      ...managerOf(input),
      holdId: null,
      ...notifyOf(input),
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

mutation('cancelBookingSeries', {
  description:
    'Cancels one booking of a series, it and the later ones, or all still to come. What was paid ' +
    'for each through a provider is paid back by it, as far as `refund` gives it back.',
  scopes: ['bookings:write'],
  data: ['Booking'],
  dataDescription: 'The bookings that were cancelled, soonest first; each says its `refundDue`.',
  refusals: [...changing, 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The series.' }),
    part: t.field({
      type: SeriesPartEnum,
      required: true,
      description: 'Which bookings. What has ended or was cancelled stays as it is.',
    }),
    bookingId: t.id({ description: 'The booking that "this" means; needed unless all are meant.' }),
    reason: t.string({ description: 'Why, for people.' }),
    refund: t.field({
      type: RefundEnum,
      defaultValue: 'POLICY',
      description: 'What is given back for each.',
    }),
    notify: notifyInput(t),
    idempotencyKey: idempotencyKey(t),
  }),
  resolve: (input, ctx) => {
    const key = demandKey('Series', input.id, 'id')
    const named = input.bookingId == null ? [] : [input.bookingId]
    return cancelBookingSeries(ctx, key, {
      part: input.part,
      bookingId: demandIds('Booking', key.accountId, named, 'bookingId')[0] ?? null,
      reason: input.reason ?? null,
      refund: input.refund ?? null,
      ...notifyOf(input),
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})
