// Seats in sessions: the list and the check are one rule.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSession, listSessions } from '../../src/availability/sessions.ts'
import type { SessionQuestion } from '../../src/availability/sessions.ts'
import { DAY, HOUR, parseInstant } from '../../src/time/instant.ts'
import { dayNumber } from '../../src/time/local.ts'
import { zoneOf } from '../../src/time/zone.ts'

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
})
