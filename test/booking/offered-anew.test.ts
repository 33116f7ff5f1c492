// What is remembered of earlier questions is never shown when it is out of date: two instances
// change and ask in turns, and each answer is the one that somebody gets who remembers nothing.

import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { loadOffers } from '../../src/availability/availability.data.ts'
import { createBlock, deleteBlock } from '../../src/availability/block.actions.ts'
import { replaceBusyTimes } from '../../src/availability/busy-times.actions.ts'
import { setWorkingHours } from '../../src/availability/hours.actions.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import type { ActionContext } from '../../src/context.ts'
import { openDatabase } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import { Refused } from '../../src/errors.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { updateService } from '../../src/service/service.actions.ts'
import { archiveStaffMember } from '../../src/staff/staff.actions.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { serveApp, testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { LONG, runs } from '../support/runs.ts'
import { asked, monday, openShop, type Shop } from '../support/shop.ts'

const start = new Date(monday).toISOString()
const one = await testApp({ start })
const second = await openDatabase(one.db.url)
afterAll(() => second.close())
const apps = [one, await serveApp(second, { start })] as const

const from = Date.UTC(2026, 2, 2)
const days = 3

type World = {
  shop: Shop
  bookings: string[]
  blocks: string[]
}

const kinds = 'book book book move cancel hours block unblock busy hold length wait leave'

const step = fc.record({
  kind: fc.constantFrom(...kinds.split(' ')),
  app: fc.constantFrom(0, 1),
  minute: fc.integer({ min: 0, max: days * 96 - 1 }).map((quarter) => quarter * 15),
  which: fc.nat(7),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const change: Record<string, (ctx: ActionContext, world: World, step: Step) => Promise<unknown>> = {
  book: async (ctx, { shop, bookings }, { minute }) => {
    const booking = await createBooking(ctx, asked(shop, { startsAt: at(minute) }))
    bookings.push(booking.id)
  },
  move: async (ctx, { shop, bookings }, { minute, which }) => {
    const id = bookings[which % bookings.length]
    if (!id) return
    const still = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
    const move = { ...still, startsAt: at(minute), expectedVersion: null }
    await rescheduleBooking(ctx, { accountId: shop.accountId, id }, move)
  },
  cancel: async (ctx, { shop, bookings }, { which }) => {
    const id = bookings[which % bookings.length]
    if (!id) return
    const cancellation = { refund: null, reason: null, expectedVersion: null, idempotencyKey: null }
    await cancelBooking(ctx, { accountId: shop.accountId, id }, cancellation)
  },
  hours: (ctx, world, { which }) =>
    setWorkingHours(ctx, staffOf(world, which), [
      {
        weekday: 1 + (which % 3),
        validFrom: null,
        validUntil: null,
        startLocalTime: '08:00',
        endLocalTime: `1${which}:15`,
      },
    ]),
  block: async (ctx, { shop, blocks }, { minute, which }) => {
    const times = { startsAt: at(minute), endsAt: at(minute + 45) }
    const staffIds = shop.staffIds.slice(which % 2)
    const block = { ...times, staffIds, resourceIds: [], reason: null }
    blocks.push((await createBlock(ctx, shop.accountId, block)).id)
  },
  unblock: async (ctx, { shop, blocks }) => {
    const id = blocks.pop()
    if (id) await deleteBlock(ctx, { accountId: shop.accountId, id })
  },
  busy: (ctx, world, { minute, which }) => {
    const periods = [{ startsAt: +at(minute), endsAt: +at(minute + 90), externalId: null }]
    const window = { from, to: from + (days + 1) * DAY }
    return replaceBusyTimes(ctx, staffOf(world, which), { calendar: 'work', ...window, periods })
  },
  hold: (ctx, { shop }, { minute }) => {
    const hold = { partySize: 1, ttlSeconds: 240, replaces: null }
    return placeHold(ctx, { ...asked(shop, { startsAt: at(minute) }), ...hold })
  },
  length: (ctx, { shop }, { which }) => {
    const key = { accountId: shop.accountId, id: shop.serviceId }
    return updateService(ctx, key, { durationMinutes: 30 + which * 5, bufferAfterMinutes: which })
  },
  // Nothing is written when a hold runs out.
  wait: async (_ctx, { shop }) => {
    for (const { clock } of [...apps, shop]) clock.advance(150_000)
  },
  leave: (ctx, { shop }, { which }) =>
    archiveStaffMember(ctx, { accountId: shop.accountId, id: shop.staffIds[which % 8] ?? newId() }),
}

const at = (minute: number) => new Date(from + minute * MINUTE)

function staffOf({ shop }: World, which: number) {
  const { accountId, staffIds } = shop
  const id = staffIds[which % staffIds.length] ?? ''
  return { model: 'StaffMember' as const, accountId, id, path: 'staffId' }
}

async function run(world: World, each: Step): Promise<void> {
  const { db } = apps[each.app]!
  try {
    await change[each.kind]!({ ...world.shop.ctx, db }, world, each)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
  }
}

let asking = 0

/** Asked of another first day and without a booking that there never was: nobody ever did. */
async function askedAnew({ accountId, serviceId, clock }: Shop) {
  asking += 1
  const question = {
    services: [{ accountId, id: serviceId }],
    now: clock.now(),
    partySize: 1,
    durationMinutes: null,
    staffIds: null,
    resourceIds: null,
    exceptBookingId: newId(),
  }
  const offers = await loadOffers(one.db, question, from - asking * DAY, from + days * DAY)
  return (offers.get(serviceId) ?? []).map(({ startsAt, endsAt, staffIds }) => ({
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    staff: staffIds.map((id) => ({ id: encodeId('StaffMember', { accountId, id }) })),
  }))
}

const document = `query ($input: AvailabilityInput!) {
  availability(input: $input) { slots { startsAt endsAt staff { id } } } }`
const onlySent = document.replace(' staff { id }', '')

it('an answer holds what any instance has written before it', { timeout: LONG }, async () => {
  let answers = 0
  let changes = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const shop = await openShop(one.db, { staff: 2, hours: [480, 900] })
      for (const { clock } of [...apps, shop]) clock.set(monday)
      const { accountId, serviceId: id } = shop
      const { key } = await makeApiKey(one.db, { accountId })
      const input = { serviceId: encodeId('Service', { accountId, id }), from: '2026-03-02', days }
      const world: World = { shop, bookings: [], blocks: [] }
      let before = ''
      for (const each of steps) {
        await run(world, each)
        const expected = await askedAnew(shop)
        for (const app of apps) {
          const { data } = await app.graphql(key, document, { input })
          expect(data.availability.slots).toEqual(expected)
          const short = await app.graphql(key, onlySent, { input })
          expect(short.data.availability.slots).toEqual(
            expected.map(({ startsAt, endsAt }) => ({ startsAt, endsAt })),
          )
          answers += 1
        }
        const shown = JSON.stringify(expected)
        if (shown !== before) changes += 1
        before = shown
      }
    }),
    runs(0.08),
  )
  // Of the steps, which are half as many, a third change what is free.
  expect(changes).toBeGreaterThan(answers / 6)
})
