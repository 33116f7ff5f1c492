// Random days as they lie in the database, around changes of clocks: bookings in every status with
// buffers of their own, holds that live and that ran out, blocks and outside calendars. What is
// listed is what the oracle says of the same facts, and just that can be held; a manager's list is
// that of a service without limits.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { loadOffers } from '../../src/availability/availability.data.ts'
import type { SlotWorld } from '../../src/availability/slot-world.ts'
import { placeHold, releaseHold } from '../../src/booking/hold.actions.ts'
import { newId } from '../../src/db/id.ts'
import { Refused } from '../../src/errors.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { dayNumber } from '../../src/time/local.ts'
import { dayStart, zoneOf } from '../../src/time/zone.ts'
import { localDay, oracleSlots } from '../availability/oracle.ts'
import { testDatabase } from '../support/database.ts'
import { LONG, runs } from '../support/runs.ts'
import { asked, openShop } from '../support/shop.ts'
import { ZONE_DAYS } from '../support/zone-days.ts'

const db = await testDatabase()

const taken = fc.record({
  kind: fc.constantFrom('BOOKING', 'BOOKING', 'BOOKING', 'HOLD', 'BLOCK', 'BUSY'),
  at: fc.integer({ min: -600, max: 2400 }),
  length: fc.integer({ min: 5, max: 200 }),
  before: fc.constantFrom(0, 10),
  after: fc.constantFrom(0, 25),
  staff: fc.nat(2),
  unit: fc.constantFrom(null, 0, 1),
  status: fc.constantFrom('PENDING', 'CONFIRMED', 'CONFIRMED', 'CANCELLED', 'DECLINED'),
  isLive: fc.boolean(),
  isOwnService: fc.boolean(),
})
type Taken = typeof taken extends fc.Arbitrary<infer T> ? T : never

const anyFacts = fc.record({
  where: fc.constantFrom(
    ...ZONE_DAYS.flatMap(([zoneName, ...days]) => days.map((day) => ({ zoneName, day }))),
  ),
  taken: fc.array(taken, { maxLength: 14 }),
  excepted: fc.boolean(),
  hours: fc.constantFrom<[number, number]>([0, 1440], [540, 1020], [1200, 1800]),
  service: fc.record({
    durationMinutes: fc.constantFrom(30, 60),
    bufferBeforeMinutes: fc.constantFrom(0, 10),
    bufferAfterMinutes: fc.constantFrom(0, 20),
    slotStepMinutes: fc.constantFrom(15, 40),
    stepFrom: fc.constantFrom('MIDNIGHT' as const, 'WINDOW' as const),
    dailyLimit: fc.constantFrom(null, 3),
    minNoticeMinutes: fc.constantFrom(0, 90),
    maxAdvanceDays: fc.constantFrom(null, 1),
  }),
  staffLimit: fc.constantFrom(null, 2),
  ownZone: fc.constantFrom(null, 'America/New_York', 'Asia/Kolkata'),
  asManager: fc.boolean(),
})
type Facts = typeof anyFacts extends fc.Arbitrary<infer T> ? T : never

const occupiesTime = (one: Taken) =>
  one.kind !== 'BOOKING' || !['CANCELLED', 'DECLINED'].includes(one.status)

/** Start and end with the buffers of what it is itself. */
function spanOf(one: Taken, start: number): [number, number] {
  const buffered = one.kind === 'BOOKING' || one.kind === 'HOLD'
  const before = buffered ? one.before : 0
  const after = buffered ? one.after : 0
  return [start + (one.at - before) * MINUTE, start + (one.at + one.length + after) * MINUTE]
}

/** Only what the constraints let stand: no two that occupy one person or unit at one time. */
function standing(all: readonly Taken[]): Taken[] {
  const kept: Taken[] = []
  for (const one of all) {
    const [start, end] = spanOf(one, 0)
    const meets = kept.some((other) => {
      const [from, to] = spanOf(other, 0)
      const shares = one.staff === other.staff || (one.unit !== null && one.unit === other.unit)
      const occupies = one.kind !== 'BUSY' && other.kind !== 'BUSY'
      return (
        shares && occupies && occupiesTime(one) && occupiesTime(other) && start < to && from < end
      )
    })
    if (!meets) kept.push(one)
  }
  return kept
}

