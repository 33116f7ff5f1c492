// From numbers and wall clocks to what the graph takes: which service, employee and user are meant,
// and, of a class, which session.

import { atWallClock } from '../times.ts'
import type { Found, PublicRefusal, RefusalWord } from '../route.ts'
import { accountField, accountOf, nothing } from './suite.ts'

/** Most bookings of one request. */
export const mostPlaces = 10

/** Finds services and employees by number, and the account whose wall clock is meant. */
const numbered = `
  ${accountField}
  services(filter: { serials: $services }, first: ${mostPlaces}) { nodes { id serial kind minParty } }
  staff(filter: { serials: $employees }, first: ${mostPlaces}) { nodes { id serial } }
`

export const findPlaces = `query CalendeskPlaces($services: [Int!]!, $employees: [Int!]!) {
  ${numbered}
}`

export const findPlacesAndUser = `query CalendeskPlacesAndUser(
  $services: [Int!]!, $employees: [Int!]!, $users: [Int!]!
) {
  ${numbered}
  customers(filter: { serials: $users }, first: 1) { nodes { id } }
}`

export type Place = {
  employee_id: number
  service_id: number
  start_date: string
  start_time: string
  /** When that is, where it is known: of an hour that comes twice it may be the second. */
  startsAt?: Date
}

/** The numbers in places, as the documents take them. */
export function numbersIn(places: readonly Place[]) {
  return {
    services: places.map(({ service_id }) => service_id),
    employees: places.map(({ employee_id }) => employee_id),
  }
}

type Service = { id: string; serial: number; kind: 'APPOINTMENT' | 'CLASS'; minParty: number }

const serviceOf = (found: Found, { service_id }: Place): Service | undefined =>
  (found.services.nodes as Service[]).find(({ serial }) => serial === service_id)

/** Null for whoever is free; who is not there is `nothing`. */
function employeeOf(found: Found, { employee_id }: Place): string | null {
  const staff = found.staff.nodes as { id: string; serial: number }[]
  if (employee_id === 0) return null
  return staff.find(({ serial }) => serial === employee_id)?.id ?? nothing
}

/** The instant of a place; `zone` left out, its wall clock is that of the business. */
function startOf(
  found: Found,
  { start_date, start_time, startsAt }: Place,
  zone?: string | null,
): Date | null {
  return startsAt ?? atWallClock(start_date, start_time, zone ?? accountOf(found).timeZone)
}

/** Finds the sessions that start when the nth of so many places does. */
export function findSessions(count: number): string {
  const each = Array.from({ length: count }, (_, index) => index)
  const variables = each.map((n) => `$filter${n}: SessionFilter, $asks${n}: Boolean!`)
  const fields = each.map(
    (n) => `session${n}: sessions(filter: $filter${n}, first: 25) @include(if: $asks${n}) {
      nodes { id staffMembers { id } }
    }`,
  )
  return `query CalendeskSessions(${variables.join(', ')}) { ${fields.join('\n')} }`
}

/** The variables of `findSessions`; null when no place is one of a class. */
export function sessionsAsked(
  found: Found,
  places: readonly Place[],
  count: number,
  zone?: string | null,
): Record<string, unknown> | null {
  const asked: Record<string, unknown> = {}
  let some = false
  for (let index = 0; index < count; index++) {
    const place = places[index]
    const service = place && serviceOf(found, place)
    const start = place && service?.kind === 'CLASS' ? startOf(found, place, zone) : null
    some ||= start !== null
    asked[`asks${index}`] = start !== null
    asked[`filter${index}`] = start && {
      serviceIds: [service?.id ?? nothing],
      from: start,
      to: new Date(start.getTime() + 1),
    }
  }
  return some ? asked : null
}

type Session = { id: string; staffMembers: { id: string }[] | null }

/** What the graph is asked for: of a class the session with this employee, else any. */
export function slotOf(found: Found, place: Place, index: number, zone?: string | null) {
  const service = serviceOf(found, place)
  const staffId = employeeOf(found, place)
  if (service?.kind !== 'CLASS') {
    return { serviceId: service?.id ?? nothing, staffId, startsAt: startOf(found, place, zone) }
  }
  const sessions = (found[`session${index}`]?.nodes ?? []) as Session[]
  const given = sessions.find((each) => each.staffMembers?.some(({ id }) => id === staffId))
  const session = given ?? (staffId === null ? sessions[0] : undefined)
  return { serviceId: service.id, sessionId: session?.id ?? nothing }
}

/** For as few as the service takes, unless it is said for how many. */
export function partyOf(found: Found, place: Place, people: number | undefined): number {
  return people ?? serviceOf(found, place)?.minParty ?? 1
}

const words: Record<string, RefusalWord> = {
  serviceId: { status: 422, code: 'invalid', message: 'No service has this id.' },
  staffId: { status: 422, code: 'invalid', message: 'No employee has this id.' },
  customerId: { status: 422, code: 'invalid', message: 'No user has this id.' },
  sessionId: { code: 'conflict', status: 409, message: 'The service does not start at this time.' },
}

/** What a body names and is not there cannot be accepted; a class that is not then is gone. */
export function absentPlace({ path }: PublicRefusal): RefusalWord {
  return words[path?.at(-1) ?? ''] ?? { code: 'not_found' }
}
