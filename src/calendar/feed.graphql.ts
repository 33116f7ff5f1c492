// CalendarFeed as the graph shows it, and its lists: over accounts, and below whoever has some. Its
// secret is not among its fields.

import type { Scope } from '../auth/scope.ts'
import { Prisma, type CalendarFeed } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType } from '../graphql/lists.ts'
import { findable, Node } from '../graphql/node.ts'
import { userName } from '../graphql/user-name.ts'

const read: readonly Scope[] = ['calendars:read']

findable('CalendarFeed', read)

builder.prismaObject('CalendarFeed', {
  description:
    'A secret address where calendar programs read bookings: of a staff member, of a customer, or ' +
    'of the whole account. It shows what its scopes and the role of whoever made it both allow, ' +
    'and dies with the membership.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('CalendarFeed', row) }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business whose bookings it shows. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    staffMember: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whose work it shows; null when it is no staff member’s. Null when denied.',
      resolve: ({ accountId, staffId }, _args, ctx) =>
        staffId ? ctx.load('StaffMember', { accountId, id: staffId }) : null,
    }),
    customer: t.field({
      type: 'Customer',
      nullable: true,
      scopes: ['customers:read'],
      description: 'Whose bookings it shows; null when it is no customer’s. Null when denied.',
      resolve: ({ accountId, customerId }, _args, ctx) =>
        customerId ? ctx.load('Customer', { accountId, id: customerId }) : null,
    }),
    name: t.exposeString('name', { description: 'Name of the calendar for people.' }),
    scopes: t.exposeStringList('scopes', {
      description: 'What it was given; the role of whoever made it limits it further.',
    }),
    pastDays: t.exposeInt('pastDays', { description: 'How many days back it goes.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when on it is dead; null for never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last read, to the minute; null for never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked, for good; null while it is not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.string({
      description: 'The name of whoever made it, in whose name it shows things.',
      resolve: ({ createdById }, _args, ctx) => userName(ctx, createdById),
    }),
  }),
})

const CalendarFeedConnection = connectionType<CalendarFeed>('CalendarFeed', 'CalendarFeed')

const order = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const

const lists = listFields({
  type: CalendarFeedConnection,
  table: 'CalendarFeed',
  scopes: read,
  args: () => ({}),
  where: () => [],
  order: () => order,
})

const told = 'the newest first, revoked ones too'

lists.over('calendarFeeds', `Calendar feeds over accounts, ${told}.`)

function feedsBelow(
  parent: 'Account' | 'StaffMember' | 'Customer',
  description: string,
  ...where: Prisma.Sql[]
): void {
  const sentence = `${description}, ${told}. Null when denied.`
  lists.below(parent, 'calendarFeeds', sentence, ...where)
}

feedsBelow('Account', 'Calendar feeds of the account, of whomever they show bookings')
feedsBelow(
  'StaffMember',
  'Calendar feeds of what this staff member does',
  Prisma.sql`r."staffId" = u."parentId"`,
)
feedsBelow(
  'Customer',
  'Calendar feeds of this customer’s bookings',
  Prisma.sql`r."customerId" = u."parentId"`,
)