async function write(facts: Facts, start: number, now: number) {
  const { zoneName } = facts.where
  const shop = await openShop(db, {
    staff: 3,
    resources: [2],
    timeZone: zoneName,
    hours: facts.hours,
    service: facts.service,
  })
  const { accountId, staffIds, customerId, serviceId } = shop
  const [roomId = ''] = shop.resourceIds
  shop.clock.set(now)
  const { prisma } = db
  await prisma.staffMember.update({
    where: { accountId_id: { accountId, id: staffIds[0]! } },
    data: { dailyLimit: facts.staffLimit, timeZone: facts.ownZone },
  })
  const otherId = newId()
  await prisma.service.create({
    data: { accountId, id: otherId, name: 'Other', kind: 'APPOINTMENT', durationMinutes: 30 },
  })
  const rows = standing(facts.taken).map((one) => ({ ...one, id: newId() }))
  for (const [index, one] of rows.entries()) {
    const { id } = one
    const startsAt = new Date(start + one.at * MINUTE)
    const endsAt = new Date(start + (one.at + one.length) * MINUTE)
    const staffId = staffIds[one.staff]!
    const times = { accountId, id, startsAt, endsAt }
    const service = { serviceId: one.isOwnService ? serviceId : otherId }
    const expiresAt = new Date(one.isLive ? now + 1 : now)
    const createdAt = new Date(now - 5 * MINUTE)
    if (one.kind === 'BOOKING') {
      const booking = { ...times, ...service, staffId, customerId, status: one.status as 'PENDING' }
      await prisma.booking.create({
        data: { ...booking, number: `B${index}`, timeZone: zoneName, currency: 'EUR' },
      })
    } else if (one.kind === 'HOLD') {
      await prisma.hold.create({
        data: { ...times, ...service, partySize: 1, expiresAt, createdAt },
      })
    } else if (one.kind === 'BLOCK') {
      await prisma.block.create({ data: times })
    } else {
      const who = one.unit === null ? { staffId } : { resourceId: roomId }
      await prisma.busyTime.create({ data: { ...times, ...who, calendar: 'outside' } })
      continue
    }
    const [from, to] = spanOf(one, start)
    const common = {
      accountId,
      kind: one.kind as 'HOLD',
      startsAt: new Date(from),
      endsAt: new Date(to),
      active: occupiesTime(one),
      expiresAt: one.kind === 'HOLD' ? expiresAt : null,
      [`${one.kind.toLowerCase()}Id`]: id,
    }
    await prisma.occupancy.create({ data: { ...common, id: newId(), staffId } })
    if (one.unit === null) continue
    const unit = { resourceId: roomId, unit: one.unit }
    await prisma.occupancy.create({ data: { ...common, id: newId(), ...unit } })
  }
  return { shop, rows, roomId }
}

type Written = Awaited<ReturnType<typeof write>>

