// What a log tells, with global ids in place of row ids: of whoever acted, of what was acted upon,
// and of the things that changed values name. A row id is never shown where no type is known.

import type { Change } from '../events/event.ts'
import { encodeId, nodeNameOf, nowhere, type NodeName } from './ids.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** These stand below no account. */
const homeless: ReadonlySet<NodeName> = new Set(['User', 'ApiClient', 'Application'])

const actors: Record<string, NodeName> = {
  API_KEY: 'ApiKey',
  API_CLIENT: 'ApiClient',
  INSTALLATION: 'Installation',
  USER: 'User',
}

/** The type of what an actor of this kind is; null for nobody and for the gateway itself. */
export function actorNode(kind: string): NodeName | null {
  return actors[kind] ?? null
}

/** What a viewer is, as a subject of the log; null for nobody and for the gateway itself. */
export function subjectOf({ kind, id }: { kind: string; id: string }) {
  const subjectType = actorNode(kind)
  return subjectType && { subjectType, subjectId: id }
}

/** The global id of a row of an account; null when there is none, or its type has none. */
export function globalId(type: string | null, accountId: string, id: string | null): string | null {
  const name = nodeNameOf(type)
  if (name === null || id === null || !uuid.test(id)) return null
  return encodeId(name, { accountId: homeless.has(name) ? nowhere : accountId, id })
}

/** Fields that name things, by what is left of their name without `Id` or `Ids`. */
const namedThings: Record<string, NodeName> = {
  service: 'Service',
  staff: 'StaffMember',
  resource: 'Resource',
  session: 'Session',
  customer: 'Customer',
  mergedInto: 'Customer',
  booking: 'Booking',
  refundOf: 'Payment',
  hold: 'Hold',
  link: 'BookingLink',
  series: 'Series',
  application: 'Application',
}

/** The changes with every id in their values made global, also inside objects and lists. */
export function toldChanges(accountId: string, changes: readonly Change[]): Change[] {
  const told = (field: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => told(field, item))
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
      return Object.fromEntries(entries.map(([name, inner]) => [name, told(name, inner)]))
    }
    if (typeof value !== 'string' || !uuid.test(value)) return value
    return globalId(namedThings[field.replace(/Ids?$/, '')] ?? null, accountId, value)
  }
  return changes.map(({ field, from, to }) => ({
    field,
    from: told(field, from),
    to: told(field, to),
  }))
}
