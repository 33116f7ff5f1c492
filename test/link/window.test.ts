// A booking link's own window narrows what is offered and what is booked alike, over the graph and
// over Relentify's dialect, and never widens it.

import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday } from '../support/shop.ts'

const app = await testApp()

const day = (weekday: number, startLocalTime: string, endLocalTime: string, dates = {}) => ({
  weekday,
  startLocalTime,
  endLocalTime,
  ...dates,
})

async function shopWith(window: object, options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, { timeZone: 'Europe/London', ...options })
  const { accountId, serviceId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const input = {
    accountId: encodeId('Account', { accountId, id: accountId }),
    slug: 'mornings',
    title: 'Mornings',
    serviceIds: [encodeId('Service', { accountId, id: serviceId })],
    ...window,
  }
  const make = await change(app, key, 'createBookingLink', input, 'id')
  const linkId: string = make.data?.id
  const offered = async (from: string, days = 1): Promise<string[]> => {
    const document = `query ($id: ID!, $from: LocalDate!, $days: Int) { bookingLink(id: $id) {
      availability(from: $from, days: $days) { slots { startsAt } } } }`
    const { data } = await app.graphql(key, document, { id: linkId, from, days })
    const { slots } = data.bookingLink.availability
    return slots.map(({ startsAt }: { startsAt: string }) => startsAt.slice(0, 16))
  }
  const book = async (startsAt: Date) => {
    const customer = { name: 'Grace Hopper' }
    const booked = await change(
      app,
      key,
      'createLinkBooking',
      { linkId, startsAt, customer },
      'startsAt',
    )
    return booked.code ?? booked.data.startsAt.slice(0, 16)
  }
  const update = (terms: object) =>
    change(app, key, 'updateBookingLink', { id: linkId, ...terms }, 'id version')
  return { ...shop, key, linkId, make, offered, book, update }
}

describe('hours of a link', () => {
  it('narrow what is offered and what is booked, to the minute', async () => {
    const { offered, book } = await shopWith({ hours: [day(2, '10:00', '12:00')] })
    expect(await offered('2026-03-03')).toEqual([
      '2026-03-03T10:00',
      '2026-03-03T10:15',
      '2026-03-03T10:30',
      '2026-03-03T10:45',
      '2026-03-03T11:00',
    ])
    expect(await offered('2026-03-04')).toEqual([])
    expect(await book(tuesday(9, 45))).toBe('OUTSIDE_AVAILABILITY')
    expect(await book(tuesday(11, 15))).toBe('OUTSIDE_AVAILABILITY')
    expect(await book(new Date('2026-03-04T10:00:00Z'))).toBe('OUTSIDE_AVAILABILITY')
    expect(await book(tuesday(11))).toBe('2026-03-03T11:00')
  })

  it('never widen those of service and staff', async () => {
    const { offered, book } = await shopWith({ hours: [day(2, '15:30', '23:00')] })
    expect(await offered('2026-03-03')).toEqual([
      '2026-03-03T15:30',
      '2026-03-03T15:45',
      '2026-03-03T16:00',
    ])
    expect(await book(tuesday(17))).toBe('OUTSIDE_AVAILABILITY')
  })

  it('are wall clock of the account, on both sides of a change of clocks', async () => {
    const { offered } = await shopWith({
      hours: [day(6, '10:00', '11:00'), day(7, '10:00', '11:00')],
    })
    expect(await offered('2026-03-28', 2)).toEqual(['2026-03-28T10:00', '2026-03-29T09:00'])
  })

  it('count from and until the days that they are valid for', async () => {
    const dates = { validFromOn: '2026-03-10', validUntilOn: '2026-03-10' }
    const { offered } = await shopWith({ hours: [day(2, '10:00', '11:00', dates)] })
    expect(await offered('2026-03-03', 28)).toEqual(['2026-03-10T10:00'])
  })

  it('leave a refused start the next ones that lie in them', async () => {
    const { key, linkId } = await shopWith({ hours: [day(2, '10:00', '11:15')] })
    const document = `mutation ($input: CreateLinkBookingInput!) { createLinkBooking(input: $input) {
      ... on OutsideAvailabilityError { message nextSlots { startsAt } } } }`
    const input = { linkId, startsAt: tuesday(9), customer: { name: 'Grace Hopper' } }
    const { data } = await app.graphql(key, document, { input })
    expect(data.createLinkBooking.message).toBe(
      'The time lies outside the hours in which "Cut" is given.',
    )
    const starts = data.createLinkBooking.nextSlots.map(
      (slot: { startsAt: string }) => slot.startsAt,
    )
    expect(starts).toEqual([
      '2026-03-03T10:00:00.000Z',
      '2026-03-03T10:15:00.000Z',
      '2026-03-10T10:00:00.000Z',
      '2026-03-10T10:15:00.000Z',
      '2026-03-17T10:00:00.000Z',
    ])
  })

  it('leave out sessions that do not lie wholly in them', async () => {
    const shop = await shopWith(
      { hours: [day(2, '10:00', '12:00')] },
      { service: { kind: 'CLASS', capacity: 5 } },
    )
    for (const at of [tuesday(9), tuesday(10), tuesday(11), tuesday(11, 30)]) {
      await schedule(shop, 5, at)
    }
    expect(await shop.offered('2026-03-03')).toEqual(['2026-03-03T10:00', '2026-03-03T11:00'])
    expect(await shop.book(tuesday(11, 30))).toBe('OUTSIDE_AVAILABILITY')
    expect(await shop.book(tuesday(9))).toBe('OUTSIDE_AVAILABILITY')
    expect(await shop.book(tuesday(10))).toBe('2026-03-03T10:00')
  })
})

