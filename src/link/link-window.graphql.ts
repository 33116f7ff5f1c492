// The window of a booking link as the graph shows it and takes it: hours, dates, notice and days
// ahead of its own.

import { builder } from '../graphql/builder.ts'
import { dateOf } from '../graphql/inputs.ts'
import { dateText } from '../time/instant.ts'
import type { InputBuilder } from '../graphql/mutations.ts'
import { weeklyInput } from '../graphql/weekly-hours.ts'
import { windowOfRow } from './link-terms.data.ts'
import type { LinkHours } from './link-window.ts'

const LinkHoursType = builder.objectRef<LinkHours>('LinkHours').implement({
  description: "A weekly interval of a booking link, in the account's zone.",
  open: 'Part of a link, reached only through it.',
  fields: (t) => ({
    weekday: t.exposeInt('weekday', {
      description: 'The weekday on which it starts: 1 is Monday, 7 is Sunday.',
    }),
    startLocalTime: t.expose('startLocalTime', {
      type: 'LocalTime',
      description: 'When it starts.',
    }),
    endLocalTime: t.expose('endLocalTime', {
      type: 'LocalTime',
      description: 'When it ends; at or before the start it is on the next day. May be "24:00".',
    }),
    validFromOn: t.expose('validFromOn', {
      type: 'LocalDate',
      nullable: true,
      description: 'First day it counts for; null means since ever.',
    }),
    validUntilOn: t.expose('validUntilOn', {
      type: 'LocalDate',
      nullable: true,
      description: 'Last day it counts for, inclusive; null means for ever.',
    }),
  }),
})

builder.prismaObjectFields('BookingLink', (t) => ({
  hours: t.field({
    type: [LinkHoursType],
    description:
      'Weekly hours of its own: what is booked through it lies in these and in those of service ' +
      'and staff. None: it adds none.',
    resolve: (link) => [...windowOfRow(link).hours],
  }),
  bookableFromOn: t.field({
    type: 'LocalDate',
    nullable: true,
    description: 'First local date that can be booked through it; null: as the service says.',
    resolve: (link) => windowOfRow(link).bookableFromOn,
  }),
  bookableUntilOn: t.field({
    type: 'LocalDate',
    nullable: true,
    description: 'Last such date, inclusive; null: as the service says.',
    resolve: (link) => windowOfRow(link).bookableUntilOn,
  }),
  minNoticeMinutes: t.exposeInt('minNoticeMinutes', {
    description: 'Least minutes from now to a start; the service may ask for more.',
  }),
  maxAdvanceDays: t.exposeInt('maxAdvanceDays', {
    nullable: true,
    description: 'How many local days ahead; null: as the service says, which may be fewer.',
  }),
}))

const LinkHoursInput = weeklyInput(
  'LinkHoursInput',
  "A weekly interval of a booking link, in the account's zone.",
)

export const windowInput = (t: InputBuilder) => ({
  hours: t.field({
    type: [LinkHoursInput],
    description: 'Weekly hours of its own, at most 200; they narrow those of service and staff.',
  }),
  bookableFromOn: t.field({ type: 'LocalDate', description: 'First bookable date; null: none.' }),
  bookableUntilOn: t.field({
    type: 'LocalDate',
    description: 'Last bookable date, inclusive; null: none.',
  }),
  minNoticeMinutes: t.int({ description: 'Least minutes from now to a start; 0 at first.' }),
  maxAdvanceDays: t.int({ description: 'Days ahead that can be booked; null: without limit.' }),
})

export type RawWindow = {
  hours?: readonly (typeof LinkHoursInput.$inferInput)[] | null
  bookableFromOn?: string | null
  bookableUntilOn?: string | null
}

/** What was given of the window, with dates that can be kept. */
export function plainWindow({ hours, bookableFromOn, bookableUntilOn }: RawWindow) {
  return {
    ...(hours && { hours: hours.map(hoursOf) }),
    ...(bookableFromOn !== undefined && {
      bookableFromOn: dateOrNull(bookableFromOn, 'bookableFromOn'),
    }),
    ...(bookableUntilOn !== undefined && {
      bookableUntilOn: dateOrNull(bookableUntilOn, 'bookableUntilOn'),
    }),
  }
}

function hoursOf(hours: NonNullable<RawWindow['hours']>[number], index: number): LinkHours {
  const { weekday, startLocalTime, endLocalTime, validFromOn, validUntilOn } = hours
  const path = ['hours', String(index)]
  return {
    weekday,
    startLocalTime,
    endLocalTime,
    validFromOn: dateOrNull(validFromOn, ...path, 'validFromOn'),
    validUntilOn: dateOrNull(validUntilOn, ...path, 'validUntilOn'),
  }
}

const dateOrNull = (text: string | null | undefined, ...path: string[]) =>
  text == null ? null : dateText(dateOf(text, ...path))
