// Takes the place of an appointment: judges the start with the same rules that list it, picks who
// does it, and writes their occupancy. A race is lost without waiting for a constraint to throw.

import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader, transactionReader, type Reader } from '../db/reader.ts'
import { readTogether } from '../db/together.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalid, notFound, refused } from '../errors.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'
import { zoneOf } from '../time/zone.ts'
import type { Except } from './busy.data.ts'
import { termsFor } from './as-manager.ts'
import type { Assign } from './choose-staff.ts'
import { loadServiceFacts, type ServiceFacts } from './facts.data.ts'
import { occupy, type NewOccupancy } from './occupancy.data.ts'
import { nextSlots } from './next-slots.data.ts'
import { pickStaff } from './pick-staff.data.ts'
import { availabilityRefusal } from './refusal.ts'
import { checkStart, type AcceptedStart, type SlotRefusal } from './slots.ts'
import { withinWindow, type Window } from './window.ts'
import { worldsOf, type World } from './world.data.ts'

export type PlaceRequest = {
  service: Key
  startsAt: Instant
  /** Only these staff members; null for whoever is free. */
  staffIds: readonly string[] | null
  /** Of several who are free: FAIR when left out. */
  assign?: Assign
  resourceIds: readonly string[] | null
  partySize: number
  durationMinutes: number | null
  asManager?: boolean
  window?: Window
  /** What is treated as free: the booking that is moved, the hold that is replaced. */
  except?: Except
}

/** For whom the place is taken. */
export type Owner = { kind: 'BOOKING' | 'HOLD'; id: string; expiresAt: Date | null }

export type Place = {
  facts: ServiceFacts
  startsAt: Instant
  endsAt: Instant
  /** Who does it; the first one leads. Empty when the service needs nobody. */
  staffIds: readonly string[]
}

/** A place as it was seen free, and who is to do it. Somebody may take it at any moment. */
export type SeenPlace = Pick<AcceptedStart, 'endsAt' | 'resources'> & {
  facts: ServiceFacts
  staffIds: readonly string[]
}

/** How often a place that was lost while it was taken is tried again. */
export const races = 5

/**
 * Takes the place or throws why not: NOT_FOUND (service, staff), SLOT_TAKEN, OUTSIDE_AVAILABILITY,
 * TOO_SOON, TOO_LATE, LIMIT_REACHED. The owner's row may be written afterwards. A place that was
 * seen just now is not judged again: constraints and locks see to it that it is still free and that
 * service, staff and resources are still active; what is counted is judged here.
 */
export async function takePlace(
  tx: Transaction,
  ctx: ActionContext,
  request: PlaceRequest,
  owner: Owner,
  seen: SeenPlace | null = null,
): Promise<Place> {
  const read = transactionReader(tx)
  let first = seen && limitsOf(seen.facts).length === 0 ? seen : null
  for (let race = 0; race < races; race++) {
    const place = first ?? (await placeNow(tx, ctx, request))
    first = null
    const { facts, endsAt, staffIds } = place
    const rows = occupanciesOf(facts, owner, { ...place, startsAt: request.startsAt })
    if (await occupy(tx, rows, new Date(ctx.clock.now()))) {
      return { facts, startsAt: request.startsAt, endsAt, staffIds }
    }
    const column = owner.kind === 'BOOKING' ? Prisma.raw('"bookingId"') : Prisma.raw('"holdId"')
    await read(Prisma.sql`DELETE FROM "Occupancy" WHERE "accountId" = ${facts.accountId}::uuid
      AND ${column} = ${owner.id}::uuid AND "active"`)
  }
  const facts = await factsOf(read, request)
  throw refusalOf(ctx, facts, request, { ok: false, reason: 'TAKEN' })
}

async function placeNow(tx: Transaction, ctx: ActionContext, request: PlaceRequest) {
  const read = transactionReader(tx)
  const facts = await factsOf(read, request)
  await lockLimits(tx, facts)
  return chosen(read, ctx, request, await judge(read, ctx, facts, request))
}

/**
 * The place as it is now, outside of a transaction; throws as takePlace does. Those who ask for the
 * same at the same moment see it by one reading.
 */
export async function seePlace(ctx: ActionContext, request: PlaceRequest): Promise<SeenPlace> {
  const read = poolReader(ctx.db)
  const judged = await readTogether(ctx.db.pool, `place ${JSON.stringify(request)}`, async () =>
    judge(read, ctx, await factsOf(read, request), request),
  )
  return chosen(read, ctx, request, judged)
}

type Judged = { facts: ServiceFacts; world: World['world']; checked: AcceptedStart | SlotRefusal }

async function judge(
  read: Reader,
  ctx: ActionContext,
  facts: ServiceFacts,
  request: PlaceRequest,
): Promise<Judged> {
  const { world } = await worldOf(read, ctx, facts, request)
  return { facts, world, checked: checkStart(world, request.startsAt, request.staffIds) }
}

