// Reads what a service may be booked by: its terms, who gives it, what it occupies, and everybody's
// hours. One statement for any number of services. What is taken is read in busy.data.ts.

import type { Key } from '../db/id.ts'
import { rememberMeanings, toldUnlessKnown, type Told } from '../db/meaning.ts'
import type { Reader } from '../db/reader.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { dayNumber } from '../time/local.ts'
import type { Hours, HoursException, WeeklyHours } from './hours.ts'
import type { SlotRules } from './slot-world.ts'

export type AccountFacts = {
  id: string
  timeZone: string
  currency: string
  holdSeconds: number
}

export type StaffFacts = {
  id: string
  timeZone: string | null
  dailyLimit: number | null
  durationMinutes: number | null
  priceMinor: number | null
}

export type ResourceFacts = { id: string; capacity: number; requirement: number }

type HoursRow = {
  staffId: string | null
  resourceId: string | null
  serviceId: string | null
  weekday: number
  startMinute: number
  endMinute: number
  validFromOn: string | null
  validUntilOn: string | null
}

type ExceptionRow = {
  staffId: string | null
  resourceId: string | null
  serviceId: string | null
  kind: 'CLOSED' | 'OPEN'
  on: string
  startMinute: number | null
  endMinute: number | null
}

type Row = {
  accountId: string
  id: string
  name: string
  kind: 'APPOINTMENT' | 'CLASS'
  active: boolean
  durationMinutes: number
  priceMinor: number | null
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  slotStepMinutes: number
  stepFrom: 'MIDNIGHT' | 'WINDOW'
  staffMode: 'ANY' | 'COLLECTIVE'
  minNoticeMinutes: number
  maxAdvanceDays: number | null
  bookableFromOn: string | null
  bookableUntilOn: string | null
  dailyLimit: number | null
  minParty: number
  maxParty: number
  requiresConfirmation: boolean
  depositPercent: number
  depositMinor: number | null
  payWithinMinutes: number
  account: AccountFacts
  staff: StaffFacts[]
  resources: ResourceFacts[]
  hours: HoursRow[]
  exceptions: ExceptionRow[]
  staffCount: number
}

/** A service with everything but what is taken. */
export type ServiceFacts = Omit<Row, 'hours' | 'exceptions' | 'staffCount'> & {
  rules: SlotRules
  accountHours: Hours
  serviceHours: Hours | null
  staffHours: Map<string, Hours>
  resourceHours: Map<string, Hours>
  /** Whether the service asks for staff at all; staff who left do not make it bookable without. */
  needsStaff: boolean
}

const meanings = rememberMeanings({ most: 6_000_000, each: 2_000, perCharacter: 1 }, (text) =>
  factsOf(JSON.parse(text) as Row),
)

/**
 * The facts of these services, by service id; archived and absent services are left out.
 * Exceptions are read from `fromDay` on (local days since 1970). When `staffIds` are given, nobody
 * else's hours are read, but for a service that needs all of its staff.
 */
export async function loadServiceFacts(
  read: Reader,
  services: readonly Key[],
  fromDay: number,
  staffIds: readonly string[] | null = null,
): Promise<Map<string, ServiceFacts>> {
  if (services.length === 0) return new Map()
  const of = `${fromDay} ${staffIds?.join() ?? ''}`
  const known = new Map(services.map(({ id }) => [id, meanings.known(`${id} ${of}`)]))
  const hashes = services.map(({ id }) => known.get(id)?.hash ?? null)
  const select = statement(services, fromDay, staffIds)
  const rows = await read<Told & { id: string }>(toldUnlessKnown(select, hashes))
  const facts = rows.map((row) => {
    return [row.id, meanings.meaning(`${row.id} ${of}`, known.get(row.id) ?? null, row)] as const
  })
  return new Map(facts)
}

