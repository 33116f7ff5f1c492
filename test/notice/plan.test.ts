// What an event of a booking means for people, before anything is sent.
import { describe, expect, it } from 'vitest'
import {
  bothOf,
  isCancelled,
  planOf,
  together,
  type Booked,
  type Happened,
} from '../../src/notice/notice.ts'
import { nextTry } from '../../src/time/next-try.ts'
import { HOUR, MINUTE } from '../../src/time/instant.ts'

const now = Date.UTC(2026, 2, 2, 8)
const DAY = 24 * HOUR

const booking = (wish: Partial<Booked> = {}): Booked => ({
  id: 'b',
  status: 'CONFIRMED',
  customerId: 'c',
  startsAt: now + 3 * DAY,
  endsAt: now + 3 * DAY + HOUR,
  reminderMinutes: [1440, 60],
  thanksMinutes: null,
  reminds: true,
  thanks: true,
  ...wish,
})

const event = (type: string, wish: Partial<Happened> = {}): Happened => ({
  id: 'e',
  xid: 1n,
  accountId: 'a',
  type: `booking.${type}`,
  staffIds: ['s'],
  changed: new Set(['status']),
  notify: null,
  ...wish,
})

const said = (happened: Happened, booked = booking()) => {
  const { cancels, adds } = planOf(happened, booked, now)
  return [
    cancels,
    ...adds.map(({ kind, customerId, minutesBefore }) =>
      [kind, customerId ? 'customer' : 'staff', minutesBefore || ''].join(' ').trim(),
    ),
  ]
}

const reminders = ['REMINDER customer 1440', 'REMINDER customer 60']

