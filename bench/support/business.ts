// What is measured: businesses of a known size, written straight into the tables. Seeded, so that
// two runs measure the same rows.

import { newId } from '../../src/db/id.ts'
import { DAY, MINUTE, type Instant } from '../../src/time/instant.ts'
import type { Store } from './store.ts'

/** Monday, 2 March 2026, 00:00 UTC: four weeks later clocks change in Berlin. */
export const now: Instant = Date.UTC(2026, 2, 2)
export const timeZone = 'Europe/Berlin'

export type Business = { accountId: string; serviceIds: string[]; staffIds: string[] }

type Size = {
  staff: number
  /** One service for each number of staff who give it. */
  services: number[]
  service?: { durationMinutes?: number; slotStepMinutes?: number; bufferMinutes?: number }
  /** Weekly intervals in minutes; those of shops when left out. */
  hours?: { weekday: number; startMinute: number; endMinute: number }[]
}

const shopHours = [1, 2, 3, 4, 5, 6].flatMap((weekday) =>
  weekday === 6
    ? [{ weekday, startMinute: 600, endMinute: 840 }]
    : [
        { weekday, startMinute: 540, endMinute: 720 },
        { weekday, startMinute: 780, endMinute: 1080 },
      ],
)

/** Around the clock, every day. */
export const alwaysOpen = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
  weekday,
  startMinute: 0,
  endMinute: 1440,
}))

/** An account with staff who have hours and two free days of their own. */
export async function openBusiness({ prisma }: Store, size: Size): Promise<Business> {
  const accountId = newId()
  const ids = (count: number) => Array.from({ length: count }, () => newId())
  const staffIds = ids(size.staff)
  const serviceIds = ids(size.services.length)
  const slug = `business-${accountId.slice(-12)}`
  await prisma.account.create({
    data: { id: accountId, slug, name: slug, timeZone, currency: 'EUR' },
  })
  await prisma.staffMember.createMany({
    data: staffIds.map((id, index) => ({ accountId, id, name: `Staff member ${index}` })),
  })
  await prisma.workingHours.createMany({
    data: staffIds.flatMap((staffId) =>
      (size.hours ?? shopHours).map((hours) => ({ accountId, id: newId(), staffId, ...hours })),
    ),
  })
  if (!size.hours) {
    await prisma.availabilityException.createMany({
      data: staffIds.flatMap((staffId, index) =>
        [4 + index, 15 + (index % 5)].map((day) => ({
          accountId,
          id: newId(),
          staffId,
          kind: 'CLOSED' as const,
          on: new Date(now + (day % 62) * DAY),
        })),
      ),
    })
  }
  const { durationMinutes = 45, slotStepMinutes = 15, bufferMinutes = 5 } = size.service ?? {}
  await prisma.service.createMany({
    data: serviceIds.map((id, index) => ({
      accountId,
      id,
      name: `Service ${index}`,
      kind: 'APPOINTMENT' as const,
      durationMinutes,
      slotStepMinutes,
      bufferBeforeMinutes: bufferMinutes * 2,
      bufferAfterMinutes: bufferMinutes,
      priceMinor: 4500,
    })),
  })
  await prisma.serviceStaff.createMany({
    data: serviceIds.flatMap((serviceId, index) =>
      staffIds
        .slice(0, size.services[index])
        .map((staffId, position) => ({ accountId, serviceId, staffId, position })),
    ),
  })
  return { accountId, serviceIds, staffIds }
}

/**
 * Fills the diaries: five bookings a day for each staff member; returns how many. Without
 * `occupying` they take no time, which lists do not ask.
 */
export async function fillDiaries(
  { prisma }: Store,
  { accountId, serviceIds, staffIds }: Business,
  days: number,
  customers: number,
  { occupying = true } = {},
): Promise<number> {
  const random = seeded(42)
  const customerIds = Array.from({ length: customers }, () => newId())
  await prisma.customer.createMany({
    data: customerIds.map((id, index) => ({ accountId, id, name: `Customer ${index}` })),
  })
  const bookings = staffIds.flatMap((staffId) =>
    Array.from({ length: days }, (_, day) => startsOf(now + day * DAY, random)).flatMap((starts) =>
      starts.map((startsAt) => ({
        accountId,
        id: newId(),
        number: newId(),
        status: 'CONFIRMED' as const,
        serviceId: serviceIds[0] ?? '',
        staffId,
        customerId: customerIds[Math.floor(random() * customers)] ?? '',
        startsAt: new Date(startsAt),
        endsAt: new Date(startsAt + 45 * MINUTE),
        timeZone,
        currency: 'EUR',
        priceMinor: 4500,
      })),
    ),
  )
  for (let from = 0; from < bookings.length; from += 1000) {
    const some = bookings.slice(from, from + 1000)
    await prisma.booking.createMany({ data: some })
    if (!occupying) continue
    await prisma.occupancy.createMany({
      data: some.map(({ id, staffId, startsAt, endsAt }) => ({
        accountId,
        id: newId(),
        kind: 'BOOKING' as const,
        staffId,
        bookingId: id,
        startsAt: new Date(startsAt.getTime() - 10 * MINUTE),
        endsAt: new Date(endsAt.getTime() + 5 * MINUTE),
      })),
    })
  }
  return bookings.length
}

function startsOf(midnight: Instant, random: () => number): Instant[] {
  const starts: Instant[] = []
  let at = midnight + (8 * 60 + Math.floor(random() * 8) * 15) * MINUTE
  for (let booking = 0; booking < 5; booking++) {
    starts.push(at)
    at += (60 + 15 * Math.floor(random() * 6)) * MINUTE
  }
  return starts
}

function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff
}
