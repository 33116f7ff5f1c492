// The mutations that make and revoke calendar feeds.

import { demandKey } from '../graphql/ids.ts'
import { demandOne, instantOf } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { createCalendarFeed, revokeCalendarFeed } from './feed.actions.ts'
import { feedLimits, feedScopes } from './feed.ts'

const named = feedScopes.map((scope) => `\`${scope}\``).join(', ')
const { pastDays, calledOffDays, futureDays, pastEntries, futureEntries } = feedLimits

const owners = { accountId: 'Account', staffId: 'StaffMember', customerId: 'Customer' } as const

mutation('createCalendarFeed', {
  description:
    'Makes a secret address that calendar programs subscribe to (iCalendar, RFC 5545): bookings of ' +
    'a staff member, of a customer, or of the whole account. Classes stand there once for each ' +
    'session, with how many come, and for a customer as the seats they have. It shows what its ' +
    'scopes and your role then both allow, and is dead when you have left the account, or the ' +
    `customer is erased or merged. It looks ${futureDays} days ahead and lists at most ` +
    `${futureEntries} entries that are to come and ${pastEntries} before, the nearest ones; what ` +
    `is called off stays for ${calledOffDays} days, marked as cancelled.`,
  scopes: ['calendars:write'],
  data: 'CalendarFeed',
  dataDescription: 'The new feed.',
  secretDescription: 'The address to subscribe to; whoever has it reads the calendar.',
  refusals: ['LIMIT_REACHED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({
      description: 'The account, for all its bookings; this, "staffId" or "customerId".',
    }),
    staffId: t.id({ description: 'The staff member, for the bookings and sessions they do.' }),
    customerId: t.id({ description: 'The customer, for their own bookings.' }),
    name: t.string({
      required: true,
      description: `Name of the calendar for people, at most ${feedLimits.name} characters.`,
    }),
    scopes: t.stringList({
      description:
        `What it shows, of ${named}; each of them you must hold here. The bookings themselves are ` +
        'always among it, and so is the scope of whoever it is about. Left out, all that you hold ' +
        'but contacts.',
    }),
    pastDays: t.int({
      description: `How many days back it goes, 0 to ${pastDays}; 30 when left out.`,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'From when on it is dead; left out, never.',
    }),
    idempotencyKey: t.string({
      description:
        'Said again within 24 hours, gives the first answer and does nothing more; but the secret ' +
        'is not stored, so it is null then: revoke the feed and make another.',
    }),
  }),
  resolve: async ({ accountId, staffId, customerId, idempotencyKey, ...input }, ctx) => {
    const owner = demandOne({ accountId, staffId, customerId }, owners)
    const { row, secret } = await createCalendarFeed(
      ctx,
      owner,
      {
        name: input.name,
        scopes: input.scopes ? [...new Set(input.scopes)] : null,
        pastDays: input.pastDays ?? 30,
        expiresAt: input.expiresAt ? instantOf(input.expiresAt, 'expiresAt') : null,
      },
      idempotencyKey,
    )
    return { row, secret: secret && `${ctx.baseUrl()}/calendars/${secret}.ics` }
  },
})

mutation('revokeCalendarFeed', {
  description: 'Ends a calendar feed for good, whoever made it. Twice is once.',
  scopes: ['calendars:write'],
  data: 'CalendarFeed',
  dataDescription: 'The feed, revoked.',
  input: (t) => ({ id: t.id({ required: true, description: 'The feed.' }) }),
  resolve: ({ id }, ctx) => revokeCalendarFeed(ctx, demandKey('CalendarFeed', id, 'id')),
})
