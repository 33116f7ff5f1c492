// Puts the facts of services and what is taken together into the worlds that the rules judge. The
// same function serves listing and accepting.

import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { DAY, type Instant } from '../time/instant.ts'
import { NEVER, union } from '../time/interval-set.ts'
import { localDayOf, zoneOf, type Zone } from '../time/zone.ts'
import { loadBusy, unitKey, type Busy, type Except } from './busy.data.ts'
import { termsFor } from './as-manager.ts'
import type { Assign } from './choose-staff.ts'
import { loadCounted } from './counted.data.ts'
import { loadServiceFacts, type ServiceFacts } from './facts.data.ts'
import { withinWindow, type Window } from './window.ts'
import { rangeToLoad, type SlotResource, type SlotStaff, type SlotWorld } from './slot-world.ts'

export type WorldQuestion = {
  services: readonly Key[]
  /** Starts in `[from, to)` can be judged. */
  from: Instant
  to: Instant
  now: Instant
  /** Null: the smallest party that each service takes. */
  partySize: number | null
  durationMinutes?: number | null
  resourceIds?: readonly string[] | null
  /** The only ones to be judged; with TOGETHER, all of them are needed. */
  staffIds?: readonly string[] | null
  assign?: Assign
  asManager?: boolean
  window?: Window
  except?: Except
}

/** `taken` is the same object for the same taken times; null where more than that is counted. */
export type World = { facts: ServiceFacts; world: SlotWorld; taken: object | null }

/**
 * The worlds of these services by service id; archived and absent services are left out. `known`
 * are their facts, when they are read already.
 */
export async function loadWorlds(
  read: Reader,
  question: WorldQuestion,
  known?: ReadonlyMap<string, ServiceFacts>,
): Promise<Map<string, World>> {
  const fromDay = Math.floor(question.from / DAY) - 1
  const facts = known ?? (await loadServiceFacts(read, question.services, fromDay))
  const { asManager, window } = question
  const terms = [...facts.values()].map((each) => withinWindow(termsFor(each, asManager), window))
  return worldsOf(read, terms, question)
}

/** As loadWorlds, for facts that are already read. */
export async function worldsOf(
  read: Reader,
  list: readonly ServiceFacts[],
  question: WorldQuestion,
): Promise<Map<string, World>> {
  const except = question.except ?? {}
  const appointments = list.filter(({ kind }) => kind === 'APPOINTMENT')
  const busy = await loadBusy(
    read,
    appointments.map((facts) => ({
      accountId: facts.accountId,
      staffIds: staffInQuestion(facts, question),
      resourceIds: facts.resources.map(({ id }) => id),
      ...rangeOf(facts, question),
    })),
    question.now,
    except,
  )
  const counted = await loadCounts(read, appointments, question, except)
  const taken = counted.services.size + counted.staff.size > 0 ? null : busy
  return new Map(
    list.map((facts) => [
      facts.id,
      { facts, world: worldOf(facts, question, busy, counted), taken },
    ]),
  )
}

// Of any who will do, those who were not asked for are never judged.
function staffInQuestion({ staff, staffMode }: ServiceFacts, { staffIds }: WorldQuestion) {
  const all = staff.map(({ id }) => id)
  return staffMode === 'ANY' && staffIds ? all.filter((id) => staffIds.includes(id)) : all
}

function rangeOf(facts: ServiceFacts, question: WorldQuestion) {
  const longest = Math.max(
    question.durationMinutes ?? 0,
    facts.durationMinutes,
    ...facts.staff.map(({ durationMinutes }) => durationMinutes ?? 0),
  )
  const zone = zoneOf(facts.account.timeZone)
  return rangeToLoad(zone, facts.rules, longest, question.from, question.to)
}

type Counted = {
  services: Map<string, Map<number, number>>
  staff: Map<string, Map<number, number>>
}

