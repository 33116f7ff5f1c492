// Who and what a session takes: its staff, and one unit of each of its resources. Reads of seats
// that live holds keep.

import { lockOccupants, occupy, vacate, type NewOccupancy } from '../availability/occupancy.data.ts'
import type { Database } from '../db/client.ts'
import type { Key } from '../db/id.ts'
import { keepRows } from '../db/lock.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalid, notFound, refused } from '../errors.ts'
import type { Service, Session } from '../generated/prisma/client.ts'
import { occupiedTime } from './session.ts'

/** Row ids in the order in which they were named; the first staff member leads. */
export type Crew = { staffIds: string[]; resourceIds: string[] }

export async function readCrew(tx: Transaction, { accountId, id }: Key): Promise<Crew> {
  const where = { accountId, sessionId: id }
  const staff = await tx.sessionStaff.findMany({ where, orderBy: { position: 'asc' } })
  const resources = await tx.sessionResource.findMany({ where, orderBy: { position: 'asc' } })
  return {
    staffIds: staff.map(({ staffId }) => staffId),
    resourceIds: resources.map(({ resourceId }) => resourceId),
  }
}

/** Replaces who and what the session names; refuses NOT_FOUND and archived ones. */
export async function writeCrew(tx: Transaction, session: Key, crew: Crew): Promise<void> {
  const { accountId, id: sessionId } = session
  await refuseAbsent(tx, accountId, crew)
  await tx.sessionStaff.deleteMany({ where: { accountId, sessionId } })
  await tx.sessionResource.deleteMany({ where: { accountId, sessionId } })
  await tx.sessionStaff.createMany({
    data: crew.staffIds.map((staffId, position) => ({ accountId, sessionId, staffId, position })),
  })
  await tx.sessionResource.createMany({
    data: crew.resourceIds.map((resourceId, position) => ({
      accountId,
      sessionId,
      resourceId,
      position,
    })),
  })
}

async function refuseAbsent(tx: Transaction, accountId: string, crew: Crew): Promise<void> {
  await keepRows(tx, 'StaffMember', accountId, crew.staffIds)
  await keepRows(tx, 'Resource', accountId, crew.resourceIds)
  const select = { name: true, active: true }
  const staff = await tx.staffMember.findMany({
    where: { accountId, id: { in: crew.staffIds } },
    select,
  })
  const resources = await tx.resource.findMany({
    where: { accountId, id: { in: crew.resourceIds } },
    select,
  })
  if (staff.length < crew.staffIds.length) throw notFound('StaffMember', 'staffIds')
  if (resources.length < crew.resourceIds.length) throw notFound('Resource', 'resourceIds')
  const path = staff.some(({ active }) => !active) ? 'staffIds' : 'resourceIds'
  const gone = [...staff, ...resources].find(({ active }) => !active)
  if (gone) throw invalid([path], `"${gone.name}" is archived and can take part in no session.`)
}

/** Takes the time of a session anew, after giving back what it had. Refuses SLOT_TAKEN. */
export async function occupySession(
  tx: Transaction,
  session: Session,
  service: Service,
  crew: { before: Crew; after: Crew },
  now: Date,
): Promise<void> {
  const { before, after } = crew
  await lockOccupants(tx, [
    ...before.staffIds,
    ...before.resourceIds,
    ...after.staffIds,
    ...after.resourceIds,
  ])
  await vacate(tx, { accountId: session.accountId, by: 'sessionId', id: session.id })
  for (const row of occupanciesOf(session, service, after)) {
    const taken = row.staffId ? await occupy(tx, [row], now) : await occupyUnit(tx, row, now)
    if (taken) continue
    throw refused('SLOT_TAKEN', 'Not all who take part in the session are free at that time.', {
      path: [row.staffId ? 'staffIds' : 'resourceIds'],
      accountId: session.accountId,
    })
  }
}

// One by one in the order of their ids, as everybody takes occupants.
function occupanciesOf(session: Session, service: Service, crew: Crew): NewOccupancy[] {
  const time = occupiedTime(
    { startsAt: session.startsAt.getTime(), endsAt: session.endsAt.getTime() },
    service,
  )
  const common = {
    accountId: session.accountId,
    kind: 'SESSION' as const,
    unit: 0,
    startsAt: new Date(time.startsAt),
    endsAt: new Date(time.endsAt),
    expiresAt: null,
    sessionId: session.id,
  }
  const rows: NewOccupancy[] = [
    ...crew.staffIds.map((staffId, position) => ({
      ...common,
      staffId,
      resourceId: null,
      position,
    })),
    ...crew.resourceIds.map((resourceId, position) => ({
      ...common,
      staffId: null,
      resourceId,
      position,
    })),
  ]
  const idOf = (row: NewOccupancy) => row.staffId ?? row.resourceId ?? ''
  return rows.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
}

// A booking may take the chosen unit in between; each time fewer units are left to choose from.
async function occupyUnit(tx: Transaction, row: NewOccupancy, now: Date): Promise<boolean> {
  for (;;) {
    const [free] = await tx.$queryRaw<{ unit: number }[]>`
      SELECT n."unit" FROM "Resource" r CROSS JOIN generate_series(0, r."capacity" - 1) n("unit")
      WHERE r."accountId" = ${row.accountId}::uuid AND r."id" = ${row.resourceId}::uuid
        AND r."active"
        AND NOT EXISTS (SELECT 1 FROM "Occupancy" o WHERE o."active"
          AND o."accountId" = r."accountId" AND o."resourceId" = r."id" AND o."unit" = n."unit"
          AND tstzrange(o."startsAt", o."endsAt")
            && tstzrange(${row.startsAt}::timestamptz, ${row.endsAt}::timestamptz)
          AND (o."expiresAt" IS NULL OR o."expiresAt" > ${now}))
      ORDER BY n."unit" LIMIT 1`
    if (!free) return false
    if (await occupy(tx, [{ ...row, unit: free.unit }], now)) return true
  }
}

/** Heads of holds that still last, by session, in the order of the keys; one statement. */
export async function heldSeats(
  { prisma }: Pick<Database, 'prisma'>,
  sessions: readonly Key[],
  now: Date,
): Promise<number[]> {
  const rows = await prisma.hold.groupBy({
    by: ['accountId', 'sessionId'],
    where: {
      accountId: { in: [...new Set(sessions.map(({ accountId }) => accountId))] },
      sessionId: { in: sessions.map(({ id }) => id) },
      state: 'LIVE',
      expiresAt: { gt: now },
    },
    _sum: { partySize: true },
  })
  const heads = new Map(
    rows.map(({ accountId, sessionId, _sum }) => [`${accountId} ${sessionId}`, _sum.partySize]),
  )
  return sessions.map(({ accountId, id }) => heads.get(`${accountId} ${id}`) ?? 0)
}
