// Reads what is taken: active occupancy of staff and of units of resources, and times that outside
// calendars have taken. Holds that have run out are not there, swept or not.

import { rememberMeanings, toldUnlessKnown, type Told } from '../db/meaning.ts'
import type { Reader } from '../db/reader.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { DAY, formatExactly, HOUR, type Instant } from '../time/instant.ts'
import { fromPairs, NEVER, union, type IntervalSet } from '../time/interval-set.ts'

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

/** By staff id, by `resourceId unit`, and by resource id for what takes all of its units. */
export type Busy = {
  staff: ReadonlyMap<string, IntervalSet>
  units: ReadonlyMap<string, IntervalSet>
  resources: ReadonlyMap<string, IntervalSet>
}

/** What is taken in these ranges, or beside them; one statement. Instants: whole milliseconds. */
export async function loadBusy(
  read: Reader,
  questions: readonly BusyQuestion[],
  now: Instant,
  except: Except,
): Promise<Busy> {
  const staff = occupants(questions, 'staffIds')
  const resources = occupants(questions, 'resourceIds')
  const isAskedAgain = !except.bookingId && !except.holdId && widen([...staff, ...resources])
  const parts: Prisma.Sql[] = []
  if (staff.length > 0) parts.push(part('staff', staff, now, except), outsidePart('staff', staff))
  if (resources.length > 0) {
    parts.push(part('resource', resources, now, except), outsidePart('resource', resources))
  }
  if (parts.length === 0) return busyOf([])
  const select = Prisma.join(parts, ' UNION ALL ')
  if (!isAskedAgain) return busyOf(await read<Row>(select))
  const key = JSON.stringify([staff, resources])
  const known = meanings.known(key)
  const told = await read<Told>(toldUnlessKnown(asText(select), [known?.hash ?? null]))
  return told[0] ? meanings.meaning(key, known, told[0]) : busyOf([])
}

/** From here on the same question is asked again and again: of days, not of one start. */
const longRange = DAY

/**
 * Makes long ranges those of whole hours, so that who asks from now on, and does so again, asks the
 * same. What is taken beside the range that was asked for changes no answer. False: none is long.
 */
function widen(list: readonly Occupant[]): boolean {
  if (!list.some(({ start, end }) => end - start > longRange)) return false
  for (const one of list) {
    one.start = Math.floor(one.start / HOUR) * HOUR
    one.end = Math.ceil(one.end / HOUR) * HOUR
  }
  return true
}

const meanings = rememberMeanings({ most: 16_000_000, each: 2_000, perCharacter: 2 }, (text) =>
  busyOf(text.split(';').filter(Boolean).map(rowOf)),
)

function asText(select: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`SELECT 0 AS "id", coalesce(string_agg(concat_ws(' ', b."kind", b."occupantId",
      coalesce(b."unit"::text, '-'), b."spans"), ';'
      ORDER BY b."kind", b."occupantId", b."unit"), '') AS "text"
    FROM (${select}) b`
}

function rowOf(text: string): Row {
  const [kind = '', occupantId = '', unit, spans = ''] = text.split(' ')
  return { kind, occupantId, unit: unit === '-' ? null : Number(unit), spans }
}

/** Shared by all who ask the same, who change nothing of it. */
function busyOf(rows: readonly Row[]): Busy {
  const busy = { staff: new Map(), units: new Map(), resources: new Map() }
  for (const { kind, occupantId, unit, spans } of rows) {
    const taken = fromPairs(numbersIn(spans))
    if (kind === 'staff') {
      busy.staff.set(occupantId, union(busy.staff.get(occupantId) ?? NEVER, taken))
    } else if (unit === null) busy.resources.set(occupantId, taken)
    else busy.units.set(unitKey(occupantId, unit), taken)
  }
  return busy
}

/** Whole numbers between commas; several times as fast as taking the text apart. */
function numbersIn(text: string): number[] {
  const numbers: number[] = []
  let number = 0
  let sign = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= ZERO) number = number * 10 + code - ZERO
    else if (code === MINUS) sign = -1
    else {
      numbers.push(sign * number)
      number = 0
      sign = 1
    }
  }
  numbers.push(sign * number)
  return numbers
}

const ZERO = 48
const MINUS = 45

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

const at = formatExactly

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
