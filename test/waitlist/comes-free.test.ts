// Everything by which something can come free reaches who waits for it.

import { expect, it } from 'vitest'
import { createBlock, deleteBlock, updateBlock } from '../../src/availability/block.actions.ts'
import { createAvailabilityException } from '../../src/availability/hours.actions.ts'
import { placeHold, releaseHold } from '../../src/booking/hold.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { updateService } from '../../src/service/service.actions.ts'
import { createSeatBlock, deleteSeatBlock } from '../../src/session/seat-block.actions.ts'
import { createSession, updateSession } from '../../src/session/session.actions.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { testDatabase } from '../support/database.ts'
import { asked, schedule, tuesday } from '../support/shop.ts'
import { openWaiting, startWaiting } from './waiting.ts'

const db = await testDatabase()

type Place = Awaited<ReturnType<typeof openWaiting>>

/** What is in the way of ten o’clock, and what takes it away. */
type Way<More extends unknown[] = []> = [
  string,
  (place: Place, ...more: More) => Promise<() => Promise<unknown>>,
]

const hold = (place: Place) =>
  placeHold(place.ctx, {
    ...asked(place.shop, { startsAt: tuesday(10) }),
    partySize: 1,
    ttlSeconds: 900,
    replaces: null,
  })

const block = ({ ctx, accountId, staffIds }: Place) => {
  const times = { startsAt: tuesday(9), endsAt: tuesday(12), reason: null }
  return createBlock(ctx, accountId, { ...times, staffIds, resourceIds: [] })
}

const ways: Way[] = [
  [
    'a booking that moves',
    async (place) => {
      const booking = await place.book({ startsAt: tuesday(10) })
      const nobody = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
      const to = { ...nobody, startsAt: tuesday(14), expectedVersion: null }
      return () => rescheduleBooking(place.ctx, booking, to)
    },
  ],
  [
    'a hold that is given up',
    async (place) => {
      const held = await hold(place)
      return () => releaseHold(place.ctx, held)
    },
  ],
  [
    'a hold that runs out',
    async (place) => {
      await hold(place)
      return () => place.pass(15 * MINUTE)
    },
  ],
  [
    'a block that is deleted',
    async (place) => {
      const taken = await block(place)
      return () => deleteBlock(place.ctx, taken)
    },
  ],
  [
    'a block that moves',
    async (place) => {
      const taken = await block(place)
      return () => updateBlock(place.ctx, taken, { startsAt: tuesday(11) })
    },
  ],
  [
    'a day that was closed',
    async ({ ctx, accountId }) => {
      await db.prisma.workingHours.deleteMany({ where: { accountId, weekday: 2 } })
      const day = Math.floor(tuesday(0).getTime() / DAY)
      const times = { startLocalTime: '10:00', endLocalTime: '11:00', reason: null }
      const owner = { accountId, id: accountId, model: 'Account', path: 'accountId' } as const
      return () => createAvailabilityException(ctx, owner, { kind: 'OPEN', day, ...times })
    },
  ],
  [
    'a service with less notice',
    async ({ ctx, accountId, serviceId }) => {
      const key = { accountId, id: serviceId }
      await updateService(ctx, key, { minNoticeMinutes: 2 * 1440 })
      return () => updateService(ctx, key, { minNoticeMinutes: 0 })
    },
  ],
]

it.each(ways)('time comes free by %s', async (_name, hinder) => {
  const place = await openWaiting(db)
  await startWaiting(db, place.ctx)
  const free = await hinder(place)
  const entry = await place.joinAt(tuesday(10))
  expect(await place.states(entry)).toEqual(['WAITING'])
  await free()
  await place.comes(entry, 'OFFERED')
})

const seatWays: Way<[string]>[] = [
  [
    'seats that are set aside no more',
    async ({ ctx, accountId }, id) => {
      const taken = await createSeatBlock(ctx, { accountId, id }, { seats: 2, reason: null })
      return () => deleteSeatBlock(ctx, taken)
    },
  ],
  [
    'a session that grows',
    async (place, id) => {
      await place.book({ sessionId: id, partySize: 2 })
      return () => updateSession(place.ctx, { accountId: place.accountId, id }, { capacity: 3 })
    },
  ],
  [
    'a party that shrinks',
    async (place, id) => {
      const booking = await place.book({ sessionId: id, partySize: 2 })
      return () => updateBooking(place.ctx, booking, { partySize: 1 })
    },
  ],
]

const classes = { staff: 0, service: { kind: 'CLASS' as const, maxParty: 4 } }

it.each(seatWays)('seats come free by %s', async (_name, hinder) => {
  const place = await openWaiting(db, classes)
  await startWaiting(db, place.ctx)
  const sessionId = await schedule(place.shop, 2, tuesday(10))
  const free = await hinder(place, sessionId)
  const entry = await place.join({ sessionId })
  expect(await place.states(entry)).toEqual(['WAITING'])
  await free()
  await place.comes(entry, 'OFFERED')
})

it('seats come free by a session that is added', async () => {
  const place = await openWaiting(db, classes)
  await startWaiting(db, place.ctx)
  const entry = await place.join({ fromAt: tuesday(9), untilAt: tuesday(12) })
  expect(await place.states(entry)).toEqual(['WAITING'])
  const service = { accountId: place.accountId, id: place.serviceId }
  const { id } = await createSession(place.ctx, service, { startsAt: tuesday(10), capacity: 1 })
  expect((await place.comes(entry, 'OFFERED')).hold?.sessionId).toBe(id)
})