function statement(
  services: readonly Key[],
  fromDay: number,
  staffIds: readonly string[] | null,
): Prisma.Sql {
  const accounts = services.map(({ accountId }) => accountId)
  const ids = services.map(({ id }) => id)
  const isAsked = staffIds
    ? Prisma.sql`(s."staffMode" = 'COLLECTIVE' OR j."staffId" = ANY(${staffIds}::uuid[]))`
    : Prisma.sql`TRUE`
  const owned = Prisma.sql`h."accountId" = s."accountId" AND (
    num_nonnulls(h."staffId", h."resourceId", h."serviceId") = 0 OR h."serviceId" = s."id"
    OR h."staffId" IN (SELECT j."staffId" FROM "ServiceStaff" j
      WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id" AND ${isAsked})
    OR h."resourceId" IN (SELECT j."resourceId" FROM "ServiceResource" j
      WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id"))`
  return Prisma.sql`SELECT s."id", row_to_json(s)::text AS "text" FROM (
    SELECT s."accountId", s."id", s."name", s."kind"::text, s."active", s."durationMinutes",
      s."priceMinor", s."bufferBeforeMinutes", s."bufferAfterMinutes", s."slotStepMinutes",
      s."stepFrom"::text, s."staffMode"::text, s."minNoticeMinutes", s."maxAdvanceDays",
      s."bookableFromOn"::text, s."bookableUntilOn"::text, s."dailyLimit", s."minParty",
      s."maxParty", s."requiresConfirmation", s."depositPercent", s."depositMinor", s."payWithinMinutes",
      json_build_object('id', a."id", 'timeZone', a."timeZone", 'currency', a."currency",
        'holdSeconds', a."holdSeconds") AS "account",
      (SELECT count(*)::int FROM "ServiceStaff" j
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id") AS "staffCount",
      (SELECT coalesce(json_agg(json_build_object('id', m."id", 'timeZone', m."timeZone",
          'dailyLimit', m."dailyLimit", 'durationMinutes', j."durationMinutes",
          'priceMinor', j."priceMinor") ORDER BY j."position", m."id"), '[]')
        FROM "ServiceStaff" j JOIN "StaffMember" m
          ON m."accountId" = j."accountId" AND m."id" = j."staffId"
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id" AND m."active") AS "staff",
      (SELECT coalesce(json_agg(json_build_object('id', m."id", 'capacity', CASE WHEN m."active"
          THEN m."capacity" ELSE 0 END, 'requirement', j."requirement")
          ORDER BY j."requirement", m."name", m."id"), '[]')
        FROM "ServiceResource" j JOIN "Resource" m
          ON m."accountId" = j."accountId" AND m."id" = j."resourceId"
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id") AS "resources",
      (SELECT coalesce(json_agg(x), '[]') FROM (
        SELECT h."staffId", h."resourceId", h."serviceId", h."weekday", h."startMinute",
          h."endMinute", h."validFromOn", h."validUntilOn"
        FROM "WorkingHours" h WHERE ${owned}) x) AS "hours",
      (SELECT coalesce(json_agg(x), '[]') FROM (
        SELECT h."staffId", h."resourceId", h."serviceId", h."kind", h."on", h."startMinute",
          h."endMinute"
        FROM "AvailabilityException" h
        WHERE ${owned} AND h."on" >= '1970-01-01'::date + ${fromDay - 3}::int) x) AS "exceptions"
    FROM unnest(${accounts}::uuid[], ${ids}::uuid[]) k("accountId", "id")
      JOIN "Service" s ON s."accountId" = k."accountId" AND s."id" = k."id" AND s."active"
      JOIN "Account" a ON a."id" = s."accountId") s`
}

function factsOf(row: Row): ServiceFacts {
  const { hours, exceptions, staffCount, ...rest } = row
  const weekly = Map.groupBy(hours, ownerOf)
  const dated = Map.groupBy(exceptions, ownerOf)
  const hoursOf = (owner: string): Hours => ({
    weekly: weekly.get(owner)?.map(weeklyOf) ?? [],
    exceptions: dated.get(owner)?.map(exceptionOf) ?? [],
  })
  const own = hoursOf(row.id)
  return {
    ...rest,
    rules: rulesOf(row),
    needsStaff: staffCount > 0,
    accountHours: hoursOf(theAccount),
    serviceHours: own.weekly.length + own.exceptions.length > 0 ? own : null,
    staffHours: new Map(row.staff.map(({ id }) => [id, hoursOf(id)])),
    resourceHours: new Map(row.resources.map(({ id }) => [id, hoursOf(id)])),
  }
}

const theAccount = ''

function ownerOf({ staffId, resourceId, serviceId }: HoursRow | ExceptionRow): string {
  return staffId ?? resourceId ?? serviceId ?? theAccount
}

function rulesOf(row: Row): SlotRules {
  return {
    durationMinutes: row.durationMinutes,
    bufferBeforeMinutes: row.bufferBeforeMinutes,
    bufferAfterMinutes: row.bufferAfterMinutes,
    slotStepMinutes: row.slotStepMinutes,
    stepFrom: row.stepFrom,
    dailyLimit: row.dailyLimit,
    minNoticeMinutes: row.minNoticeMinutes,
    maxAdvanceDays: row.maxAdvanceDays,
    bookableFromDay: row.bookableFromOn ? dayNumber(row.bookableFromOn) : null,
    bookableUntilDay: row.bookableUntilOn ? dayNumber(row.bookableUntilOn) : null,
    minParty: row.minParty,
    maxParty: row.maxParty,
  }
}

function weeklyOf(h: HoursRow): WeeklyHours {
  return {
    weekday: h.weekday,
    startMinute: h.startMinute,
    endMinute: h.endMinute,
    validFrom: h.validFromOn ? dayNumber(h.validFromOn) : null,
    validUntil: h.validUntilOn ? dayNumber(h.validUntilOn) : null,
  }
}

function exceptionOf(h: ExceptionRow): HoursException {
  return {
    kind: h.kind,
    day: dayNumber(h.on) ?? 0,
    startMinute: h.startMinute,
    endMinute: h.endMinute,
  }
}