/** The same facts as the promises have them. */
function worldOf(facts: Facts, written: Written, start: number, except: string | null): SlotWorld {
  const { shop, rows, roomId } = written
  const { zoneName } = facts.where
  const now = shop.clock.now()
  const there = rows.filter(
    (one) => one.id !== except && occupiesTime(one) && (one.kind !== 'HOLD' || one.isLive),
  )
  const occupying = there.filter((one) => one.kind !== 'BUSY')
  const outside = there.filter((one) => one.kind === 'BUSY')
  const spans = (list: readonly Taken[]) => list.flatMap((one) => spanOf(one, start))
  const counted = (list: readonly Taken[]) => {
    const days = new Map<number, number>()
    for (const one of list) {
      if (one.kind !== 'BOOKING' && one.kind !== 'HOLD') continue
      const day = localDay(zoneName, start / MINUTE + one.at)
      days.set(day, (days.get(day) ?? 0) + 1)
    }
    return days
  }
  const [startMinute, endMinute] = facts.hours
  const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, startMinute, endMinute }))
  const none = { weekly: [], exceptions: [] }
  return {
    now,
    account: { zone: zoneOf(zoneName), weekly, exceptions: [] },
    service: {
      ...facts.service,
      bookableFromDay: null,
      bookableUntilDay: null,
      minParty: 1,
      maxParty: 1,
      ...(facts.asManager && { dailyLimit: null, minNoticeMinutes: 0, maxAdvanceDays: null }),
    },
    bookedByDay: counted(there.filter(({ isOwnService }) => isOwnService)),
    staffMode: 'ANY',
    staff: shop.staffIds.map((id, index) => ({
      id,
      ...none,
      zone: index === 0 && facts.ownZone !== null ? zoneOf(facts.ownZone) : null,
      busy: spans([
        ...occupying.filter(({ staff }) => staff === index),
        ...outside.filter(({ staff, unit }) => staff === index && unit === null),
      ]),
      dailyLimit: index === 0 && !facts.asManager ? facts.staffLimit : null,
      bookedByDay: counted(there.filter(({ staff }) => staff === index)),
    })),
    requirements: [
      [
        {
          id: roomId,
          ...none,
          units: [0, 1].map((unit) =>
            spans([
              ...occupying.filter((one) => one.unit === unit),
              ...outside.filter((one) => one.unit !== null),
            ]),
          ),
        },
      ],
    ],
    partySize: 1,
    durationMinutes: null,
  }
}

async function canBeHeld(
  { shop }: Written,
  startsAt: number,
  asManager: boolean,
): Promise<boolean> {
  const wish = asked(shop, { startsAt: new Date(startsAt), asManager })
  const hold = { ...wish, partySize: 1, ttlSeconds: 60, replaces: null }
  const placed = await placeHold(shop.ctx, hold).catch((error: unknown) => {
    if (error instanceof Refused) return null
    throw error
  })
  if (placed) await releaseHold(shop.ctx, placed)
  return placed !== null
}

it(
  'lists what the oracle lists and accepts nothing else',
  async () => {
    let listed = 0
    const { seed, numRuns } = runs(0.05)
    const property = fc.asyncProperty(anyFacts, fc.nat(), async (facts, pick) => {
      const zone = zoneOf(facts.where.zoneName)
      const start = dayStart(zone, dayNumber(facts.where.day)!)
      const [from, to] = [start, start + DAY]
      const { asManager } = facts
      const written = await write(facts, start, start - 5 * 60 * MINUTE)
      const { shop, rows } = written
      const booking = rows.find(({ kind }) => kind === 'BOOKING')
      for (const except of facts.excepted && booking ? [null, booking.id] : [null]) {
        const question = {
          services: [{ accountId: shop.accountId, id: shop.serviceId }],
          now: shop.clock.now(),
          partySize: 1,
          durationMinutes: null,
          staffIds: null,
          resourceIds: null,
          exceptBookingId: except,
          asManager,
        }
        const offers = (await loadOffers(db, question, from, to)).get(shop.serviceId) ?? []
        const world = worldOf(facts, written, start, except)
        const wanted = oracleSlots(world, from / MINUTE, to / MINUTE)
        const short = (slot: { startsAt: number; endsAt: number; staffIds: readonly string[] }) =>
          `${new Date(slot.startsAt).toISOString()} ${slot.endsAt} ${slot.staffIds.join(' ')}`
        expect(offers.map(short)).toEqual(wanted.map(short))
        // Of what is remembered now, the same.
        const again = (await loadOffers(db, question, from, to)).get(shop.serviceId) ?? []
        expect(again.map(short)).toEqual(wanted.map(short))
        if (except !== null) continue
        listed += offers.length
        const starts = new Set(offers.map(({ startsAt }) => startsAt))
        for (const [index, startsAt] of [...starts].entries()) {
          if ((index + pick) % 6 === 0)
            expect(await canBeHeld(written, startsAt, asManager)).toBe(true)
        }
        for (let at = from + (pick % 40) * 5 * MINUTE; at < to; at += 200 * MINUTE) {
          expect(await canBeHeld(written, at, asManager)).toBe(starts.has(at))
        }
      }
    })
    await fc.assert(property, { seed, numRuns })
    expect(listed).toBeGreaterThan(numRuns)
  },
  LONG,
)