describe('the other ends of a window', () => {
  it('are dates', async () => {
    const window = { bookableFromOn: '2026-03-05', bookableUntilOn: '2026-03-06' }
    const { offered, book } = await shopWith(window)
    const days = new Set((await offered('2026-03-02', 14)).map((start) => start.slice(0, 10)))
    expect([...days]).toEqual(['2026-03-05', '2026-03-06'])
    expect(await book(tuesday(10))).toBe('TOO_SOON')
    expect(await book(new Date('2026-03-07T10:00:00Z'))).toBe('TOO_LATE')
  })

  it('are notice and days ahead, whichever is narrower, of link and service', async () => {
    const service = { minNoticeMinutes: 60, maxAdvanceDays: 30 }
    const { offered, book } = await shopWith(
      { minNoticeMinutes: 2 * 24 * 60, maxAdvanceDays: 3 },
      { service },
    )
    const starts = await offered('2026-03-02', 14)
    expect([starts[0], starts.at(-1)]).toEqual(['2026-03-04T09:00', '2026-03-05T16:00'])
    expect(await book(tuesday(10))).toBe('TOO_SOON')
    expect(await book(new Date('2026-03-06T10:00:00Z'))).toBe('TOO_LATE')
    const wide = await shopWith(
      { minNoticeMinutes: 0, maxAdvanceDays: 300 },
      { service: { ...service, maxAdvanceDays: 1 } },
    )
    expect((await wide.offered('2026-03-02', 14)).at(-1)).toBe('2026-03-03T16:00')
  })
})

describe('a window', () => {
  it('is read as it was given, changed with its event, and taken away', async () => {
    const hours = [day(2, '10:00', '12:00', { validFromOn: '2026-03-01', validUntilOn: null })]
    const { accountId, key, linkId, offered, update } = await shopWith({ hours })
    expect(await update({ hours, bookableUntilOn: null })).toMatchObject({ data: { version: 1 } })
    expect(await update({ maxAdvanceDays: 7 })).toMatchObject({ data: { version: 2 } })
    const document = `query ($id: ID!) { bookingLink(id: $id) {
      hours { weekday startLocalTime endLocalTime validFromOn validUntilOn }
      bookableFromOn bookableUntilOn minNoticeMinutes maxAdvanceDays } }`
    expect((await app.graphql(key, document, { id: linkId })).data.bookingLink).toEqual({
      hours,
      bookableFromOn: null,
      bookableUntilOn: null,
      minNoticeMinutes: 0,
      maxAdvanceDays: 7,
    })
    await update({ hours: [], maxAdvanceDays: null })
    expect((await offered('2026-03-03')).length).toBe(29)
    const where = { accountId, type: 'link.updated' }
    const [first, second] = await app.db.prisma.event.findMany({ where, orderBy: { seq: 'asc' } })
    expect(first?.changes).toEqual([{ field: 'maxAdvanceDays', from: null, to: 7 }])
    expect(second?.changes).toEqual([
      { field: 'hours', from: hours, to: [] },
      { field: 'maxAdvanceDays', from: 7, to: null },
    ])
  })

  it.each([
    [{ hours: [day(8, '10:00', '11:00')] }, 'hours.0.weekday'],
    [{ hours: [day(2, '24:00', '11:00')] }, 'hours.0.startLocalTime'],
    [{ hours: [day(2, '10:00', '12:00'), day(2, '11:00', '13:00')] }, 'hours.1'],
    [
      {
        hours: [
          day(2, '09:00', '10:00', { validFromOn: '2026-03-02', validUntilOn: '2026-03-01' }),
        ],
      },
      'hours.0.validUntilOn',
    ],
    [{ hours: [day(2, '09:00', '10:00', { validFromOn: '1969-01-01' })] }, 'hours.0.validFromOn'],
    [{ bookableFromOn: '2026-03-02', bookableUntilOn: '2026-03-01' }, 'bookableUntilOn'],
    [{ minNoticeMinutes: -1 }, 'minNoticeMinutes'],
    [{ maxAdvanceDays: 3661 }, 'maxAdvanceDays'],
  ])('that cannot be is refused by its field: %j', async (window, path) => {
    const { make } = await shopWith(window)
    expect([make.code, make.path?.join('.')]).toEqual(['VALIDATION_FAILED', path])
  })

  it("holds what comes by Relentify's dialect, too", async () => {
    const { key } = await shopWith({ hours: [day(2, '10:00', '11:15')] })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const base = `${app.url}/relentify/api/v1`
    const listed = await fetch(`${base}/availability?slug=mornings&date=2026-03-03`, { headers })
    const { data } = (await listed.json()) as { data: { slots: { start: string }[] } }
    expect(data.slots.map(({ start }) => start)).toEqual([
      '2026-03-03T10:00:00Z',
      '2026-03-03T10:15:00Z',
    ])
    const post = async (start_time: string) => {
      const contact = { contact_name: 'Alice', contact_email: 'alice@example.com' }
      const body = JSON.stringify({ slug: 'mornings', start_time, ...contact })
      return (await fetch(`${base}/bookings`, { method: 'POST', headers, body })).status
    }
    expect(await post('2026-03-03T12:00:00Z')).toBe(409)
    expect(await post('2026-03-03T10:00:00Z')).toBe(201)
  })
})
