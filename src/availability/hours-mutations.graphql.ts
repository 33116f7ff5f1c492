// The mutations of weekly hours and exceptions.

import { demandKey } from '../graphql/ids.ts'
import { dateOf, demandOne } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { weeklyInput } from '../graphql/weekly-hours.ts'
import { DAY } from '../time/instant.ts'
import {
  createAvailabilityException,
  deleteAvailabilityException,
  setWorkingHours,
} from './hours.actions.ts'
import { ExceptionKind } from './hours.graphql.ts'

const HoursInput = weeklyInput('WorkingHoursInput', "A weekly interval in the owner's zone.")

const owner = (t: InputBuilder) => ({
  accountId: t.id({ description: 'The account itself: for whoever has no hours of their own.' }),
  staffId: t.id({ description: 'A staff member.' }),
  resourceId: t.id({ description: 'A resource.' }),
  serviceId: t.id({ description: 'A service: its hours narrow those of its staff.' }),
})

const owners = {
  accountId: 'Account',
  staffId: 'StaffMember',
  resourceId: 'Resource',
  serviceId: 'Service',
} as const

const dayOf = (text: string, ...path: string[]) => dateOf(text, ...path).getTime() / DAY

mutation('setWorkingHours', {
  description:
    'Replaces all weekly hours of one owner; none at all makes a staff member or resource follow ' +
    'the account. Bookings that stand stay. Setting what is set already is no change.',
  scopes: ['availability:write'],
  data: ['WorkingHours'],
  dataDescription: 'The weekly hours of the owner, by weekday and start.',
  input: (t) => ({
    ...owner(t),
    hours: t.field({
      type: [HoursInput],
      required: true,
      description: 'All weekly intervals, at most 200; two of one owner may not overlap.',
    }),
  }),
  resolve: ({ hours, ...input }, ctx) =>
    setWorkingHours(
      ctx,
      demandOne(input, owners),
      hours.map(({ weekday, startLocalTime, endLocalTime, validFromOn, validUntilOn }, index) => {
        const path = ['hours', String(index)]
        return {
          weekday,
          startLocalTime,
          endLocalTime,
          validFrom: validFromOn == null ? null : dayOf(validFromOn, ...path, 'validFromOn'),
          validUntil: validUntilOn == null ? null : dayOf(validUntilOn, ...path, 'validUntilOn'),
        }
      }),
    ),
})

mutation('createAvailabilityException', {
  description: 'Says that a local date of one owner differs from the weekly hours.',
  scopes: ['availability:write'],
  data: 'AvailabilityException',
  dataDescription: 'The new exception.',
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    ...owner(t),
    kind: t.field({ type: ExceptionKind, required: true, description: 'What it does.' }),
    on: t.field({
      type: 'LocalDate',
      required: true,
      description: "The date, in the owner's zone.",
    }),
    startLocalTime: t.field({
      type: 'LocalTime',
      description: 'From when; both times or neither.',
    }),
    endLocalTime: t.field({
      type: 'LocalTime',
      description: 'Until when; at or before the start means on the next day.',
    }),
    reason: t.string({ description: 'Why, for people.' }),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ kind, on, startLocalTime, endLocalTime, reason, idempotencyKey, ...input }, ctx) =>
    createAvailabilityException(
      ctx,
      demandOne(input, owners),
      {
        kind,
        day: dayOf(on, 'on'),
        startLocalTime: startLocalTime ?? null,
        endLocalTime: endLocalTime ?? null,
        reason: reason ?? null,
      },
      idempotencyKey,
    ),
})

mutation('deleteAvailabilityException', {
  description: 'Takes an exception away: its date follows the weekly hours again.',
  scopes: ['availability:write'],
  data: 'AvailabilityException',
  dataDescription: 'The exception as it was.',
  input: (t) => ({ id: t.id({ required: true, description: 'The exception.' }) }),
  resolve: ({ id }, ctx) =>
    deleteAvailabilityException(ctx, demandKey('AvailabilityException', id, 'id')),
})
