// What every event shows, whichever face tells it: who did it, and what changed. A change shows its
// values to whoever may see the changed field itself; what the field needs is said there, once.

import { isObjectType, type GraphQLSchema } from 'graphql'
import type { Needs } from '../auth/scope.ts'
import { may, type Viewer } from '../auth/viewer.ts'
import { tellingOf } from '../booking/booking.events.ts'
import type { LoggedEvent } from '../events/event.ts'
import { readScopeOf } from '../events/subject.ts'
import { builder } from './builder.ts'
import { encodeId } from './ids.ts'
import { forbidden } from './scopes.ts'
import { toldChanges } from './told.ts'

type FieldChange = {
  accountId: string
  field: string
  from: unknown
  to: unknown
  /** What the changed field itself needs. */
  needs: Needs
}

export const EventActorType = builder.objectRef<LoggedEvent>('EventActor').implement({
  description: 'Who did something: a credential, or the gateway itself.',
  open: 'It is guarded by the field that holds it.',
  fields: (t) => ({
    kind: t.exposeString('actorKind', {
      description: '`API_KEY`, `API_CLIENT`, `INSTALLATION`, `USER`, `ANONYMOUS` or `SYSTEM`.',
    }),
    id: t.exposeString('actorId', {
      nullable: true,
      description: 'Which credential; null when there was none. Not a global id.',
    }),
    name: t.exposeString('actorName', { description: 'The name of the credential then.' }),
  }),
})

export const FieldChangeType = builder.objectRef<FieldChange>('FieldChange').implement({
  description: 'One changed field of what an event is about.',
  open: 'It is guarded by the field that holds it, and each value by what its field needs.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'Path of the field in the type of the subject, such as `startsAt`.',
    }),
    from: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'What it was: things by global id, instants in RFC 3339, money in minor units; null for ' +
        'nothing. Needs the scopes of the field itself.',
      resolve: (change, _args, ctx) => shown(ctx.viewer, change, change.from),
    }),
    to: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it is since. Needs the scopes of the field itself.',
      resolve: (change, _args, ctx) => shown(ctx.viewer, change, change.to),
    }),
  }),
})

function shown(viewer: Viewer, { accountId, needs }: FieldChange, value: unknown): unknown {
  if (!may(viewer, accountId, needs)) throw forbidden(needs)
  return value
}

/** What changed, as the graph names it, with what each value needs. */
export function changesOf(event: LoggedEvent, schema: GraphQLSchema): FieldChange[] {
  const { accountId, subjectType, changes } = event
  if (subjectType === 'Booking') return bookingChanges(event, schema)
  const read = readScopeOf(subjectType)
  if (read === null) return []
  return toldChanges(accountId, changes).flatMap(({ field, from, to }) => {
    const known = paths[subjectType]?.[field]
    if (known === null) return []
    const path = known?.field ?? field
    const needs = known?.needs ?? needsOf(schema, subjectType, path)
    // What its type does not show is not told; what has no type is told to whoever hears of it.
    if (!needs && schema.getType(subjectType)) return []
    return { accountId, field: path, from, to, needs: needs ?? [read] }
  })
}

/** Where the graph calls a stored field otherwise, or it needs more; null: it is not told. */
const paths: Record<string, Record<string, { field: string; needs?: Needs } | null>> = {
  Service: {
    priceMinor: { field: 'price.amount' },
    depositMinor: { field: 'deposit.amount' },
    staffIds: { field: 'staff' },
    // Terms hold prices.
    staffTerms: { field: 'staffTerms', needs: ['services:read', 'staff:read', 'payments:read'] },
  },
  Session: {
    serviceId: { field: 'service' },
    staffIds: { field: 'staffMembers' },
    resourceIds: { field: 'resources' },
  },
  Payment: {
    amountMinor: { field: 'amount.amount' },
    bookingId: { field: 'booking' },
    refundOfId: { field: 'refundOf' },
  },
  Block: { staffIds: { field: 'staffMembers' }, resourceIds: { field: 'resources' } },
  SeatBlock: { sessionId: { field: 'session' } },
  WaitlistEntry: {
    serviceId: { field: 'service' },
    sessionId: { field: 'session' },
    staffIds: { field: 'staffMembers' },
    customerId: { field: 'customer' },
    holdId: { field: 'hold' },
    fromAt: { field: 'from' },
    untilAt: { field: 'to' },
    partySize: { field: 'party' },
  },
  Customer: { mergedIntoId: { field: 'mergedInto' } },
  Installation: { applicationId: { field: 'application' }, publicId: null },
}

function bookingChanges({ accountId, changes }: LoggedEvent, schema: GraphQLSchema): FieldChange[] {
  return changes.flatMap(({ field, from, to }) => {
    const telling = tellingOf(field)
    if (!telling) return []
    const { refersTo } = telling
    const told = (value: unknown): unknown => {
      if (Array.isArray(value) && refersTo) return value.map(told)
      return refersTo && typeof value === 'string'
        ? encodeId(refersTo, { accountId, id: value })
        : value
    }
    const needs = needsOf(schema, 'Booking', telling.field)
    if (!needs) throw new Error(`An event tells of Booking.${telling.field}, which is nowhere`)
    return { accountId, field: telling.field, from: told(from), to: told(to), needs }
  })
}

/** What the field needs in its type; null when the graph has no such field. */
function needsOf(schema: GraphQLSchema, type: string, path: string): Needs | null {
  const found = schema.getType(type)
  const field = isObjectType(found) ? found.getFields()[path.split('.')[0] ?? path] : undefined
  return field ? ((field.extensions['scopes'] ?? []) as Needs) : null
}