async function chosen(
  read: Reader,
  ctx: ActionContext,
  request: PlaceRequest,
  { facts, world, checked }: Judged,
): Promise<SeenPlace> {
  if (!checked.ok) throw refusalOf(ctx, facts, request, checked)
  const { endsAt, resources } = checked
  const staffIds =
    world.staffMode === 'ANY'
      ? await pickStaff(read, facts, request, checked.staffIds)
      : checked.staffIds
  return { facts, endsAt, resources, staffIds }
}

/** The service of a request; refuses what it cannot be asked for. */
export async function factsOf(read: Reader, request: PlaceRequest): Promise<ServiceFacts> {
  const fromDay = Math.floor(request.startsAt / DAY) - 1
  const { service, staffIds } = request
  const found = (await loadServiceFacts(read, [service], fromDay, staffIds)).get(service.id)
  if (!found) throw notFound('Service', 'serviceId')
  const facts = withinWindow(termsFor(found, request.asManager), request.window)
  if (facts.kind === 'CLASS') {
    throw invalid(['sessionId'], `"${facts.name}" is booked by its sessions: name one.`)
  }
  const known = new Set(facts.staff.map(({ id }) => id))
  if (request.staffIds?.length === 1 && !known.has(request.staffIds[0] ?? '')) {
    throw refused('NOT_FOUND', `Nobody with this id gives "${facts.name}".`, { path: ['staffId'] })
  }
  const resources = new Set(facts.resources.map(({ id }) => id))
  if (request.resourceIds?.some((id) => !resources.has(id))) {
    throw refused('NOT_FOUND', `"${facts.name}" uses no resource with this id.`, {
      path: ['resourceId'],
    })
  }
  return facts
}

/** The world in which starts from the asked one to `to` can be judged. */
export async function worldOf(
  read: Reader,
  ctx: ActionContext,
  facts: ServiceFacts,
  request: PlaceRequest,
  to: Instant = request.startsAt + 1,
): Promise<World> {
  const worlds = await worldsOf(read, [facts], {
    services: [request.service],
    from: Math.min(request.startsAt, to - 1),
    to,
    now: ctx.clock.now(),
    partySize: request.partySize,
    durationMinutes: request.durationMinutes,
    resourceIds: request.resourceIds,
    staffIds: request.staffIds,
    ...(request.assign && { assign: request.assign }),
    ...(request.window && { window: request.window }),
    ...(request.except && { except: request.except }),
  })
  return worlds.get(facts.id) as World
}

/**
 * Makes the caller the only one who counts against the daily limits of these services and their
 * staff, until the transaction ends: limits are counted, not constrained.
 */
export async function lockLimits(tx: Transaction, ...services: ServiceFacts[]): Promise<void> {
  for (const id of new Set(services.flatMap(limitsOf).toSorted())) {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`limit ${id}`}, 0))`
  }
}

/** Ids of the service and of its staff who take no more than so many bookings a day. */
export function limitsOf(facts: ServiceFacts): string[] {
  const staff = facts.staff.filter(({ dailyLimit }) => dailyLimit !== null).map(({ id }) => id)
  return facts.dailyLimit === null ? staff : [...staff, facts.id]
}

/** The rows that keep a place for its owner. */
export function occupanciesOf(
  facts: ServiceFacts,
  owner: Owner,
  place: {
    startsAt: Instant
    endsAt: Instant
    staffIds: readonly string[]
    resources: readonly { id: string; unit: number }[]
  },
): NewOccupancy[] {
  const common = {
    accountId: facts.accountId,
    kind: owner.kind,
    serviceId: facts.id,
    startsAt: new Date(place.startsAt - facts.bufferBeforeMinutes * MINUTE),
    endsAt: new Date(place.endsAt + facts.bufferAfterMinutes * MINUTE),
    expiresAt: owner.expiresAt,
    bookingId: owner.kind === 'BOOKING' ? owner.id : null,
    holdId: owner.kind === 'HOLD' ? owner.id : null,
    blockId: null,
    sessionId: null,
  }
  return [
    ...place.staffIds.map((staffId, position) => ({
      ...common,
      staffId,
      resourceId: null,
      unit: 0,
      position,
    })),
    ...place.resources.map(({ id, unit }, position) => ({
      ...common,
      staffId: null,
      resourceId: id,
      unit,
      position,
    })),
  ]
}

function refusalOf(
  ctx: ActionContext,
  facts: ServiceFacts,
  request: PlaceRequest,
  reason: SlotRefusal,
) {
  const refusal = availabilityRefusal(facts, zoneOf(facts.account.timeZone), reason)
  return refused(refusal.code, refusal.message, {
    ...refusal,
    accountId: facts.accountId,
    nextSlots: () => nextSlots(ctx, request, refusal.code),
  })
}
