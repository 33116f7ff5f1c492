// Answers "what is free": worlds are loaded once for all services of a question, appointments are
// searched by the rules, sessions are read with their seats.

import type { Key } from '../db/id.ts'
import { poolReader, type Reader } from '../db/reader.ts'
import type { Database } from '../db/client.ts'
import { createKept } from '../db/kept.ts'
import { weightOf } from '../db/meaning.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type Session } from '../generated/prisma/client.ts'
import { DAY, type Instant } from '../time/instant.ts'
import { zoneOf } from '../time/zone.ts'
import { bookingWindow } from './booking-window.ts'
import type { Assign } from './choose-staff.ts'
import { loadServiceFacts, type ServiceFacts } from './facts.data.ts'
import { listSessions } from './sessions.ts'
import { listSlots, nextStarts } from './slots.ts'
import { isWithinHours, type Window } from './window.ts'
import { loadWorlds, worldsOf, type World } from './world.data.ts'

export type AvailabilityQuestion = {
  services: readonly Key[]
  now: Instant
  /** Null: the smallest party that each service takes. */
  partySize: number | null
  durationMinutes: number | null
  staffIds: readonly string[] | null
  /** TOGETHER: only when all of them are free at once. */
  assign?: Assign
  asManager?: boolean
  window?: Window
  resourceIds: readonly string[] | null
  exceptBookingId: string | null
}

/** One start that can be booked. */
export type Offer = {
  accountId: string
  serviceId: string
  startsAt: Instant
  endsAt: Instant
  staffIds: readonly string[]
  resourceIds: readonly string[]
  sessionId: string | null
  /** Seats left in a session; null for an appointment. */
  seatsAvailable: number | null
  pricing: Pricing
}

/** By what the offers of one service are priced; worked out only for whoever asks. */
export type Pricing = { facts: ServiceFacts; heads: number; leads: 'ANY' | 'FIRST' }

/** Facts of services, for whoever asks of days before it is known in which zone they are. */
export function loadFacts(
  db: Database,
  services: readonly Key[],
  firstDay: number,
): Promise<Map<string, ServiceFacts>> {
  // No zone is further from UTC than a day.
  return loadServiceFacts(poolReader(db), services, firstDay - 2)
}

/**
 * Everything that can be booked and starts in `[from, to)`, by service id, each soonest first.
 * `known` are the facts of all services of the question from that day on.
 */
export async function loadOffers(
  db: Database,
  question: AvailabilityQuestion,
  from: Instant,
  to: Instant,
  known?: ReadonlyMap<string, ServiceFacts>,
): Promise<Map<string, readonly Offer[]>> {
  const read = poolReader(db)
  const worlds = await loadWorlds(read, worldQuestion(question, from, to), known)
  const sessions = await loadSessions(read, [...worlds.values()], question, from, to)
  return new Map(
    [...worlds].map(([id, world]) => [
      id,
      world.facts.kind === 'CLASS'
        ? sessionOffers(world, question, sessions.get(id) ?? [])
        : slotOffers(world, question, from, to),
    ]),
  )
}

type Made = { taken: object; asked: string; offers: readonly Offer[] }

/** The last offers of a service's facts, with what they were made of; so many bytes in all. */
const made = createKept<ServiceFacts, Made>(16_000_000)
const offerWeight = 300

/** Slots as offers; made again only when something is another by which they are judged. */
function slotOffers(
  world: World,
  question: AvailabilityQuestion,
  from: Instant,
  to: Instant,
): readonly Offer[] {
  const { facts, taken } = world
  const { account, service, now } = world.world
  const { earliestAt, endAt } = bookingWindow(service, account.zone, now)
  const { partySize, durationMinutes, staffIds, resourceIds, assign, window } = question
  const range = [Math.max(from, earliestAt), Math.min(to, endAt)]
  const others = [partySize, durationMinutes, staffIds, resourceIds, assign, window]
  const asked = JSON.stringify([...range, ...others])
  const before = made.get(facts)
  if (before && before.taken === taken && before.asked === asked) return before.offers
  const offers = listSlots(world.world, from, to, staffIds).map(offerOf(world, question))
  if (taken) keepMade(facts, { taken, asked, offers })
  return offers
}

// Facts that are not remembered, such as those of a window, nobody ever asks with again; what is
// remembered may live on only here.
function keepMade(facts: ServiceFacts, one: Made) {
  const [weight, taken] = [weightOf(facts), weightOf(one.taken)]
  if (weight === null || taken === null) return
  made.keep(facts, one, weight + taken + one.asked.length + one.offers.length * offerWeight)
}

/** The first `count` offers of each service from `after` to the end of its booking window. */
export async function firstOffers(
  db: Database,
  question: AvailabilityQuestion,
  after: Instant,
  count: number,
): Promise<Map<string, Offer[]>> {
  const read = poolReader(db)
  const found = new Map<string, Offer[]>()
  const near = await loadWorlds(read, worldQuestion(question, after, after + span))
  let open = [...near.values()]
  let from = after
  let to = after + span
  let worlds = near
  // The range grows, so that a near slot costs little; most services are answered by the first.
  while (open.length > 0) {
    const sessions = await loadSessions(read, open, question, from, to)
    for (const { facts } of open) {
      const world = worlds.get(facts.id) as World
      const missing = count - (found.get(facts.id)?.length ?? 0)
      const more =
        facts.kind === 'CLASS'
          ? sessionOffers(world, question, sessions.get(facts.id) ?? []).slice(0, missing)
          : nextStarts(world.world, from, to, missing, question.staffIds).map(
              offerOf(world, question),
            )
      found.set(facts.id, [...(found.get(facts.id) ?? []), ...more])
    }
    open = open.filter(
      ({ facts }) =>
        (found.get(facts.id)?.length ?? 0) < count && to < lastInstant(facts, question),
    )
    ;[from, to] = [to, to + (to - from) * 2]
    if (open.length > 0) {
      const facts = open.map((world) => world.facts)
      worlds = await worldsOf(read, facts, worldQuestion(question, from, to))
    }
  }
  return found
}

