// When, with whom and for how many: what a hold and a booking have in common. A session's id is the
// `eventId` of a fixed product; a free start of another has an `eventId` that says when it is and,
// where one was asked for, with whom.

import { z } from 'zod'
import { id, words } from '../fields.ts'
import { occupants, occupantsOf, type Occupant } from '../occupants.ts'
import { Absent, type Found } from '../route.ts'
import { offsetTime } from '../times.ts'
import { partyOf, peopleNumbers } from './people.ts'
import { accountOf, fault } from './route.ts'
import { instantOf } from './times.ts'

export const sentResources = z.array(z.object({ id: words(255) })).max(20, 'has more than 20 items')

/** What is sent of a booking's place. */
export const place = {
  eventId: id.nullish(),
  productId: id.nullish(),
  startTime: offsetTime.nullish(),
  resources: sentResources.nullish(),
  participants: z
    .object({
      numbers: peopleNumbers.nullish(),
      details: z
        .array(
          z.object({
            personId: words(255).nullish(),
            peopleCategoryId: words(50).nullish(),
            categoryIndex: z.int().nullish(),
          }),
        )
        .max(10_000, 'has more than 10000 items')
        .nullish(),
    })
    .nullish(),
}

const placeSchema = z.object(place)
export type SentPlace = z.output<typeof placeSchema>

const start = /^at_([0-9a-z]{1,11})(?:_([\w-]{44}))?$/

/** The `eventId` of a free start. */
export function startId(at: Date | string, staffId?: string): string {
  return `at_${new Date(at).getTime().toString(36)}${staffId ? `_${staffId}` : ''}`
}

/** What an `eventId` says: when, and with whom; or which session. */
export function eventOf(
  text: string,
): { startsAt: Date; staffId?: string } | { sessionId: string } {
  const [, at, staffId] = start.exec(text) ?? []
  if (at === undefined) return { sessionId: text }
  const startsAt = new Date(Number.parseInt(at, 36))
  if (startsAt.getUTCFullYear() < 1970 || startsAt.getUTCFullYear() > 2199) {
    throw fault('eventId', 'is none that was offered')
  }
  return { startsAt, ...(staffId !== undefined && { staffId }) }
}

/** The session that is named. */
const sessionStep = {
  document: `query BookeoSession($id: ID!) {
    session: node(id: $id) { ... on Session { id startsAt service { id } } }
  }`,
  variables: ({ body }: { body: SentPlace }) => {
    if (!body.eventId) return null
    const event = eventOf(body.eventId)
    return 'sessionId' in event ? { id: event.sessionId } : null
  },
}

type Naming = Pick<SentPlace, 'resources'>

/** What the named resources are, for `occupantsIn`. */
export const occupantsStep = {
  document: `query BookeoOccupants($ids: [ID!]!) { ${occupants} }`,
  variables: ({ body }: { body: Naming }) => idsNamed(body),
}

export const idsNamed = ({ resources }: Naming) =>
  resources?.length ? { ids: resources.map(({ id: each }) => each) } : null

export const placeSteps = [sessionStep, occupantsStep]

type FoundPlace = {
  session?: { id?: string; startsAt?: Date; service?: { id: string } | null } | null
  occupants?: Occupant[]
}

export type Place = {
  serviceId: string
  startsAt: string | null
  sessionId: string | null
  staffId: string | null
  resourceId: string | null
}

/** The place that was sent, as the graph takes it, after `placeSteps`. */
export function placeOf(sent: SentPlace, found: Found): Place {
  const { eventId, productId, startTime } = sent
  const { session } = found as FoundPlace
  const sentStart = startTime ? instantOf(startTime, accountOf(found)) : null
  const assigned = assignedOf(found)
  if (!eventId) {
    if (!productId) throw fault('productId', 'is missing, and so is "eventId"')
    if (!sentStart) throw fault('startTime', 'is missing, and so is "eventId"')
    const startsAt = sentStart.toISOString()
    return { serviceId: productId, startsAt, sessionId: null, ...assigned }
  }
  const event = eventOf(eventId)
  const startsAt = 'startsAt' in event ? event.startsAt : new Date(session?.startsAt ?? 0)
  if ('sessionId' in event && !session?.service) throw new Absent('No event has this id.')
  if (sentStart && sentStart.getTime() !== startsAt.getTime()) {
    throw fault('startTime', 'is not when the event starts')
  }
  if ('startsAt' in event) {
    if (!productId) throw fault('productId', 'is missing')
    const staffId = assigned.staffId ?? event.staffId ?? null
    const at = startsAt.toISOString()
    return { ...assigned, serviceId: productId, startsAt: at, sessionId: null, staffId }
  }
  const serviceId = session?.service?.id ?? ''
  if (productId && productId !== serviceId) throw fault('productId', 'is not that of the event')
  const { sessionId } = event
  return { serviceId, startsAt: null, sessionId, staffId: null, resourceId: null }
}

/** Who and what was named. */
export function occupantsIn(found: Found): ReturnType<typeof occupantsOf> {
  const { occupants: named = [] } = found as FoundPlace
  const { staffIds, resourceIds } = occupantsOf(named)
  if (staffIds.length + resourceIds.length < named.length) {
    throw fault('resources', 'names something that is not there')
  }
  return { staffIds, resourceIds }
}

/** The same of a booking, which asks for one person and one thing at most. */
export function assignedOf(found: Found): { staffId: string | null; resourceId: string | null } {
  const { staffIds, resourceIds } = occupantsIn(found)
  if (staffIds.length > 1 || resourceIds.length > 1) {
    throw fault('resources', 'names more than one person or one thing; the rest is found for you')
  }
  return { staffId: staffIds[0] ?? null, resourceId: resourceIds[0] ?? null }
}

/** The party that was sent; one head when none was. */
export function sentParty({ participants }: SentPlace, found: Found) {
  return partyOf(participants?.numbers, accountOf(found), 'participants.numbers')
}
