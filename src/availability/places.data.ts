// Takes the places of many appointments of one service at once: the world is loaded once for all,
// each start is judged after those before it, and all occupancy is written in one statement.

import type { ActionContext } from '../context.ts'
import { transactionReader, type Reader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { zoneOf } from '../time/zone.ts'
import { chooseStaff } from './choose-staff.ts'
import type { ServiceFacts } from './facts.data.ts'
import { insertOccupancies, lockOccupants, releaseExpired } from './occupancy.data.ts'
import {
  factsOf,
  lockLimits,
  occupanciesOf,
  races,
  worldOf,
  type PlaceRequest,
} from './place.data.ts'
import { nextSlots } from './next-slots.data.ts'
import { availabilityRefusal } from './refusal.ts'
import { withTaken, type Outcome, type TakenPlace, type Wish } from './run.ts'
import { checkStart, type SlotRefusal } from './slots.ts'
import { loadStaffLoad } from './staff-load.data.ts'

type Request = Omit<PlaceRequest, 'startsAt' | 'except'>
type Placed = TakenPlace & { id: string }

/**
 * Takes what is free of these starts, which ascend, and says of each what became of it. Throws what
 * is wrong with the request itself, as takePlace does; bookings' rows may be written afterwards.
 */
export async function takePlaces(
  tx: Transaction,
  ctx: ActionContext,
  request: Request,
  wishes: readonly Wish[],
): Promise<{ facts: ServiceFacts; outcomes: Outcome[] }> {
  const read = transactionReader(tx)
  const from = wishes[0]?.startsAt ?? 0
  const to = (wishes.at(-1)?.startsAt ?? 0) + 1
  const facts = await factsOf(read, { ...request, startsAt: from })
  // Two who take many places of the same people go one after the other.
  await lockOccupants(tx, [
    ...facts.staff.map(({ id }) => id),
    ...facts.resources.map(({ id }) => id),
  ])
  await lockLimits(tx, facts)
  const placed = new Map<string, Placed>()
  const refused = new Map<string, SlotRefusal>()
  let open = wishes
  for (let race = 0; race < races && open.length > 0; race++) {
    const range = { ...request, startsAt: from }
    const { world } = await worldOf(read, ctx, facts, range, to)
    const judged = await judge(read, { facts, request, from, to, world, placed }, open, refused)
    const lost = await occupyAll(tx, facts, judged, new Date(ctx.clock.now()))
    for (const place of judged) if (!lost.has(place.id)) placed.set(place.id, place)
    open = open.filter(({ id }) => lost.has(id))
  }
  const outcomes = wishes.map(({ id, startsAt }): Outcome => {
    const place = placed.get(id)
    if (place) {
      const { endsAt, staffIds } = place
      return { ok: true, id, startsAt, endsAt, staffIds, sessionId: null }
    }
    const reason = refused.get(id) ?? { ok: false, reason: 'TAKEN' }
    const refusal = availabilityRefusal(facts, zoneOf(facts.account.timeZone), reason)
    const { accountId } = facts
    const next = () => nextSlots(ctx, { ...request, startsAt }, refusal.code)
    return { ok: false, id, startsAt, refusal: { ...refusal, accountId, nextSlots: next } }
  })
  return { facts, outcomes }
}

type Judgement = {
  facts: ServiceFacts
  request: Request
  from: number
  to: number
  world: Awaited<ReturnType<typeof worldOf>>['world']
  /** What was taken in earlier rounds and has no booking's row yet. */
  placed: ReadonlyMap<string, Placed>
}

async function judge(
  read: Reader,
  { facts, request, from, to, world: loaded, placed }: Judgement,
  open: readonly Wish[],
  refused: Map<string, SlotRefusal>,
): Promise<Placed[]> {
  const fair = loaded.staffMode === 'ANY' && request.assign !== 'IN_ORDER'
  const load = fair && facts.staff.length > 1 ? await loadStaffLoad(read, facts, from, to) : null
  let world = loaded
  const keep = (place: TakenPlace) => {
    const { startsAt, endsAt, staffIds } = place
    world = withTaken(world, place)
    if (staffIds[0]) load?.add({ staffId: staffIds[0], startsAt, endsAt })
  }
  for (const place of placed.values()) keep(place)
  const found: Placed[] = []
  for (const { id, startsAt } of open) {
    const checked = checkStart(world, startsAt, request.staffIds)
    if (!checked.ok) {
      refused.set(id, checked)
      continue
    }
    let { staffIds } = checked
    if (world.staffMode === 'ANY' && staffIds.length > 1) {
      const one = load
        ? chooseStaff(load.candidates(staffIds, startsAt))
        : (request.staffIds ?? facts.staff.map((each) => each.id)).find((each) =>
            checked.staffIds.includes(each),
          )
      staffIds = one ? [one] : []
    }
    const { endsAt, resources } = checked
    const place = { id, startsAt, endsAt, staffIds, resources }
    found.push(place)
    keep(place)
  }
  return found
}

/** Writes the occupancy of these places; the ids of those that somebody else was faster with. */
async function occupyAll(
  tx: Transaction,
  facts: ServiceFacts,
  places: readonly Placed[],
  now: Date,
): Promise<Set<string>> {
  const byPlace = places.map((place) =>
    occupanciesOf(facts, { kind: 'BOOKING', id: place.id, expiresAt: null }, place),
  )
  const rows = byPlace.flat()
  await releaseExpired(tx, rows, now)
  if ((await insertOccupancies(tx, rows)) === rows.length) return new Set()
  const ids = places.map(({ id }) => id)
  const mine = Prisma.sql`"accountId" = ${facts.accountId}::uuid AND "active"`
  const counts = await tx.$queryRaw<{ id: string; count: number }[]>`
    SELECT "bookingId"::text AS "id", count(*)::int AS "count" FROM "Occupancy"
    WHERE ${mine} AND "bookingId" = ANY(${ids}::uuid[]) GROUP BY 1`
  const written = new Map(counts.map(({ id, count }) => [id, count]))
  const lost = ids.filter((id, index) => (written.get(id) ?? 0) < (byPlace[index]?.length ?? 0))
  await tx.$executeRaw`DELETE FROM "Occupancy"
    WHERE ${mine} AND "bookingId" = ANY(${lost}::uuid[])`
  return new Set(lost)
}