describe('an event', () => {
  it.each([
    ['created', {}, [null, 'CONFIRMATION customer', 'CONFIRMATION staff', ...reminders]],
    ['created', { status: 'PENDING' }, [null, 'REQUEST customer', 'REVIEW staff']],
    ['created', { status: 'CANCELLED' }, [null]],
    ['confirmed', {}, [null, 'CONFIRMATION customer', ...reminders]],
    ['confirmed', { status: 'CANCELLED' }, [null]],
    ['declined', { status: 'DECLINED' }, ['ALL', 'DECLINED customer']],
    ['cancelled', { status: 'CANCELLED' }, ['ALL', 'CANCELLATION customer', 'CANCELLATION staff']],
    ['completed', { status: 'COMPLETED' }, ['BUT_THANKS']],
    ['no_show', { status: 'NO_SHOW' }, ['ALL']],
    ['paid', {}, [null]],
  ])('booking.%s of %j', (type, wish, expected) => {
    expect(said(event(type), booking(wish))).toEqual(expected)
  })

  it('that changes what people see tells them, and plans reminders anew', () => {
    const changes = ['TIMED', 'CHANGE customer', 'CHANGE staff']
    for (const field of ['startsAt', 'staffId', 'resourceIds', 'sessionId']) {
      const moved = event('rescheduled', { changed: new Set([field]) })
      expect(said(moved)).toEqual([...changes, ...reminders])
      expect(said(moved, booking({ status: 'PENDING' }))).toEqual(changes)
    }
    expect(said(event('updated', { changed: new Set(['notes', 'priceMinor']) }))).toEqual([null])
  })

  it('tells nobody of what has begun, and ends what waits all the same', () => {
    const begun = booking({ startsAt: now, status: 'CANCELLED' })
    expect(said(event('cancelled'), begun)).toEqual(['ALL'])
    expect(said(event('created'), booking({ startsAt: now - 1 }))).toEqual([null])
  })

  it('plans thanks for after the end, anew when it is moved, also while it goes on', () => {
    const thankful = booking({ thanksMinutes: 30 })
    const { adds } = planOf(event('created'), thankful, now)
    expect(adds.find(({ kind }) => kind === 'THANKS')).toMatchObject({
      customerId: 'c',
      dueAt: thankful.endsAt + 30 * MINUTE,
    })
    const moved = event('rescheduled', { changed: new Set(['startsAt']) })
    expect(said(moved, thankful)).toContain('THANKS customer')
    const going = { startsAt: now - MINUTE, endsAt: now + MINUTE }
    expect(said(event('created'), booking({ ...going, thanksMinutes: 0 }))).toEqual([
      null,
      'THANKS customer',
    ])
    const over = { startsAt: now - 2 * MINUTE, endsAt: now - MINUTE }
    expect(said(event('created'), booking({ ...over, thanksMinutes: 0 }))).toEqual([null])
    const silent = { customer: true, staff: true, thanks: false }
    expect(said(event('created', { notify: silent }), thankful)).not.toContain('THANKS customer')
    expect(said(event('created'), booking({ thanksMinutes: 0, status: 'PENDING' }))).not.toContain(
      'THANKS customer',
    )
  })

  it('leaves thanks to whoever came, and only to them', () => {
    const ended = (type: string, status: string) =>
      planOf(event(type), booking({ status, startsAt: now - DAY }), now).cancels
    expect(isCancelled(ended('completed', 'COMPLETED')!, 'THANKS')).toBe(false)
    expect(isCancelled(ended('completed', 'COMPLETED')!, 'REMINDER')).toBe(true)
    expect(isCancelled(ended('no_show', 'NO_SHOW')!, 'THANKS')).toBe(true)
    expect(isCancelled(ended('cancelled', 'CANCELLED')!, 'THANKS')).toBe(true)
    expect([bothOf(undefined, 'TIMED'), bothOf('TIMED', 'BUT_THANKS')]).toEqual(['TIMED', 'ALL'])
  })

  it('plans no reminder whose time has passed', () => {
    const soon = booking({ startsAt: now + 90 * MINUTE })
    expect(said(event('created'), soon).at(-1)).toBe('REMINDER customer 60')
    expect(said(event('created'), soon)).not.toContain('REMINDER customer 1440')
  })

  it('leaves out whom its maker leaves out', () => {
    const quiet = { customer: false, staff: true }
    expect(said(event('created', { notify: quiet }))).toEqual([
      null,
      'CONFIRMATION staff',
      ...reminders,
    ])
    const silent = { customer: false, staff: false, reminders: false }
    expect(said(event('created', { notify: silent }))).toEqual([null])
  })

  it('reminds and thanks as it was said when the booking was made, unless it is said anew', () => {
    const kept = booking({ reminds: false, thanks: false, thanksMinutes: 30 })
    const moved = event('rescheduled', { changed: new Set(['startsAt']) })
    const changes = ['TIMED', 'CHANGE customer', 'CHANGE staff']
    expect(said(moved, kept)).toEqual(changes)
    expect(said(event('confirmed'), kept)).toEqual([null, 'CONFIRMATION customer'])
    const switched = event('updated', { changed: new Set(['reminds']) })
    expect(said(switched, kept)).toEqual(['TIMED'])
    expect(said(switched)).toEqual(['TIMED', ...reminders])
    const anew = { customer: true, staff: true, reminders: true, thanks: true }
    expect(said({ ...moved, notify: anew }, kept)).toEqual([
      'TIMED',
      'THANKS customer',
      ...changes.slice(1),
      ...reminders,
    ])
  })
})

describe('what one transaction tells one person of several bookings', () => {
  it('is one notice; reminders are not', () => {
    const plans = ['1', '2', '3'].flatMap((id) =>
      planOf(event('created', { id }), booking({ id }), now).adds.map((each) => ({
        ...each,
        xid: 1n,
      })),
    )
    const notices = together(plans)
    expect(notices.filter(({ kind }) => kind === 'CONFIRMATION')).toMatchObject([
      { customerId: 'c', bookingIds: ['1', '2', '3'] },
      { staffId: 's', bookingIds: ['1', '2', '3'] },
    ])
    expect(notices.filter(({ kind }) => kind === 'REMINDER')).toHaveLength(6)
  })

  it('of another transaction is another one', () => {
    const plans = [1n, 2n].flatMap((xid) =>
      planOf(event('cancelled'), booking({ status: 'CANCELLED' }), now).adds.map((each) => ({
        ...each,
        xid,
      })),
    )
    expect(together(plans)).toHaveLength(4)
  })
})

it('tries come later and later, and end after a day and a half', () => {
  const tries = [1, 2, 3, 4, 5, 6, 7].map((attempts) => (nextTry(now, attempts) ?? 0) - now)
  expect(tries).toEqual([...tries].toSorted((a, b) => a - b))
  expect(tries.reduce((sum, wait) => sum + wait)).toBe(37 * HOUR + 21 * MINUTE)
  expect(nextTry(now, 8)).toBeNull()
})