async function loadCounts(
  read: Reader,
  list: readonly ServiceFacts[],
  question: WorldQuestion,
  except: Except,
): Promise<Counted> {
  const counted: Counted = { services: new Map(), staff: new Map() }
  const services = list.filter(({ rules }) => rules.dailyLimit !== null)
  const staff = list.flatMap((facts) => facts.staff.filter(({ dailyLimit }) => dailyLimit !== null))
  const zones = new Map(list.map((facts) => [facts.accountId, zoneOf(facts.account.timeZone)]))
  const rows = await loadCounted(
    read,
    [...zones.keys()],
    services.map(({ id }) => id),
    staff.map(({ id }) => id),
    { start: question.from - 2 * DAY, end: question.to + 2 * DAY },
    question.now,
    except,
  )
  const zoneOfStaff = new Map(
    list.flatMap((facts) => facts.staff.map(({ id }) => [id, zones.get(facts.accountId)] as const)),
  )
  const zoneOfServices = new Map(list.map((facts) => [facts.id, zones.get(facts.accountId)]))
  for (const row of rows) {
    const startsAt = row.startsAt.getTime()
    if (row.serviceId) {
      count(counted.services, row.serviceId, zoneOfServices.get(row.serviceId), startsAt)
    }
    if (row.staffId) count(counted.staff, row.staffId, zoneOfStaff.get(row.staffId), startsAt)
  }
  return counted
}

function count(
  counts: Map<string, Map<number, number>>,
  id: string,
  zone: Zone | undefined,
  startsAt: Instant,
) {
  if (!zone) return
  const day = localDayOf(zone, startsAt)
  const days = counts.get(id) ?? new Map<number, number>()
  days.set(day, (days.get(day) ?? 0) + 1)
  counts.set(id, days)
}

const none: ReadonlyMap<number, number> = new Map()

function worldOf(
  facts: ServiceFacts,
  question: WorldQuestion,
  busy: Busy,
  counted: Counted,
): SlotWorld {
  const together = question.assign === 'TOGETHER'
  const pool = together ? question.staffIds : null
  const staff = pool ? facts.staff.filter(({ id }) => pool.includes(id)) : facts.staff
  const staffMode = together ? 'COLLECTIVE' : facts.staffMode
  return {
    now: question.now,
    account: { zone: zoneOf(facts.account.timeZone), ...facts.accountHours },
    service: facts.rules,
    serviceHours: facts.serviceHours,
    windowHours: question.window?.weekly ?? null,
    bookedByDay: counted.services.get(facts.id) ?? none,
    staffMode: facts.needsStaff ? staffMode : 'NONE',
    staff: staff.map((member) => staffOf(facts, member, busy, counted)),
    requirements: requirementsOf(facts, question.resourceIds ?? null, busy),
    partySize: question.partySize ?? facts.rules.minParty,
    durationMinutes: question.durationMinutes ?? null,
  }
}

function staffOf(
  facts: ServiceFacts,
  member: ServiceFacts['staff'][number],
  busy: Busy,
  counted: Counted,
): SlotStaff {
  return {
    id: member.id,
    zone: member.timeZone ? zoneOf(member.timeZone) : null,
    weekly: facts.staffHours.get(member.id)?.weekly ?? [],
    exceptions: facts.staffHours.get(member.id)?.exceptions ?? [],
    busy: busy.staff.get(member.id) ?? NEVER,
    durationMinutes: member.durationMinutes,
    dailyLimit: member.dailyLimit,
    bookedByDay: counted.staff.get(member.id) ?? none,
  }
}

// Resources of one requirement are alternatives. Asking for certain resources narrows only the
// requirements that they can meet.
function requirementsOf(
  facts: ServiceFacts,
  wanted: readonly string[] | null,
  busy: Busy,
): SlotResource[][] {
  const groups = Map.groupBy(facts.resources, ({ requirement }) => requirement)
  return [...groups.values()].map((group) => {
    const chosen = wanted === null ? [] : group.filter(({ id }) => wanted.includes(id))
    return (chosen.length > 0 ? chosen : group).map(({ id, capacity }) => {
      const whole = busy.resources.get(id) ?? NEVER
      return {
        id,
        weekly: facts.resourceHours.get(id)?.weekly ?? [],
        exceptions: facts.resourceHours.get(id)?.exceptions ?? [],
        units: Array.from({ length: capacity }, (_, unit) =>
          union(whole, busy.units.get(unitKey(id, unit)) ?? NEVER),
        ),
      }
    })
  })
}
