// Whom a caller wants told goes with the event of the change, and nowhere else.

import { expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday } from '../support/shop.ts'

const app = await testApp()

it('is kept with every change of a booking, and by default nobody is left out', async () => {
  const shop = await openShop(app.db, { staff: 2, service: { requiresConfirmation: true } })
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const serviceId = encodeId('Service', { accountId, id: shop.serviceId })
  const customerId = encodeId('Customer', { accountId, id: shop.customerId })
  const who = { serviceId, customerId }
  const ask = (mutation: string, input: object) => done(app, key, mutation, input)
  const quiet = { notify: { customer: false } }
  const silent = { notify: { customer: false, staff: false } }

  const [first, second] = shop.staffIds
  const { id } = await ask('createBooking', { ...who, startsAt: tuesday(9), ...quiet })
  const { staffId } = await app.db.prisma.booking.findFirstOrThrow({ where: { accountId } })
  const free = (staffId === first ? second : first) ?? ''
  const other = encodeId('StaffMember', { accountId, id: free })
  await ask('rescheduleBooking', { id, startsAt: tuesday(10), ...silent })
  await ask('reassignBooking', { id, staffId: other, ...quiet })
  await ask('updateBooking', { id, notes: 'by the window', ...silent })
  await ask('confirmBooking', { id, ...quiet })
  await ask('cancelBooking', { id, notify: { staff: false } })
  const [item] = await ask('createBookings', {
    customerId,
    items: [{ serviceId, startsAt: tuesday(11) }],
    ...silent,
  })
  await ask('declineBooking', { id: item.id, ...silent })
  const rule = 'FREQ=DAILY;COUNT=1'
  const series = await ask('createBookingSeries', {
    ...who,
    startsAt: tuesday(12),
    rule,
    ...quiet,
  })
  await ask('cancelBookingSeries', { id: series.id, part: 'ALL', ...silent })
  await ask('createBooking', { ...who, startsAt: tuesday(13) })

  const events = await app.db.prisma.event.findMany({
    where: { accountId, subjectType: 'Booking' },
    orderBy: { seq: 'asc' },
  })
  const told = events.map(({ type, about }) => [type, (about as { notify?: object }).notify])
  const [noCustomer, nobody] = [
    { customer: false, staff: true },
    { customer: false, staff: false },
  ]
  expect(told).toEqual([
    ['booking.created', noCustomer],
    ['booking.rescheduled', nobody],
    ['booking.updated', noCustomer],
    ['booking.updated', nobody],
    ['booking.confirmed', noCustomer],
    ['booking.cancelled', { customer: true, staff: false }],
    ['booking.created', nobody],
    ['booking.declined', nobody],
    ['booking.created', noCustomer],
    ['booking.cancelled', nobody],
    ['booking.created', undefined],
  ])
})
