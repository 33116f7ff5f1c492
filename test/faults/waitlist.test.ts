// Processes that look after a waitlist are killed in the middle of it: whatever comes free is
// offered once, to those who came first, and nothing is forgotten. ROUNDS says how often.
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { HOUR } from '../../src/time/instant.ts'
import { joinWaitlist } from '../../src/waitlist/waitlist.actions.ts'
import { testDatabase } from '../support/database.ts'
import { asked, openShop } from '../support/shop.ts'
import { becomes } from '../webhook/delivering.ts'
import { rounds, startServer } from './servers.ts'

const kills = rounds(3)
const freedByRound = 4

const db = await testDatabase()

it(
  'servers that are killed while they offer forget nobody and offer nothing twice',
  async () => {
    const shop = await openShop(db, { hours: [0, 1440] })
    const { accountId, customerId, serviceId } = shop
    const ctx = { ...shop.ctx, clock: { now: () => Date.now() } }
    const first = (Math.ceil(Date.now() / HOUR) + 48) * HOUR
    const count = kills * freedByRound
    const bookings = []
    for (let nth = 0; nth < count; nth += 1) {
      const startsAt = new Date(first + nth * HOUR)
      bookings.push(await createBooking(ctx, asked(shop, { startsAt })))
    }
    const entries = []
    for (let nth = 0; nth < count + 5; nth += 1) {
      const wish = {
        service: { accountId, id: serviceId },
        sessionId: null,
        fromAt: new Date(first),
        untilAt: new Date(first + count * HOUR),
        staffIds: [],
        partySize: 1,
      }
      const who = { customerId, customer: null, idempotencyKey: null }
      entries.push(await joinWaitlist(ctx, { ...wish, ...who }))
    }
    const variables = { DATABASE_URL: db.url }
    const servers = await Promise.all([startServer(variables), startServer(variables)])
    const plain = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }
    for (let round = 0; round < kills; round += 1) {
      const doomed = round % 2
      const freed = bookings.slice(round * freedByRound, (round + 1) * freedByRound)
      const cancelled = freed.map(async (booking) => {
        await delay(Math.random() * 300)
        await cancelBooking(ctx, booking, plain)
      })
      await delay(Math.random() * 400)
      servers[doomed]?.program.kill('SIGKILL')
      await servers[doomed]?.program.ended
      await Promise.all(cancelled)
      servers[doomed] = await startServer(variables)
    }
    const where = { accountId, state: 'OFFERED' as const }
    await becomes(
      () => db.prisma.waitlistEntry.count({ where }),
      (offered) => offered >= count,
    )
    const orderBy = { serial: 'asc' as const }
    const rows = await db.prisma.waitlistEntry.findMany({ where: { accountId }, orderBy })
    expect(rows.map(({ state }) => state)).toEqual(
      entries.map((_, nth) => (nth < count ? 'OFFERED' : 'WAITING')),
    )
    const holds = await db.prisma.hold.findMany({ where: { accountId } })
    expect(holds.map(({ startsAt }) => startsAt.getTime()).toSorted()).toEqual(
      bookings.map(({ startsAt }) => startsAt.getTime()),
    )
    const events = await db.prisma.event.findMany({
      where: { accountId, type: 'waitlist.offered' },
    })
    expect(events.map(({ subjectId }) => subjectId).toSorted()).toEqual(
      entries.slice(0, count).map(({ id }) => id),
    )
  },
  120_000 + kills * 30_000,
)
