// Opens a business: its account and everything that is there before the first booking, through the
// actions wherever there is one, each at a time of its own, so that its events tell the truth.

import { createBlock } from '../availability/block.actions.ts'
import { replaceBusyTimes } from '../availability/busy-times.actions.ts'
import { createAvailabilityException, setWorkingHours } from '../availability/hours.actions.ts'
import type { OwnerModel } from '../availability/hours-owner.data.ts'
import { minutesOf, type WeeklyInterval } from '../availability/weekly-hours.ts'
import { createCustomer } from '../customer/customer.actions.ts'
import { newId } from '../db/id.ts'
import type { Customer, Service } from '../generated/prisma/client.ts'
import type { Question } from '../link/link.ts'
import { createResource } from '../resource/resource.actions.ts'
import { createService } from '../service/service.actions.ts'
import { createSession } from '../session/session.actions.ts'
import { createStaffMember } from '../staff/staff.actions.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'
import { parseLocalTime, weekdayOf } from '../time/local.ts'
import { wallToInstant, zoneOf, type Zone } from '../time/zone.ts'
import type { Business, DayPlan, ServicePlan, Span } from './business.ts'
import type { Past } from './past.ts'
import { inventCustomers } from './people.ts'
import { chanceOf } from './random.ts'

/** A business that can be booked at. Ids are rows' ids, by the names in its plan. */
export type Opened = {
  business: Business
  accountId: string
  zone: Zone
  staff: ReadonlyMap<string, string>
  resources: ReadonlyMap<string, string>
  services: readonly OpenedService[]
  customers: readonly Customer[]
}

export type OpenedService = {
  plan: ServicePlan
  row: Service
  /** Its public way in, when it has one. */
  link: { id: string; questions: readonly Question[] } | null
}

/** What is being opened, and when the next thing is done. */
type Opening = Omit<Opened, 'services' | 'customers'> & {
  past: Past
  next: () => ReturnType<Past['at']>
}

/** How far ahead sessions are scheduled, in days from today. */
const scheduledDays = 15

/** Opens the business at the past's beginning. */
export async function openBusiness(past: Past, business: Business): Promise<Opened> {
  const accountId = newId()
  const zone = zoneOf(business.timeZone)
  const opening: Opening = {
    past,
    business,
    accountId,
    zone,
    next: clockOf(past, accountId),
    staff: new Map(),
    resources: new Map(),
  }
  await openAccount(opening)
  const staff = await hireStaff(opening)
  const resources = await buyResources(opening)
  const equipped = { ...opening, staff, resources }
  const services = await offerServices(equipped)
  await planExceptions(equipped)
  await planBlocks(equipped)
  await tellCalendars(equipped)
  for (const { plan, row } of services) await scheduleSessions(equipped, plan, row)
  const customers = await meetCustomers(equipped)
  return { business, accountId, zone, staff, resources, services, customers }
}

/** The id of a name in the plan. */
function named(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name)
  if (id === undefined) throw new RangeError(`The plan names "${name}", which is not there`)
  return id
}

// One thing a minute, so that what was made first is first in every list.
function clockOf(past: Past, accountId: string) {
  let now = past.begins
  return () => past.at(accountId, (now += MINUTE))
}

async function openAccount({ past, business, accountId, next }: Opening): Promise<void> {
  const { slug, name, timeZone, currency, locale, publicAvailability = false } = business
  const at = new Date(past.begins)
  const terms = { slug, name, timeZone, currency, locale, publicAvailability }
  await past.db.prisma.account.create({
    data: { ...terms, id: accountId, createdAt: at, updatedAt: at },
  })
  await past.db.prisma.partyCategory.createMany({
    data: (business.categories ?? []).map(([code, name], position) => ({
      accountId,
      code,
      name,
      position,
    })),
  })
  await setHours({ accountId, next }, 'Account', accountId, business.hours)
}

async function setHours(
  { accountId, next }: Pick<Opening, 'accountId' | 'next'>,
  model: OwnerModel,
  id: string,
  hours: readonly WeeklyInterval[] | undefined,
): Promise<void> {
  if (hours) await setWorkingHours(next(), { accountId, id, model, path: 'ownerId' }, hours)
}

async function hireStaff(opening: Opening): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const { hours, ...terms } of opening.business.staff) {
    const { id } = await createStaffMember(opening.next(), opening.accountId, terms)
    await setHours(opening, 'StaffMember', id, hours)
    ids.set(terms.name, id)
  }
  return ids
}

async function buyResources(opening: Opening): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const { hours, ...terms } of opening.business.resources) {
    const { id } = await createResource(opening.next(), opening.accountId, terms)
    await setHours(opening, 'Resource', id, hours)
    ids.set(terms.name, id)
  }
  return ids
}

