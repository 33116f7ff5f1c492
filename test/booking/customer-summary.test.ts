// What a customer's bookings come to, for every customer of a list by one statement.
import { expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { setBookingStatus } from '../../src/booking/status.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { newId } from '../../src/db/id.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, tuesday } from '../support/shop.ts'

const app = await testApp({ start: '2026-03-02T08:00:00Z' })

it('counts bookings, and tells the last start and the next', async () => {
  const shop = await openShop(app.db)
  const { accountId, ctx, clock, customerId } = shop
  const nobody = newId()
  await app.db.prisma.customer.create({ data: { accountId, id: nobody, name: 'Nobody' } })
  const book = (hour: number, day = 0) => {
    const startsAt = new Date(tuesday(hour).getTime() + day * 86_400_000)
    return createBooking(ctx, asked(shop, { startsAt, customerId }))
  }
  const [missed, , cancelled] = [await book(9), await book(11), await book(13), await book(9, 1)]
  await book(11, 1)
  const plainly = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }
  await cancelBooking(ctx, cancelled!, plainly)
  clock.set(tuesday(12).getTime())
  app.clock.set(tuesday(12).getTime())
  await setBookingStatus(ctx, missed!, 'NO_SHOW', {})
  const { key } = await makeApiKey(app.db, { accountId })
  const fields = 'bookingSummary { count cancelled noShows nextStartsAt previousStartsAt }'
  const { data } = await app.graphql(key, `{ customers { nodes { name ${fields} } } }`)
  expect(data.customers.nodes).toEqual([
    {
      name: 'Ada Byron',
      bookingSummary: {
        count: 5,
        cancelled: 1,
        noShows: 1,
        nextStartsAt: '2026-03-04T09:00:00.000Z',
        previousStartsAt: '2026-03-03T11:00:00.000Z',
      },
    },
    {
      name: 'Nobody',
      bookingSummary: {
        count: 0,
        cancelled: 0,
        noShows: 0,
        nextStartsAt: null,
        previousStartsAt: null,
      },
    },
  ])
})
