// Reads what is taken: active occupancy of staff and of units of resources, and times that outside
// calendars have taken. Holds that have run out are not there, swept or not.

import type { Reader } from '../db/reader.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'

export type BusyQuestion = {
  accountId: string
  staffIds: readonly string[]
  resourceIds: readonly string[]
  start: Instant
  end: Instant
}

/** Whose own time is to be treated as free. */
export type Except = { bookingId?: string | null; holdId?: string | null }

/** `unit` is null for what an outside calendar has taken: all of a resource, whatever it has. */
type Row = { kind: string; occupantId: string; unit: number | null; spans: string }

/**
 * Flat start/end pairs in epoch ms, in any order and overlapping: by staff id, by
 * `resourceId unit`, and by resource id for what takes all of its units.
 */
export type Busy = {
  staff: Map<string, number[]>
  units: Map<string, number[]>
  resources: Map<string, number[]>
}

/** What is taken in these ranges; one statement. Instants are whole milliseconds. */
export async function loadBusy(
  read: Reader,
  questions: readonly BusyQuestion[],
  now: Instant,
  except: Except,
): Promise<Busy> {
  const busy: Busy = { staff: new Map(), units: new Map(), resources: new Map() }
  const staff = occupants(questions, 'staffIds')
  const resources = occupants(questions, 'resourceIds')
  const parts: Prisma.Sql[] = []
  if (staff.length > 0) parts.push(part('staff', staff, now, except), outsidePart('staff', staff))
  if (resources.length > 0) {
    parts.push(part('resource', resources, now, except), outsidePart('resource', resources))
  }
  if (parts.length === 0) return busy
  const rows = await read<Row>(Prisma.join(parts, ' UNION ALL '))
  for (const row of rows) {
    const spans = row.spans.split(',').map(Number)
    if (row.kind === 'staff') {
      busy.staff.set(row.occupantId, [...(busy.staff.get(row.occupantId) ?? []), ...spans])
    } else if (row.unit === null) busy.resources.set(row.occupantId, spans)
    else busy.units.set(unitKey(row.occupantId, row.unit), spans)
  }
  return busy
}

export function unitKey(resourceId: string, unit: number): string {
  return `${resourceId} ${unit}`
}

type Occupant = { accountId: string; id: string; start: Instant; end: Instant }

// Two services of one question may share a person: the widest of their ranges is read once.
function occupants(questions: readonly BusyQuestion[], which: 'staffIds' | 'resourceIds') {
  const found = new Map<string, Occupant>()
  for (const { accountId, start, end, [which]: ids } of questions) {
    for (const id of ids) {
      const known = found.get(id)
      if (!known) found.set(id, { accountId, id, start, end })
      else {
        known.start = Math.min(known.start, start)
        known.end = Math.max(known.end, end)
      }
    }
  }
  return [...found.values()]
}

function part(
  kind: 'staff' | 'resource',
  list: readonly Occupant[],
  now: Instant,
  except: Except,
): Prisma.Sql {
  const column = Prisma.raw(`o."${kind}Id"`)
  const unit = Prisma.raw(kind === 'staff' ? '0' : 'o."unit"')
  return Prisma.sql`
    SELECT ${kind} AS "kind", u."id"::text AS "occupantId", o."unit", o."spans"
    FROM ${ranges(list)}
      CROSS JOIN LATERAL (
        SELECT ${unit} AS "unit", ${spans} AS "spans"
        FROM "Occupancy" o
        WHERE o."active" AND o."accountId" = u."accountId" AND ${column} = u."id"
          AND tstzrange(o."startsAt", o."endsAt") && tstzrange(u."start", u."end")
          AND (o."expiresAt" IS NULL OR o."expiresAt" > ${at(now)}::timestamptz)
          AND ${isOther('bookingId', except.bookingId)}
          AND ${isOther('holdId', except.holdId)}
        ${kind === 'staff' ? Prisma.empty : Prisma.sql`GROUP BY o."unit"`}) o
    WHERE o."spans" IS NOT NULL`
}

// Outside calendars know no buffers, no holds and no bookings to leave out.
function outsidePart(kind: 'staff' | 'resource', list: readonly Occupant[]): Prisma.Sql {
  return Prisma.sql`
    SELECT ${kind} AS "kind", u."id"::text AS "occupantId", NULL::int AS "unit", o."spans"
    FROM ${ranges(list)}
      CROSS JOIN LATERAL (
        SELECT ${spans} AS "spans" FROM "BusyTime" o
        WHERE o."accountId" = u."accountId" AND ${Prisma.raw(`o."${kind}Id"`)} = u."id"
          AND tstzrange(o."startsAt", o."endsAt") && tstzrange(u."start", u."end")) o
    WHERE o."spans" IS NOT NULL`
}

const at = (instant: Instant) => new Date(instant).toISOString()

// PostgreSQL plans a list anew each time, which costs more than reading; one row it plans once.
function ranges(list: readonly Occupant[]): Prisma.Sql {
  const [one, ...others] = list
  if (one && others.length === 0) {
    return Prisma.sql`(VALUES (${one.accountId}::uuid, ${one.id}::uuid,
      ${at(one.start)}::timestamptz, ${at(one.end)}::timestamptz)) u("accountId", "id", "start", "end")`
  }
  return Prisma.sql`unnest(${list.map(({ accountId }) => accountId)}::uuid[],
    ${list.map(({ id }) => id)}::uuid[], ${list.map(({ start }) => at(start))}::timestamptz[],
    ${list.map(({ end }) => at(end))}::timestamptz[]) u("accountId", "id", "start", "end")`
}

// date_part is a double, exact to the millisecond and much cheaper than extract's numeric.
const spans = Prisma.sql`string_agg((date_part('epoch', o."startsAt") * 1000)::bigint || ',' ||
  (date_part('epoch', o."endsAt") * 1000)::bigint, ',' ORDER BY o."startsAt")`

// Most rows have no hold, and null is not distinct from null: nobody excepted excepts nothing.
function isOther(column: string, id: string | null | undefined): Prisma.Sql {
  const isNot = Prisma.raw(`o."${column}" IS DISTINCT FROM`)
  return id ? Prisma.sql`${isNot} ${id}::uuid` : Prisma.sql`TRUE`
}
