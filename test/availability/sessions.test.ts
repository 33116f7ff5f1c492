// Seats in sessions: the list and the check are one rule.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSession, listSessions } from '../../src/availability/sessions.ts'
import type { SessionQuestion } from '../../src/availability/sessions.ts'
import { DAY, HOUR, MINUTE, parseInstant } from '../../src/time/instant.ts'
import { dayNumber } from '../../src/time/local.ts'
import { dayStart, zoneOf } from '../../src/time/zone.ts'
import { LONG, runs } from '../support/runs.ts'
import { ZONE_DAYS } from '../support/zone-days.ts'
import { isSessionFree } from './oracle.ts'

const now = parseInstant('2026-06-01T10:00:00+01:00')!
const question: SessionQuestion = {
  rules: {
    minNoticeMinutes: 60,
    maxAdvanceDays: 7,
    bookableFromDay: null,
    bookableUntilDay: null,
    minParty: 1,
    maxParty: 6,
  },
  zone: zoneOf('Europe/London'),
  now,
  partySize: 2,
}
const session = { startsAt: now + 5 * HOUR, capacity: 10, seatsTaken: 7 }

describe('a session', () => {
  it('takes a party while it has the seats', () => {
    expect(checkSession(question, session)).toEqual({ ok: true, seatsAvailable: 3 })
    expect(checkSession({ ...question, partySize: 3 }, session)).toEqual({
      ok: true,
      seatsAvailable: 3,
    })
    expect(checkSession({ ...question, partySize: 4 }, session)).toEqual({
      ok: false,
      reason: 'NO_CAPACITY',
      seatsAvailable: 3,
    })
  })

  it('with more seats taken than it has left over has none, not fewer', () => {
    expect(checkSession(question, { ...session, seatsTaken: 12 })).toEqual({
      ok: false,
      reason: 'NO_CAPACITY',
      seatsAvailable: 0,
    })
  })

  it('that has started or is cancelled takes nobody', () => {
    const started = { ...session, startsAt: now }
    expect(checkSession(question, started)).toEqual({ ok: false, reason: 'STARTED', startsAt: now })
    expect(checkSession(question, { ...session, cancelled: true })).toEqual({
      ok: false,
      reason: 'CANCELLED',
    })
  })

  it('keeps to notice, booking window and party size', () => {
    expect(checkSession(question, { ...session, startsAt: now + HOUR - 1 })).toEqual({
      ok: false,
      reason: 'TOO_SOON',
      earliestAt: now + HOUR,
    })
    expect(checkSession(question, { ...session, startsAt: now + HOUR }).ok).toBe(true)
    expect(checkSession(question, { ...session, startsAt: now + 8 * DAY })).toEqual({
      ok: false,
      reason: 'TOO_LATE',
      lastDay: dayNumber('2026-06-08'),
    })
    expect(checkSession({ ...question, partySize: 7 }, session)).toEqual({
      ok: false,
      reason: 'PARTY_TOO_LARGE',
      maxParty: 6,
    })
    expect(checkSession({ ...question, partySize: 0 }, session)).toEqual({
      ok: false,
      reason: 'PARTY_TOO_SMALL',
      minParty: 1,
    })
  })

  it('is listed exactly when it would take the party, in order of start', () => {
    const anySession = fc.record({
      startsAt: fc.integer({ min: -12, max: 240 }).map((hours) => now + hours * HOUR),
      capacity: fc.nat(8),
      seatsTaken: fc.nat(8),
      cancelled: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(anySession), fc.nat(8), (sessions, partySize) => {
        const asked = { ...question, partySize }
        const before = [...sessions]
        const listed = listSessions(asked, sessions)
        expect(sessions).toEqual(before)
        expect(new Set(listed)).toEqual(new Set(sessions.filter((s) => checkSession(asked, s).ok)))
        for (let i = 1; i < listed.length; i++) {
          expect(listed[i]!.startsAt).toBeGreaterThanOrEqual(listed[i - 1]!.startsAt)
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it(
    'is listed exactly when the oracle would let the party in, over changes of clocks',
    () => {
      let listed = 0
      const anyRules = fc.record({
        minNoticeMinutes: fc.constantFrom(0, 60, 1440),
        maxAdvanceDays: fc.constantFrom(null, null, 0, 1, 3),
        bookableFrom: fc.constantFrom(null, null, -1, 0, 1),
        bookableUntil: fc.constantFrom(null, null, 0, 1, 2),
        minParty: fc.constantFrom(1, 2),
        maxParty: fc.constantFrom(null, 4),
      })
      const anySession = fc.record({
        minutes: fc.integer({ min: -2000, max: 5000 }),
        capacity: fc.integer({ min: 1, max: 12 }),
        seatsTaken: fc.nat(8),
        cancelled: fc.constantFrom(false, false, false, true),
      })
      const where = fc.constantFrom(
        ...ZONE_DAYS.flatMap(([zoneName, ...days]) => days.map((day) => ({ zoneName, day }))),
      )
      const anyNow = fc.integer({ min: -3000, max: 1500 })
      fc.assert(
        fc.property(
          where,
          anyRules,
          anyNow,
          fc.integer({ min: 1, max: 5 }),
          fc.array(anySession, { minLength: 10, maxLength: 20 }),
          ({ zoneName, day }, { bookableFrom, bookableUntil, ...rest }, at, partySize, drawn) => {
            const zone = zoneOf(zoneName)
            const focus = dayNumber(day)!
            const start = dayStart(zone, focus)
            const on = (shift: number | null) => (shift === null ? null : focus + shift)
            const rules = {
              ...rest,
              bookableFromDay: on(bookableFrom),
              bookableUntilDay: on(bookableUntil),
            }
            const asking = { rules, zone, now: start + at * MINUTE, partySize }
            const sessions = drawn
              .map(({ minutes, ...seats }) => ({ ...seats, startsAt: start + minutes * MINUTE }))
              .toSorted((a, b) => a.startsAt - b.startsAt)
            const found = listSessions(asking, sessions)
            const free = sessions.filter((each) =>
              isSessionFree(rules, zoneName, asking.now, partySize, each),
            )
            expect(found).toEqual(free)
            listed += found.length
          },
        ),
        runs(),
      )
      expect(listed).toBeGreaterThan(runs().numRuns / 2)
    },
    LONG,
  )
})