const span = 14 * DAY
/** How far anybody looks ahead when a service sets no end to its booking window. */
const horizon = 366 * DAY

function lastInstant(facts: ServiceFacts, { now }: AvailabilityQuestion): Instant {
  const window = bookingWindow(facts.rules, zoneOf(facts.account.timeZone), now)
  return Math.min(window.endAt, now + horizon)
}

function worldQuestion(question: AvailabilityQuestion, from: Instant, to: Instant) {
  const { services, now, partySize, durationMinutes, staffIds, resourceIds } = question
  return {
    services,
    from,
    to,
    now,
    partySize,
    durationMinutes,
    staffIds,
    ...(question.assign && { assign: question.assign }),
    ...(question.asManager && { asManager: true }),
    ...(question.window && { window: question.window }),
    resourceIds,
    except: { bookingId: question.exceptBookingId },
  }
}

function offerOf({ facts, world }: World, { partySize }: AvailabilityQuestion) {
  const heads = partySize ?? facts.rules.minParty
  const leads = world.staffMode === 'ANY' ? 'ANY' : 'FIRST'
  const pricing: Pricing = { facts, heads, leads }
  return (slot: ReturnType<typeof listSlots>[number]): Offer => ({
    accountId: facts.accountId,
    serviceId: facts.id,
    startsAt: slot.startsAt,
    endsAt: slot.endsAt,
    staffIds: slot.staffIds,
    resourceIds: slot.resources.map(({ id }) => id),
    sessionId: null,
    seatsAvailable: null,
    pricing,
  })
}

type SessionRow = Session & {
  liveHeld: number
  ownSeats: number
  staffIds: string[]
  resourceIds: string[]
}

// Seats of holds that ran out are free, swept or not; so are those of the booking being moved.
async function loadSessions(
  read: Reader,
  worlds: readonly World[],
  question: AvailabilityQuestion,
  from: Instant,
  to: Instant,
): Promise<Map<string, SessionRow[]>> {
  const classes = worlds.filter(({ facts }) => facts.kind === 'CLASS').map(({ facts }) => facts)
  if (classes.length === 0) return new Map()
  const now = timestamptz(question.now)
  const rows = await read<SessionRow>(Prisma.sql`
    SELECT r.*,
      (SELECT coalesce(sum(h."partySize"), 0)::int FROM "Hold" h WHERE r."seatsHeld" > 0
        AND h."accountId" = r."accountId" AND h."sessionId" = r."id" AND h."state" = 'LIVE'
        AND h."expiresAt" > ${now}) AS "liveHeld",
      (SELECT coalesce(sum(b."partySize"), 0)::int FROM "Booking" b
        WHERE b."accountId" = r."accountId" AND b."sessionId" = r."id"
        AND b."id" = ${question.exceptBookingId}::uuid
        AND b."status" NOT IN ('CANCELLED', 'DECLINED')) AS "ownSeats",
      ARRAY(SELECT j."staffId"::text FROM "SessionStaff" j WHERE j."accountId" = r."accountId"
        AND j."sessionId" = r."id" ORDER BY j."position") AS "staffIds",
      ARRAY(SELECT j."resourceId"::text FROM "SessionResource" j
        WHERE j."accountId" = r."accountId" AND j."sessionId" = r."id" ORDER BY j."position"
        ) AS "resourceIds"
    FROM unnest(${classes.map(({ accountId }) => accountId)}::uuid[],
        ${classes.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      JOIN "Session" r ON r."accountId" = u."accountId" AND r."serviceId" = u."id"
    WHERE r."active" AND r."startsAt" >= ${timestamptz(from)}
      AND r."startsAt" < ${timestamptz(to)}
    ORDER BY r."startsAt", r."id"`)
  return Map.groupBy(rows, ({ serviceId }) => serviceId)
}

function sessionOffers(
  { facts }: World,
  { now, partySize, staffIds, resourceIds, window }: AvailabilityQuestion,
  rows: readonly SessionRow[],
): Offer[] {
  const zone = zoneOf(facts.account.timeZone)
  const seats = rows.map((row) => ({
    row,
    startsAt: row.startsAt.getTime(),
    capacity: row.capacity,
    seatsTaken: row.seatsTaken + row.seatsBlocked + row.liveHeld - row.ownSeats,
  }))
  const withOne = (wanted: readonly string[] | null, ids: readonly string[]) =>
    wanted === null || ids.some((id) => wanted.includes(id))
  const asked = seats.filter(
    ({ row, startsAt }) =>
      withOne(staffIds, row.staffIds) &&
      withOne(resourceIds, row.resourceIds) &&
      (!window || isWithinHours(window, zone, startsAt, row.endsAt.getTime())),
  )
  const heads = partySize ?? facts.rules.minParty
  const question = { rules: facts.rules, zone, now, partySize: heads }
  const pricing: Pricing = { facts, heads, leads: 'FIRST' }
  return listSessions(question, asked).map((session) => ({
    accountId: facts.accountId,
    serviceId: facts.id,
    startsAt: session.startsAt,
    endsAt: session.row.endsAt.getTime(),
    staffIds: session.row.staffIds,
    resourceIds: session.row.resourceIds,
    sessionId: session.row.id,
    seatsAvailable: session.capacity - session.seatsTaken,
    pricing,
  }))
}
