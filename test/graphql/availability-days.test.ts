// What one question about free time may span and list: days, several services and accounts at once,
// the zone of the answer, hours over midnight, and what it says when nothing is free.

import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeApiClient } from '../support/makers.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { asked, openShop, schedule, type Shop, tuesday } from '../support/shop.ts'

const app = await testApp()

const tokenOf = async (...shops: Shop[]) => {
  const accountIds = shops.map(({ accountId }) => accountId)
  return (await makeApiClient(app.db, { accountIds, now: app.clock.now() })).token
}

const serviceOf = ({ accountId, serviceId: id }: Shop) => encodeId('Service', { accountId, id })

const ask = async (shop: Shop, input: object, selection: string) => {
  const document = `query ($input: AvailabilityInput!) { availability(input: $input) { ${selection} } }`
  const variables = { input: { serviceId: serviceOf(shop), from: '2026-03-03', ...input } }
  return app.graphql(await tokenOf(shop), document, variables)
}

describe('one question', () => {
  it('spans 1 to 62 days', async () => {
    const shop = await openShop(app.db, { service: { slotStepMinutes: 480 } })
    const { data } = await ask(shop, { days: 62 }, 'days { date slots { startsAt } }')
    expect(data.availability.days).toHaveLength(62)
    expect(data.availability.days.at(-1)).toEqual({
      date: '2026-05-03',
      slots: [{ startsAt: '2026-05-03T16:00:00.000Z' }],
    })
    for (const days of [0, 63, -1]) {
      const { errors } = await ask(shop, { days }, 'days { date }')
      expect(errors?.[0]).toMatchObject({
        message: `"days" is ${days}; 1 to 62 are allowed.`,
        extensions: { code: 'BAD_USER_INPUT' },
      })
    }
  })

  it('lists at most 10,000 slots, and is refused rather than cut short', async () => {
    const service = { slotStepMinutes: 1, durationMinutes: 1 }
    const shop = await openShop(app.db, { service, hours: [0, 1440] })
    const message = 'There are 89280 slots; one answer lists at most 10000: ask fewer days.'
    const fault = { message, extensions: { code: 'BAD_USER_INPUT' } }
    for (const selection of ['slots { startsAt }', 'days { slots { startsAt } }']) {
      const { data, errors } = await ask(shop, { days: 62 }, selection)
      expect(data).toBeNull()
      expect(errors).toMatchObject([fault])
    }
    const dates = await ask(shop, { days: 62 }, 'days { date }')
    expect(dates.data.availability.days).toHaveLength(62)
    const week = await ask(shop, { days: 6 }, 'slots { startsAt }')
    expect(week.data.availability.slots).toHaveLength(6 * 1440)
  })

  it('says the next slot, also far away, when the asked days have none', async () => {
    const shop = await openShop(app.db, { service: { bookableFromOn: new Date('2026-07-01') } })
    const { data } = await ask(shop, { days: 7 }, 'slots { startsAt } nextAvailable { startsAt }')
    const nextAvailable = { startsAt: '2026-07-01T09:00:00.000Z' }
    expect(data.availability).toEqual({ slots: [], nextAvailable })
    const bookedOut = { bookableFromOn: null, bookableUntilOn: new Date('2026-03-01') }
    await app.db.prisma.service.updateMany({ where: { id: shop.serviceId }, data: bookedOut })
    const none = await ask(shop, { days: 7 }, 'slots { startsAt } nextAvailable { startsAt }')
    expect(none.data.availability).toEqual({ slots: [], nextAvailable: null })
  })

  it('treats the time of the booking that moves as free, in a class its seats', async () => {
    const shop = await openShop(app.db, { service: { slotStepMinutes: 60 } })
    const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(9) }))
    const excludeBooking = encodeId('Booking', booking)
    const first = async (input: object) =>
      (await ask(shop, { days: 1, ...input }, 'slots { startsAt }')).data.availability.slots[0]
    expect(await first({})).toEqual({ startsAt: '2026-03-03T10:00:00.000Z' })
    expect(await first({ excludeBooking })).toEqual({ startsAt: '2026-03-03T09:00:00.000Z' })

    const yoga = await openShop(app.db, { staff: 0, service: { kind: 'CLASS', maxParty: 4 } })
    const sessionId = await schedule(yoga, 2, tuesday(18))
    const seats = await createBooking(yoga.ctx, asked(yoga, { sessionId, partySize: 2 }))
    const left = async (input: object) =>
      (await ask(yoga, { days: 1, ...input }, 'slots { seatsAvailable }')).data.availability.slots
    expect(await left({})).toEqual([])
    expect(await left({ excludeBooking: encodeId('Booking', seats) })).toEqual([
      { seatsAvailable: 2 },
    ])
  })
})

describe('hours over midnight', () => {
  it('are listed on the days on which slots start, in the zone of the asker', async () => {
    const service = { slotStepMinutes: 60 }
    const shop = await openShop(app.db, { service, hours: [1380, 1500] })
    const dates = 'timeZone days { date slots { startsAt } }'
    const here = (await ask(shop, { days: 2 }, dates)).data.availability
    expect(here).toEqual({
      timeZone: 'UTC',
      days: [
        {
          date: '2026-03-03',
          slots: [
            { startsAt: '2026-03-03T00:00:00.000Z' },
            { startsAt: '2026-03-03T23:00:00.000Z' },
          ],
        },
        {
          date: '2026-03-04',
          slots: [
            { startsAt: '2026-03-04T00:00:00.000Z' },
            { startsAt: '2026-03-04T23:00:00.000Z' },
          ],
        },
      ],
    })
    const there = await ask(shop, { days: 1, timeZone: 'America/New_York' }, dates)
    expect(there.data.availability).toEqual({
      timeZone: 'America/New_York',
      days: [
        {
          date: '2026-03-03',
          slots: [
            { startsAt: '2026-03-03T23:00:00.000Z' },
            { startsAt: '2026-03-04T00:00:00.000Z' },
          ],
        },
      ],
    })
  })
})
