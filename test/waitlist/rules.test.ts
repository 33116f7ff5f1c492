// The rules of the waitlist alone: what can be waited for, what fits, what may free something.

import { describe, expect, it } from 'vitest'
import type { Change } from '../../src/events/event.ts'
import { DAY, HOUR } from '../../src/time/instant.ts'
import {
  endOf,
  fits,
  mayFree,
  offerUntil,
  stretchesOf,
  wishIssues,
} from '../../src/waitlist/waitlist.ts'

const now = Date.UTC(2026, 2, 2, 8)
const at = (hours: number) => new Date(now + hours * HOUR)
const nothing = { sessionId: null, fromAt: null, untilAt: null, staffIds: [], partySize: 1 }
const time = { ...nothing, fromAt: at(1), untilAt: at(3) }
const session = { ...nothing, sessionId: 'yoga' }

describe('a wish', () => {
  it.each([
    ['a time', time, []],
    ['a time that has begun', { ...time, fromAt: at(-1) }, []],
    ['a session', session, []],
    ['nothing', nothing, ['from']],
    ['half a time', { ...time, untilAt: null }, ['to']],
    ['a time that ends before it begins', { ...time, untilAt: at(1) }, ['to']],
    ['a time that is over', { ...time, fromAt: at(-2), untilAt: at(0) }, ['to']],
    ['too long a time', { ...time, untilAt: new Date(now + HOUR + 63 * DAY) }, ['to']],
    ['a session and a time', { ...time, sessionId: 'yoga' }, ['sessionId']],
    ['a session and staff', { ...session, staffIds: ['ada'] }, ['sessionId']],
    ['too many', { ...time, staffIds: Array.from({ length: 51 }, String) }, ['staffIds']],
  ])('for %s', (_name, wish, fields) => {
    expect(wishIssues(wish, now).map(({ path }) => path[0])).toEqual(fields)
  })
})

describe('an offer fits', () => {
  const slot = {
    startsAt: at(2).getTime(),
    staffIds: ['ada'],
    sessionId: null,
    seatsAvailable: null,
  }
  const seats = { ...slot, sessionId: 'yoga', seatsAvailable: 2 }
  it.each([
    ['within the time', time, slot, true],
    ['at its first instant', time, { ...slot, startsAt: at(1).getTime() }, true],
    ['not at its end', time, { ...slot, startsAt: at(3).getTime() }, false],
    ['not before it', time, { ...slot, startsAt: at(1).getTime() - 1 }, false],
    ['with one of the staff', { ...time, staffIds: ['eve', 'ada'] }, slot, true],
    ['not with others', { ...time, staffIds: ['eve'] }, slot, false],
    ['a session that starts then', time, seats, true],
    ['the session', session, seats, true],
    ['not another one', { ...session, sessionId: 'pilates' }, seats, false],
    ['with as many seats', { ...session, partySize: 2 }, seats, true],
    ['not with fewer', { ...session, partySize: 3 }, seats, false],
  ])('%s', (_name, wish, offer, expected) => expect(fits(wish, offer)).toBe(expected))
})

it('stretches of time are joined, begin now and leave out what is over', () => {
  const entry = (from: number, to: number) => ({
    ...nothing,
    fromAt: at(from),
    untilAt: at(to),
    sessionStartsAt: null,
  })
  const entries = [
    entry(-5, -1),
    entry(-1, 2),
    entry(1, 3),
    entry(6, 7),
    { ...session, sessionStartsAt: at(9) },
    { ...session, sessionStartsAt: at(-9) },
  ]
  expect(stretchesOf(entries, now)).toEqual([
    { from: now, to: at(3).getTime() },
    { from: at(6).getTime(), to: at(7).getTime() },
    { from: at(9).getTime(), to: at(9).getTime() + 1 },
  ])
})

describe('an event', () => {
  const told = (type: string, subjectType: string, changes: Change[] = []) =>
    mayFree({ type, subjectType, about: {}, changes })
  it.each([
    ['booking.cancelled', 'Booking', true],
    ['booking.created', 'Booking', false],
    ['hold.expired', 'Hold', true],
    ['hold.placed', 'Hold', false],
    ['block.deleted', 'Block', true],
    ['block.created', 'Block', false],
    ['seatblock.deleted', 'SeatBlock', true],
    ['session.updated', 'Session', true],
    ['availability.changed', 'Availability', true],
    ['customer.updated', 'Customer', false],
    ['waitlist.offered', 'WaitlistEntry', false],
  ])('%s may free something: %s %s', (type, subjectType, expected) =>
    expect(told(type, subjectType)).toBe(expected),
  )
})

it('an offer stands for its time, and not beyond the start', () => {
  expect(offerUntil(now, 60, at(5).getTime())).toEqual(at(1))
  expect(offerUntil(now, 600, at(5).getTime())).toEqual(at(5))
})

it('an offer ends with its hold', () => {
  const hold = (state: 'LIVE' | 'USED' | 'RELEASED' | 'EXPIRED', hours = 1) =>
    endOf({ state, expiresAt: at(hours) }, now)
  expect([hold('LIVE'), hold('LIVE', 0), hold('USED'), hold('RELEASED'), hold('EXPIRED')]).toEqual([
    null,
    'EXPIRED',
    'BOOKED',
    'LEFT',
    'EXPIRED',
  ])
})
