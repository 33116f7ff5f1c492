// The mutations of connected calendars.

import type { Context } from '../context.ts'
import { refused } from '../errors.ts'
import { demandKey } from '../graphql/ids.ts'
import { demandOne, givenFields } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import {
  createCalendarSource,
  deleteCalendarSource,
  syncCalendarSource,
  updateCalendarSource,
} from './source.actions.ts'
import { sourceLimits, type Credentials } from './source.ts'
import { SourceKindEnum } from './source-kind.graphql.ts'

const scopes = ['calendars:write', 'availability:write'] as const
const name = { description: `Name for people, at most ${sourceLimits.name} characters.` }
const url = {
  description:
    'The address of an iCalendar file (RFC 5545), or of one calendar on a CalDAV server: https or ' +
    'webcal, in the public internet. These need one; Google and Microsoft calendars have none. It ' +
    'may be a secret, so it is kept sealed and not shown again.',
}
const calendarId = {
  description:
    'Of a Google or Microsoft account: the id of the calendar there; its main one when left out.',
}
const username = { description: 'Of a CalDAV server; given together with the password.' }
const password = {
  description: 'Of a CalDAV server, one for this program where it has such; kept sealed.',
}
const refreshToken = {
  description:
    'Of a Google or Microsoft account, given to the OAuth client of this installation ' +
    '(`GOOGLE_CLIENT_ID`, `MICROSOFT_CLIENT_ID`) to read calendars and, where bookings are ' +
    'written, to write them, while its owner is away; kept sealed.',
}
const writesBookings = {
  description:
    'Whether what the staff member does stands in their calendar, too (not an ICS): bookings, and ' +
    'each session once. It shows what you and then your role there may see, but no contacts.',
}

type Access = { username?: string | null; password?: string | null; refreshToken?: string | null }

/** Null when nothing is given. */
function credentialsOf(input: Access): Credentials | null {
  const { username: user, password: secret, refreshToken: token } = input
  const hasLogin = user != null || secret != null
  if (token != null && hasLogin) {
    const message = 'Give a refresh token, or a user name and password; no calendar takes both.'
    throw refused('VALIDATION_FAILED', message, { path: ['refreshToken'] })
  }
  if (token != null) return { refreshToken: token }
  return hasLogin ? { username: user ?? '', password: secret ?? '' } : null
}

const owners = { staffId: 'StaffMember', resourceId: 'Resource' } as const

/** Where calendars may be, beside what every action needs. */
const reaching = (ctx: Context) => ({ ...ctx, reach: ctx.webhooks.reach })

mutation('createCalendarSource', {
  description:
    'Connects an outside calendar: what it takes is busy time of a staff member, or of a resource ' +
    'with all its units. It is read now and every 15 minutes (an ICS) or 30 seconds (others), 400 days ' +
    'ahead: series with what was left out of them and moved, whole days in the zone of whoever it ' +
    'is of, times of other zones. What is called off or shown as free takes no time, and neither ' +
    'do bookings of this account that stand in it. While it cannot be read, it keeps what it took.',
  scopes,
  data: 'CalendarSource',
  dataDescription: 'The calendar, which has not been read yet.',
  refusals: ['LIMIT_REACHED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    staffId: t.id({ description: 'Whose calendar it is; this or "resourceId".' }),
    resourceId: t.id({ description: 'What the calendar is of: all its units are taken.' }),
    name: t.string({ required: true, ...name }),
    kind: t.field({ type: SourceKindEnum, description: 'What it is; ICS when left out.' }),
    url: t.string(url),
    calendarId: t.string(calendarId),
    username: t.string(username),
    password: t.string(password),
    refreshToken: t.string(refreshToken),
    writesBookings: t.boolean(writesBookings),
    paused: t.boolean({
      description: 'Whether it waits to be read until it is updated; left out, it does not.',
    }),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ staffId, resourceId, idempotencyKey, paused, ...input }, ctx) =>
    createCalendarSource(
      reaching(ctx),
      demandOne({ staffId, resourceId }, owners),
      {
        name: input.name,
        kind: input.kind ?? 'ICS',
        url: input.url ?? null,
        calendarId: input.calendarId ?? null,
        credentials: credentialsOf(input),
        writesBookings: input.writesBookings ?? false,
        paused: paused ?? false,
      },
      idempotencyKey,
    ),
})

mutation('updateCalendarSource', {
  description:
    'Changes a connected calendar; what is left out stays. At another address it is read anew, and ' +
    'what it took before is taken until then. What was written at the old address stays there.',
  scopes,
  data: 'CalendarSource',
  dataDescription: 'The calendar as it is now.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The calendar.' }),
    name: t.string(name),
    url: t.string(url),
    calendarId: t.string(calendarId),
    username: t.string(username),
    password: t.string(password),
    refreshToken: t.string(refreshToken),
    writesBookings: t.boolean(writesBookings),
    paused: t.boolean({
      description: 'Whether it is read no more (true), and keeps what it took, or again (false).',
    }),
    expectedVersion: t.int({ description: 'Refused unless it has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...given }, ctx) => {
    const { username: _user, password: _secret, refreshToken: _token, ...input } = given
    const credentials = credentialsOf(given)
    return updateCalendarSource(
      reaching(ctx),
      demandKey('CalendarSource', id, 'id'),
      { ...givenFields(input, []), ...(credentials && { credentials }) },
      expectedVersion,
    )
  },
})

mutation('syncCalendarSource', {
  description:
    'Has a connected calendar read whole, now rather than when its time comes, and tries again what ' +
    'could not be written there.',
  scopes,
  data: 'CalendarSource',
  dataDescription: 'The calendar, which is read within seconds: then `syncedAt` moves.',
  input: (t) => ({ id: t.id({ required: true, description: 'The calendar.' }) }),
  resolve: ({ id }, ctx) => syncCalendarSource(ctx, demandKey('CalendarSource', id, 'id')),
})

mutation('deleteCalendarSource', {
  description:
    'Disconnects an outside calendar: what it took is free again. Bookings that were written there ' +
    'stay; update `writesBookings` to false before, and they are taken away.',
  scopes,
  data: 'CalendarSource',
  dataDescription: 'The calendar as it was.',
  input: (t) => ({ id: t.id({ required: true, description: 'The calendar.' }) }),
  resolve: ({ id }, ctx) => deleteCalendarSource(ctx, demandKey('CalendarSource', id, 'id')),
})
