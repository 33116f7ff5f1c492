// What makes an endpoint a legal one, and which events it wants. Pure; sentences are public.

import { isScope } from '../auth/scope.ts'
import type { Issue } from '../errors.ts'
import type { About, LoggedEvent } from '../events/event.ts'
import { scopeOfType, takesIn, testType, typeIssues } from './event-type.ts'

/** Of what a filter names ids, by its fields. */
export const filterThings = {
  serviceIds: 'Service',
  staffIds: 'StaffMember',
  customerIds: 'Customer',
  bookingIds: 'Booking',
  linkIds: 'BookingLink',
} as const

export type FilterField = keyof typeof filterThings

export const filterFields = Object.keys(filterThings) as FilterField[]

/** What an endpoint is told only of: row ids; what is left out does not narrow. */
export type EventFilter = { [Field in FilterField]?: string[] } & {
  /** Of an API client's endpoint: the account of each of them. */
  homes?: Record<string, string>
}

export type EndpointTerms = {
  url: string
  description: string | null
  types: readonly string[]
  filter: EventFilter
  format: string
  document: string | null
  scopes: readonly string[]
}

/** How long a replaced secret goes on signing when nobody says, and at most; in seconds. */
export const overlap = { usual: 86_400, longest: 7 * 86_400 }

/** Most endpoints of one account, and of one API client. */
export const mostEndpoints = 100

const longestUrl = 2_000
const longestDescription = 2_000
const mostFiltered = 100

/**
 * Everything that is wrong with these terms, except what the address, the document and the format
 * are checked for elsewhere; empty when they are legal. Paths are input fields.
 */
export function endpointIssues(terms: EndpointTerms): Issue[] {
  const { url, description, types, filter, scopes } = terms
  const issues: Issue[] = []
  const wrong = (path: string, message: string) => void issues.push({ path: [path], message })
  if (url.length > longestUrl) wrong('url', `A URL has at most ${longestUrl} characters.`)
  if (description !== null && description.length > longestDescription) {
    wrong('description', `A description has at most ${longestDescription} characters.`)
  }
  if (scopes.length === 0) {
    wrong('scopes', 'An endpoint needs at least one scope; serverInfo lists them all.')
  }
  for (const scope of scopes.filter((word) => !isScope(word)).slice(0, 5)) {
    wrong('scopes', `There is no scope "${scope}"; serverInfo lists them all.`)
  }
  for (const scope of scopes.filter((word) => isScope(word) && word.endsWith(':write'))) {
    wrong('scopes', `"${scope}" means nothing to an endpoint, which changes nothing.`)
  }
  for (const [name, ids] of Object.entries(filter)) {
    if (Array.isArray(ids) && ids.length > mostFiltered) {
      issues.push({ path: ['filter', name], message: `At most ${mostFiltered} ids.` })
    }
  }
  return [...issues, ...typeIssues(types, scopes)]
}

export function overlapIssues(seconds: number): Issue[] {
  if (seconds >= 0 && seconds <= overlap.longest) return []
  const message = `${seconds} is not between 0 and ${overlap.longest} seconds.`
  return [{ path: ['overlapSeconds'], message }]
}

export type CustomHeader = { name: string; value: string }

const mostHeaders = 20
const longestHeader = 4_096

/** What is set by whoever sends, and by nobody else. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])

/** What is wrong with headers that an endpoint wants sent along. */
export function headerIssues(headers: readonly CustomHeader[]): Issue[] {
  const path = ['headers']
  if (headers.length > mostHeaders) {
    return [{ path, message: `An endpoint has at most ${mostHeaders} headers.` }]
  }
  const names = headers.map(({ name }) => name.toLowerCase())
  return headers.flatMap(({ name, value }, index) => {
    const own = name.toLowerCase()
    const fault = !/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name)
      ? `"${name.slice(0, 100)}" is no name of a header.`
      : ownHeaders.has(own) || own.startsWith('webhook-')
        ? `"${name}" is set by the gateway itself.`
        : names.indexOf(own) < index
          ? `"${name}" is there twice.`
          : !/^[\t\u0020-\u007e]*$/.test(value) || value.length > longestHeader
            ? `The value of "${name}" has to be at most ${longestHeader} ASCII characters, in one line.`
            : null
    return fault === null ? [] : [{ path, message: fault }]
  })
}

/** What decides whether an event is told; a part of the endpoint's row. */
export type Wanting = {
  id: string
  types: readonly string[]
  scopes: readonly string[]
  /** As stored: an EventFilter. */
  filter: unknown
}

/** Whether the event is to be sent to the endpoint, which must be told of its account. */
export function wants(
  endpoint: Wanting,
  event: Pick<LoggedEvent, 'type' | 'subjectId' | 'about'>,
): boolean {
  const { type, subjectId, about } = event
  if (type === testType) return subjectId === endpoint.id
  const scope = scopeOfType(type)
  return (
    scope !== null &&
    endpoint.scopes.includes(scope) &&
    takesIn(endpoint.types, type) &&
    passes((endpoint.filter ?? {}) as EventFilter, about)
  )
}

function passes(filter: EventFilter, about: About): boolean {
  const has = (chosen: string[] | undefined, ids: readonly (string | null | undefined)[]) =>
    !chosen || ids.some((id) => id != null && chosen.includes(id))
  return (
    has(filter.serviceIds, [about.serviceId]) &&
    has(filter.staffIds, about.staffIds ?? []) &&
    has(filter.customerIds, [about.customerId]) &&
    has(filter.bookingIds, [about.bookingId]) &&
    has(filter.linkIds, [about.linkId])
  )
}
