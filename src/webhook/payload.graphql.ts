// An event as a message shows it when the endpoint has no document of its own: what happened to
// which thing, with global ids, and only what the scopes of the endpoint show.

import type { GraphQLSchema } from 'graphql'
import { covers, type Scope } from '../auth/scope.ts'
import { encodeEventCursor } from '../events/cursor.ts'
import type { About, LoggedEvent } from '../events/event.ts'
import { changesOf } from '../graphql/event-parts.ts'
import { encodeId, type NodeName } from '../graphql/ids.ts'
import { globalId } from '../graphql/told.ts'
import type { ToldEvent } from './format.ts'

type Held = ReadonlySet<Scope>

/** The member `data` of a message. */
export function dataOf(schema: GraphQLSchema, held: Held, event: LoggedEvent): object {
  const { accountId, subjectType, subjectId, subjectVersion } = event
  return {
    event: encodeId('AccountEvent', event),
    cursor: encodeEventCursor(event),
    account: accountGlobalId(accountId),
    subject: {
      type: subjectType,
      id: globalId(subjectType, accountId, subjectId),
      version: subjectVersion,
    },
    about: aboutOf(held, event),
    changes: changesOf(event, schema).map(({ field, from, to, needs }) =>
      covers(held, needs) ? { field, from, to } : { field, withheld: true },
    ),
  }
}

/** The event as formats of dialects tell it. */
export function toldEventOf(schema: GraphQLSchema, held: Held, event: LoggedEvent): ToldEvent {
  const { accountId, type, occurredAt, subjectType, subjectId } = event
  return {
    id: encodeId('AccountEvent', event),
    type,
    occurredAt,
    account: accountGlobalId(accountId),
    subject: globalId(subjectType, accountId, subjectId),
    changes: changesOf(event, schema)
      .filter(({ needs }) => covers(held, needs))
      .map(({ field, from, to }) => ({ field, from, to })),
  }
}

/** What a document may take as variables, by their types without "!". */
export const variableTypes: Readonly<Record<string, string>> = {
  event: 'ID',
  type: 'String',
  occurredAt: 'DateTime',
  account: 'ID',
  subject: 'ID',
  booking: 'ID',
  service: 'ID',
  staff: '[ID]',
  customer: 'ID',
  session: 'ID',
  link: 'ID',
}

/** The variables of a document for this event; null for what it is not about. */
export function variablesOf(event: LoggedEvent): Record<string, unknown> {
  const { accountId, subjectType, subjectId, about } = event
  const id = (name: NodeName, row: string | null | undefined) =>
    row == null ? null : encodeId(name, { accountId, id: row })
  const booking = subjectType === 'Booking' ? subjectId : about.bookingId
  const customer = subjectType === 'Customer' ? subjectId : about.customerId
  return {
    event: encodeId('AccountEvent', event),
    type: event.type,
    occurredAt: event.occurredAt.toISOString(),
    account: accountGlobalId(accountId),
    subject: globalId(subjectType, accountId, subjectId),
    booking: id('Booking', booking),
    service: id('Service', subjectType === 'Service' ? subjectId : about.serviceId),
    staff: (about.staffIds ?? []).map((row) => id('StaffMember', row)),
    customer: id('Customer', customer),
    session: id('Session', subjectType === 'Session' ? subjectId : about.sessionId),
    link: id('BookingLink', about.linkId),
  }
}

const accountGlobalId = (id: string) => encodeId('Account', { accountId: id, id })

/** The things that an event is about, and the scope that shows each. */
const things = [
  ['booking', 'bookingId', 'Booking', 'bookings:read'],
  ['service', 'serviceId', 'Service', 'services:read'],
  ['customer', 'customerId', 'Customer', 'customers:read'],
  ['session', 'sessionId', 'Session', 'services:read'],
  ['link', 'linkId', 'BookingLink', 'bookings:read'],
  ['staff', 'staffIds', 'StaffMember', 'staff:read'],
  ['resources', 'resourceIds', 'Resource', 'staff:read'],
] as const satisfies readonly (readonly [string, keyof About, NodeName, Scope])[]

function aboutOf(held: Held, { accountId, about }: LoggedEvent): Record<string, unknown> {
  const entries = things.flatMap(([name, field, node, scope]) => {
    const value = about[field]
    if (value == null || !held.has(scope)) return []
    const id = (row: string) => encodeId(node, { accountId, id: row })
    return [[name, typeof value === 'string' ? id(value) : value.map(id)]]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}
