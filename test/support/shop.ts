// A small business to book at, written straight into the worker's database: who makes what is
// tested elsewhere. Every shop is an account of its own, so tests do not meet.

import pino from 'pino'
import { systemViewer } from '../../src/auth/viewer.ts'
import type { ActionContext } from '../../src/context.ts'
import type { Database } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import type { NewBooking } from '../../src/booking/new-booking.actions.ts'
import type { Prisma } from '../../src/generated/prisma/client.ts'
import { testClock, type TestClock } from './clock.ts'

export type Shop = {
  accountId: string
  ctx: ActionContext
  clock: TestClock
  staffIds: string[]
  resourceIds: string[]
  serviceId: string
  customerId: string
}

type ShopOptions = {
  staff?: number
  /** Capacity of each resource; every one is a requirement of its own. */
  resources?: number[]
  timeZone?: string
  service?: Partial<Prisma.ServiceUncheckedCreateInput>
  /** Local minutes of each day; 09:00 to 17:00 unless said. */
  hours?: [number, number]
}

/** Monday, 2 March 2026, 08:00 UTC. */
export const monday = Date.UTC(2026, 2, 2, 8)

/** Opens a shop: one service of 60 minutes on every quarter of an hour, every day. */
export async function openShop(db: Database, options: ShopOptions = {}): Promise<Shop> {
  const accountId = newId()
  const clock = testClock(monday)
  const ids = (count: number) => Array.from({ length: count }, () => newId())
  const staffIds = ids(options.staff ?? 1)
  const resourceIds = ids(options.resources?.length ?? 0)
  const serviceId = newId()
  const customerId = newId()
  const { prisma } = db
  const slug = `shop-${accountId.slice(-12)}`
  await prisma.account.create({
    data: {
      id: accountId,
      slug,
      name: `Shop ${slug}`,
      timeZone: options.timeZone ?? 'UTC',
      currency: 'EUR',
    },
  })
  const [startMinute, endMinute] = options.hours ?? [540, 1020]
  await prisma.workingHours.createMany({
    data: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      accountId,
      id: newId(),
      weekday,
      startMinute,
      endMinute,
    })),
  })
  await prisma.staffMember.createMany({
    data: staffIds.map((id, index) => ({ accountId, id, name: `Staff ${index}` })),
  })
  await prisma.resource.createMany({
    data: resourceIds.map((id, index) => ({
      accountId,
      id,
      name: `Room ${index}`,
      capacity: options.resources?.[index] ?? 1,
    })),
  })
  await prisma.service.create({
    data: {
      accountId,
      id: serviceId,
      name: 'Cut',
      kind: 'APPOINTMENT',
      durationMinutes: 60,
      priceMinor: 4500,
      ...options.service,
    },
  })
  await prisma.serviceStaff.createMany({
    data: staffIds.map((staffId, position) => ({ accountId, serviceId, staffId, position })),
  })
  await prisma.serviceResource.createMany({
    data: resourceIds.map((resourceId, index) => ({
      accountId,
      serviceId,
      resourceId,
      requirement: index + 1,
    })),
  })
  await prisma.customer.create({ data: { accountId, id: customerId, name: 'Ada Byron' } })
  const viewer = systemViewer([accountId])
  const ctx = { viewer, db, clock, log: pino({ level: 'silent' }) }
  return { accountId, ctx, clock, staffIds, resourceIds, serviceId, customerId }
}

/** A scheduled session of the shop's service, which should be a CLASS. */
export async function schedule(shop: Shop, capacity: number, startsAt: Date): Promise<string> {
  const { accountId, serviceId, ctx } = shop
  const id = newId()
  await ctx.db.prisma.session.create({
    data: {
      accountId,
      id,
      serviceId,
      startsAt,
      endsAt: new Date(startsAt.getTime() + 3_600_000),
      capacity,
    },
  })
  return id
}

/** What createBooking takes, for the shop's customer, with nothing special. */
export function asked(shop: Shop, wish: Partial<NewBooking>): NewBooking {
  return {
    service: { accountId: shop.accountId, id: shop.serviceId },
    startsAt: null,
    staffId: null,
    resourceId: null,
    sessionId: null,
    durationMinutes: null,
    customerId: shop.customerId,
    customer: null,
    partySize: null,
    party: [],
    holdId: null,
    linkId: null,
    timeZone: null,
    notes: null,
    answers: null,
    customFields: null,
    externalRef: null,
    source: 'API',
    idempotencyKey: null,
    ...wish,
  }
}

/** An instant of the shop's first Tuesday, at this UTC hour and minute. */
export function tuesday(hour: number, minute = 0): Date {
  return new Date(Date.UTC(2026, 2, 3, hour, minute))
}
