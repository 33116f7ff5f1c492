// Which services and which days an event is said to touch: never one too few.
import { describe, expect, it } from 'vitest'
import {
  isTaking,
  spansOf,
  touchedDays,
  touches,
  type ServiceLinks,
} from '../../src/availability/touch.ts'
import type { About, Change } from '../../src/events/event.ts'
import { dayName, dayNumber } from '../../src/time/local.ts'
import { zoneOf } from '../../src/time/zone.ts'

const links: ServiceLinks = {
  accountId: 'account',
  serviceId: 'cut',
  timeZone: 'Europe/London',
  staffIds: ['ada', 'bob'],
  resourceIds: ['chair'],
  rivalIds: ['shave'],
  reachMinutes: 60,
}

const told = (type: string, subjectType: string, about: About = {}, changes: Change[] = []) => ({
  type,
  subjectType,
  about,
  changes,
})

const change = (field: string, from: unknown = null, to: unknown = null) => ({ field, from, to })

describe('an event changes free times', () => {
  it.each([
    ['a booking that is made', told('booking.created', 'Booking'), true],
    ['one that is cancelled', told('booking.cancelled', 'Booking'), true],
    ['one that is paid', told('booking.paid', 'Booking', {}, [change('amountPaidMinor')]), false],
    ['one with a note', told('booking.updated', 'Booking', {}, [change('notes')]), false],
    ['one for more people', told('booking.updated', 'Booking', {}, [change('partySize')]), true],
    ['a hold', told('hold.expired', 'Hold'), true],
    ['a block', told('block.updated', 'Block'), true],
    ['seats that are set aside', told('seatblock.created', 'SeatBlock'), true],
    [
      'an account with another name',
      told('account.updated', 'Account', {}, [change('name')]),
      false,
    ],
    ['one in another zone', told('account.updated', 'Account', {}, [change('timeZone')]), true],
    ['a customer', told('customer.created', 'Customer'), false],
    ['a key', told('key.revoked', 'ApiKey'), false],
  ])('%s', (_name, event, expected) => expect(isTaking(event)).toBe(expected))
})

describe('a service is touched', () => {
  it.each([
    ['by its own bookings', 'Booking', { serviceId: 'cut' }, true],
    ['by its staff at another service', 'Booking', { serviceId: 'dye', staffIds: ['bob'] }, true],
    ['not by other staff', 'Booking', { serviceId: 'dye', staffIds: ['eve'] }, false],
    [
      'by a service that takes its chair',
      'Booking',
      { serviceId: 'shave', staffIds: ['eve'] },
      true,
    ],
    ['not by the terms of that', 'Service', { serviceId: 'shave' }, false],
    ['by holds, which do not say whose they are', 'Hold', { serviceId: 'dye' }, true],
    ['by hours of the account', 'Availability', {}, true],
    ['by hours of its staff', 'Availability', { staffIds: ['ada'] }, true],
    ['not by hours of others', 'Availability', { staffIds: ['eve'] }, false],
    ['not by hours of another service', 'Availability', { serviceId: 'dye' }, false],
    ['by its chair', 'Resource', { resourceIds: ['chair'] }, true],
    ['not by another room', 'Resource', { resourceIds: ['sofa'] }, false],
  ])('%s', (_name, subjectType, about, expected) => {
    expect(touches(links, told('a.thing', subjectType, about))).toBe(expected)
  })
})

