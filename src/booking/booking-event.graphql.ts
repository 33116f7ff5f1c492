// BookingEvent as the graph shows it: watched by the subscription, and looked back at as a
// booking's history.

import type { Needs } from '../auth/scope.ts'
import { accountsWithin, type Viewer } from '../auth/viewer.ts'
import type { ReadEvent } from '../events/log.data.ts'
import type { LoggedEvent } from '../events/event.ts'
import { eventSource } from '../events/source.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { lastCursorOf } from '../graphql/event-args.ts'
import { changesOf, EventActorType, FieldChangeType } from '../graphql/event-parts.ts'
import { encodeId, keyOf, type NodeName } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  badInput,
  connectionType,
  listBelow,
  pageArgs,
} from '../graphql/lists.ts'
import { bookingEventTypes } from './booking.events.ts'

const listen: Needs = ['bookings:read', 'events:read']

const BookingEventType = builder.objectRef<LoggedEvent>('BookingEvent').implement({
  description: 'A fact that happened to a booking.',
  scopes: ['bookings:read'],
  fields: (t) => ({
    id: t.id({
      description: 'Global id; the same however often the event is delivered.',
      resolve: (event) => encodeId('BookingEvent', event),
    }),
    cursor: t.field({
      type: 'EventCursor',
      description:
        'Keep the last one: `after` it, a subscription goes on. One that was read from a history ' +
        'while older changes were still being written may bring events again, never lose one.',
      resolve: ({ xid, seq }) => ({ xid, seq }),
    }),
    type: t.exposeString('type', {
      description: `One of ${bookingEventTypes.map((type) => `\`${type}\``).join(', ')}.`,
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business; null when it is gone.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    actor: t.field({
      type: EventActorType,
      nullable: true,
      scopes: ['audit:read'],
      description: 'Who did it.',
      resolve: (event) => event,
    }),
    booking: t.field({
      type: 'Booking',
      nullable: true,
      description: 'The booking as it is when this is delivered; null when it is gone.',
      resolve: ({ accountId, subjectId }, _args, ctx) =>
        ctx.load('Booking', { accountId, id: subjectId }),
    }),
    bookingVersion: t.exposeInt('subjectVersion', {
      description: 'Version of the booking right after this.',
    }),
    changes: t.field({
      type: [FieldChangeType],
      description: 'What changed; for a new booking, every field that was set.',
      resolve: (event, _args, _ctx, { schema }) => changesOf(event, schema),
    }),
  }),
})

const BookingEventFilter = builder.inputType('BookingEventFilter', {
  description: 'Narrows a subscription; what is left out does not narrow.',
  fields: (t) => ({
    types: t.stringList({ description: `Only these: ${bookingEventTypes.join(', ')}.` }),
    serviceIds: t.idList({ description: 'Only bookings of these services.' }),
    staffIds: t.idList({
      description: 'Only bookings with one of these staff members, before or after.',
    }),
    customerIds: t.idList({ description: 'Only bookings for these customers.' }),
    bookingIds: t.idList({ description: 'Only these bookings.' }),
    linkIds: t.idList({ description: 'Only bookings through these booking links.' }),
  }),
})

type Filter = typeof BookingEventFilter.$inferInput | null | undefined

const allTypes: ReadonlySet<string> = new Set(bookingEventTypes)

const isOfBooking = ({ type }: ReadEvent) => allTypes.has(type)

/** Which events are wanted. Ids of another type or made up are those of no booking. */
function wanted(filter: Filter): (event: ReadEvent) => boolean {
  if (!filter) return isOfBooking
  const types = filter?.types ? new Set(filter.types) : allTypes
  for (const type of types) {
    if (!allTypes.has(type)) {
      const legal = bookingEventTypes.join(', ')
      throw badInput(`"${type}" is no type of a booking's event; there are ${legal}.`)
    }
  }
  const oneOf = (name: NodeName, ids: readonly string[] | null | undefined) =>
    ids ? new Set(ids.flatMap((id) => keyOf(name, id)?.id ?? [])) : null
  const services = oneOf('Service', filter?.serviceIds)
  const staff = oneOf('StaffMember', filter?.staffIds)
  const customers = oneOf('Customer', filter?.customerIds)
  const bookings = oneOf('Booking', filter?.bookingIds)
  const links = oneOf('BookingLink', filter?.linkIds)
  const has = (chosen: Set<string> | null, id: string | null | undefined) =>
    !chosen || (id != null && chosen.has(id))
  return ({ type, about }) =>
    types.has(type) &&
    has(services, about.serviceId) &&
    has(customers, about.customerId) &&
    has(bookings, about.bookingId) &&
    has(links, about.linkId) &&
    (!staff || (about.staffIds ?? []).some((id) => staff.has(id)))
}

builder.subscriptionField('bookingEvents', (t) =>
  t.field({
    type: BookingEventType,
    scopes: listen,
    description:
      'What happens to bookings, in the order it was committed. With `after`, first what was ' +
      'missed, then what happens: no gap, no repeat; CURSOR_EXPIRED when that is not kept any ' +
      'more. Without it, from now on.',
    args: {
      ...accountsArg(t),
      filter: t.arg({ type: BookingEventFilter, description: 'Which events.' }),
      after: t.arg({ type: 'EventCursor', description: 'Go on after this event.' }),
    },
    subscribe: async (_root, { accounts, filter, after }, ctx) => {
      const accountsFor = (viewer: Viewer) => accountsOf(viewer, accounts, listen)
      const subscription = await ctx.events.subscribe({
        accountIds: accountsFor(ctx.viewer),
        wants: wanted(filter),
        after: lastCursorOf(ctx.lastCursor) ?? after ?? null,
        reach: accountsWithin(ctx.viewer, listen),
      })
      return eventSource(subscription, { viewer: ctx.viewer, scopes: listen, accountsFor })
    },
    resolve: (event) => event,
  }),
)

const BookingEventConnection = connectionType<LoggedEvent>('BookingEvent', 'BookingEvent')

builder.prismaObjectField('Booking', 'history', (t) =>
  t.field({
    type: BookingEventConnection,
    nullable: true,
    scopes: ['bookings:read'],
    reads: [],
    description: 'What happened to it, oldest first, from its beginning.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: ({ accountId, id }, args, ctx) =>
      listBelow<LoggedEvent>(
        ctx,
        { accountId, id },
        'Booking.history',
        args,
        {
          table: 'Event',
          where: [
            Prisma.sql`r."subjectId" = u."parentId"`,
            Prisma.sql`r."subjectType" = 'Booking'`,
          ],
          order: { column: 'seq', type: 'bigint', direction: 'ASC' },
        },
        args,
      ),
  }),
)
