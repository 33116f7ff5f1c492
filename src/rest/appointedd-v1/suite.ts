// What every route of V1 shares: the zone of its times, lists with their two cursors, lists of ids
// as JSON in the query, and the form of one thing.

import { z } from 'zod'
import { askOf, pageOf, type Listed, type PageAsk } from '../cursors.ts'
import { id, text, timeZone } from '../fields.ts'
import { pageSize } from '../numbered.ts'
import { occupants } from '../occupants.ts'
import { Unacceptable } from '../route.ts'
import { textWithMillis } from '../times.ts'

/** The vendor's form of an instant: milliseconds and an offset, also for UTC. */
export const instantText = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/)

/** In which zone an answer tells its times. */
export const zoned = {
  timezone: timeZone.optional().describe('IANA zone of the times in the answer; UTC if left out.'),
}

export type Zoned = { timezone?: string | undefined }

export function timesIn({ timezone = 'UTC' }: Zoned): (at: Date | string | number) => string {
  return (at) => textWithMillis(at, timezone)
}

export const paged = {
  limit: pageSize(100).optional().describe('10 if left out; what is above 100 means 100.'),
  start: text(2000).optional().describe('`next` of the page before.'),
  end: text(2000).optional().describe('`prev` of the page behind.'),
  sort_by: z.enum(['natural'], 'has to be natural').optional(),
  order_by: z.enum(['ascending', 'descending'], 'has to be ascending or descending').optional(),
  ...zoned,
}

export type Paged = Zoned & {
  limit?: number | undefined
  start?: string | undefined
  end?: string | undefined
  order_by?: 'ascending' | 'descending' | undefined
}

const defaultLimit = 10

export const sizeOf = ({ limit = defaultLimit }: Paged) => limit
export const isDescending = ({ order_by }: Paged) => order_by === 'descending'

/** The page that is asked for, as a list of the graph takes it. */
export function pageVariablesOf(query: Paged): PageAsk {
  const { start: after, end: before } = query
  return askOf({ descending: isDescending(query), size: sizeOf(query), after, before })
}

export function listSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    total: z.int(),
    next: z.string().nullable(),
    prev: z.string().nullable(),
  })
}

export function listOf<Node, Item>(
  list: Listed<Node>,
  query: Paged,
  itemOf: (node: Node, at: ReturnType<typeof timesIn>) => Item,
) {
  const { nodes, total, next, prev } = pageOf(list, isDescending(query))
  const at = timesIn(query)
  return { data: nodes.map((node) => itemOf(node, at)), total, next, prev }
}

/** A list of texts as JSON in a query: `["a","b"]`. */
function jsonList(item: z.ZodType<string>) {
  const message = 'has to be a JSON list of 1 to 100 texts, such as ["id"]'
  const items = z.array(item).min(1).max(100)
  return text(30_000).transform((json, ctx): string[] => {
    const { data } = items.safeParse(parsed(json))
    if (data) return data
    ctx.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

export const ids = jsonList(id)

/** A JSON list of words of a closed set. */
export const wordsOf = (words: readonly string[]) => jsonList(z.enum(words))

/** Of a field of the body that is well formed and cannot be; the message follows its name. */
export function unacceptable(name: string, message: string): Unacceptable {
  return new Unacceptable({ place: 'body', name, message: `"${name}" ${message}` })
}

/** Asks what is behind ids of resources, for `occupantsOf`. */
export const occupantsDocument = `query AppointeddOccupants($ids: [ID!]!) { ${occupants} }`

/** Asks whether a class starts then, and which of its sessions; `next` is a moment later. */
export const sessionDocument = `query AppointeddSession(
    $serviceId: ID!, $ids: [ID!]!, $from: DateTime!, $to: DateTime!) {
  service: node(id: $serviceId) { ... on Service { kind } }
  sessions(filter: { serviceIds: $ids, from: $from, to: $to }, first: 1) { nodes { id } } }`

export function sessionVariables(serviceId: string, start: string) {
  const to = new Date(Date.parse(start) + 1).toISOString()
  return { serviceId, ids: [serviceId], from: start, to }
}

/** The session that starts then; null where the service is no class or has none then. */
export function sessionIn(found: {
  service: { kind?: string } | null
  sessions: { nodes: { id: string }[] }
}): { isClass: boolean; sessionId: string | null } {
  return {
    isClass: found.service?.kind === 'CLASS',
    sessionId: found.sessions.nodes[0]?.id ?? null,
  }
}