describe('the days', () => {
  const first = dayNumber('2026-03-02') ?? 0
  const zone = zoneOf('Europe/London')
  const days = (event: Parameters<typeof spansOf>[0], at: [string, string] | null = null) => {
    const standing = at && { startsAt: new Date(at[0]), endsAt: new Date(at[1]) }
    return touchedDays(spansOf(event, standing), links, zone, first, 7).map(dayName)
  }
  const all = [2, 3, 4, 5, 6, 7, 8].map((day) => `2026-03-0${day}`)
  const busy = (startsAt: string, endsAt: string) =>
    told('availability.changed', 'Availability', {}, [change('busy', null, { startsAt, endsAt })])

  it('are those of the booking', () => {
    const at: [string, string] = ['2026-03-04T12:00:00Z', '2026-03-04T13:00:00Z']
    expect(days(told('booking.cancelled', 'Booking'), at)).toEqual(['2026-03-04'])
  })

  it('are both of a booking that moved', () => {
    const moved = told('booking.rescheduled', 'Booking', {}, [
      change('startsAt', '2026-03-03T12:00:00.000Z', '2026-03-06T12:00:00.000Z'),
      change('endsAt', '2026-03-03T13:00:00.000Z', '2026-03-06T13:00:00.000Z'),
    ])
    const at: [string, string] = ['2026-03-06T12:00:00Z', '2026-03-06T13:00:00Z']
    expect(days(moved, at)).toEqual(['2026-03-03', '2026-03-06'])
  })

  it('go over midnight as far as a start can be in the way', () => {
    const at: [string, string] = ['2026-03-05T00:30:00Z', '2026-03-05T01:00:00Z']
    expect(days(told('booking.created', 'Booking'), at)).toEqual(['2026-03-04', '2026-03-05'])
  })

  it('are local ones', () => {
    // Eleven in the evening of the 5th in New York.
    const at = { startsAt: new Date('2026-03-06T04:00Z'), endsAt: new Date('2026-03-06T04:30Z') }
    const spans = spansOf(told('booking.created', 'Booking'), at)
    const found = touchedDays(spans, { reachMinutes: 0 }, zoneOf('America/New_York'), first, 7)
    expect(found.map(dayName)).toEqual(['2026-03-05'])
  })

  it('are those of the session whose seats are set aside', () => {
    const at: [string, string] = ['2026-03-04T12:00:00Z', '2026-03-04T13:00:00Z']
    expect(days(told('seatblock.deleted', 'SeatBlock'), at)).toEqual(['2026-03-04'])
  })

  it('are those that a block takes, and those that it took', () => {
    const [start, end] = ['2026-03-03T22:00:00.000Z', '2026-03-05T09:00:00.000Z']
    const made = [change('startsAt', null, start), change('endsAt', null, end)]
    const standing: [string, string] = [start, end]
    expect(days(told('block.created', 'Block', {}, made), standing)).toEqual(all.slice(1, 4))
    const gone = [change('startsAt', start), change('endsAt', end)]
    expect(days(told('block.deleted', 'Block', {}, gone))).toEqual(all.slice(1, 4))
    const shorter = [change('endsAt', '2026-03-08T09:00:00.000Z', end)]
    expect(days(told('block.updated', 'Block', {}, shorter), standing)).toEqual(all.slice(1))
    expect(days(told('block.updated', 'Block', {}, [change('staffIds')]), standing)).toEqual(
      all.slice(1, 4),
    )
  })

  it('are those of a calendar, and around those of an exception', () => {
    expect(days(busy('2026-03-03T22:00:00Z', '2026-03-05T09:00:00Z'))).toEqual(all.slice(1, 4))
    const exception = change('exception', { on: '2026-03-05' })
    const event = told('availability.changed', 'Availability', {}, [exception])
    expect(days(event)).toEqual(all.slice(2, 6))
  })

  it('are none of what lies outside', () => {
    expect(days(busy('2026-04-03T22:00:00Z', '2026-04-05T09:00:00Z'))).toEqual([])
  })

  it('are all where it cannot be told', () => {
    expect(days(told('service.updated', 'Service'))).toEqual(all)
    expect(days(told('hold.released', 'Hold'))).toEqual(all)
    const hours = change('workingHours', [], [{ weekday: 1 }])
    expect(days(told('availability.changed', 'Availability', {}, [hours]))).toEqual(all)
  })
})