async function offerServices(opening: Opening): Promise<Opened['services']> {
  const { accountId, business, next, staff, resources } = opening
  const services: OpenedService[] = []
  for (const plan of business.services) {
    const { hours, staff: who, terms, resources: what, ...offer } = plan
    const { timetable: _timetable, demand: _demand, party: _party, ...rest } = offer
    const row = await createService(next(), accountId, {
      ...rest,
      staffIds: who.map((name) => named(staff, name)),
      staffTerms: (terms ?? []).map((own) => ({
        staffId: named(staff, own.staff),
        durationMinutes: own.durationMinutes ?? null,
        priceMinor: own.priceMinor ?? null,
      })),
      resourceRequirements: (what ?? []).map((names) =>
        names.map((name) => named(resources, name)),
      ),
    })
    await setHours(opening, 'Service', row.id, hours)
    services.push({ plan, row, link: await openLink(opening, row) })
  }
  return services
}

async function openLink(opening: Opening, service: Service): Promise<OpenedService['link']> {
  const { accountId, business, next, past, staff } = opening
  const link = business.links?.find((plan) => plan.service === service.name)
  if (!link) return null
  const at = new Date(next().clock.now())
  const { slug, title, questions } = link
  const id = newId()
  await past.db.prisma.bookingLink.create({
    data: {
      accountId,
      id,
      serviceId: service.id,
      slug,
      title,
      createdAt: at,
      updatedAt: at,
      questions: questions.map((question) => ({ ...question, choices: [...question.choices] })),
      distribution: 'ROUND_ROBIN',
      visitorsChooseStaff: true,
      staff: {
        create: link.staff.map((name, position) => ({ staffId: named(staff, name), position })),
      },
    },
  })
  return { id, questions }
}

function dayOf(past: Past, { weekday, inDays }: DayPlan): number {
  const from = past.today + inDays
  return from + ((weekday - weekdayOf(from) + 7) % 7)
}

async function planExceptions({ past, business, accountId, next, staff }: Opening): Promise<void> {
  for (const plan of business.exceptions) {
    const id = plan.staff ? named(staff, plan.staff) : accountId
    const model = plan.staff ? 'StaffMember' : 'Account'
    await createAvailabilityException(
      next(),
      { accountId, id, model, path: 'ownerId' },
      {
        kind: plan.kind,
        day: dayOf(past, plan),
        startLocalTime: plan.startLocalTime ?? null,
        endLocalTime: plan.endLocalTime ?? null,
        reason: plan.reason,
      },
    )
  }
}

function timesOf({ past, zone }: Opening, plan: DayPlan & Span) {
  const minutes = minutesOf(plan.startLocalTime, plan.endLocalTime)
  const midnight = dayOf(past, plan) * DAY
  const wall = (minute = 0): Instant => wallToInstant(zone, midnight + minute * MINUTE)
  return { startsAt: wall(minutes?.startMinute), endsAt: wall(minutes?.endMinute) }
}

async function tellCalendars(opening: Opening): Promise<void> {
  const { past, business, accountId, next, staff } = opening
  for (const { staff: who, calendar, entries } of business.calendars ?? []) {
    const model = 'StaffMember'
    const owner = { accountId, id: named(staff, who), model, path: 'staffId' } as const
    await replaceBusyTimes(next(), owner, {
      calendar,
      from: past.today * DAY,
      to: (past.today + 60) * DAY,
      periods: entries.map(({ externalId, ...plan }) => {
        return { externalId, ...timesOf(opening, plan) }
      }),
    })
  }
}

async function planBlocks(opening: Opening): Promise<void> {
  const { business, accountId, next, staff, resources } = opening
  for (const plan of business.blocks) {
    const { startsAt, endsAt } = timesOf(opening, plan)
    await createBlock(next(), accountId, {
      startsAt: new Date(startsAt),
      endsAt: new Date(endsAt),
      staffIds: plan.staff ? [named(staff, plan.staff)] : [],
      resourceIds: plan.resource ? [named(resources, plan.resource)] : [],
      reason: plan.reason,
    })
  }
}

async function scheduleSessions(opening: Opening, plan: ServicePlan, row: Service): Promise<void> {
  const { past, accountId, zone, next, staff, resources } = opening
  const closed = opening.business.exceptions
    .filter(({ kind, staff }) => kind === 'CLOSED' && !staff)
    .map((exception) => dayOf(past, exception))
  for (let day = past.firstDay; day <= past.today + scheduledDays; day++) {
    if (closed.includes(day)) continue
    for (const lesson of plan.timetable ?? []) {
      if (lesson.weekday !== weekdayOf(day)) continue
      const minute = parseLocalTime(lesson.startLocalTime) ?? 0
      const startsAt: Instant = wallToInstant(zone, day * DAY + minute * MINUTE)
      await createSession(
        next(),
        { accountId, id: row.id },
        {
          startsAt: new Date(startsAt),
          staffIds: lesson.staff ? [named(staff, lesson.staff)] : [],
          resourceIds: lesson.resource ? [named(resources, lesson.resource)] : [],
        },
      )
    }
  }
}

async function meetCustomers({ business, accountId, next }: Opening): Promise<Customer[]> {
  const chance = chanceOf(`${business.slug} customers`)
  const invented = inventCustomers(chance, business.people, business.customers)
  const customers: Customer[] = []
  for (const customer of [...business.regulars, ...invented]) {
    customers.push(await createCustomer(next(), accountId, customer))
  }
  return customers
}
