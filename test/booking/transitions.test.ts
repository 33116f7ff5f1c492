// The state machine of a booking, whole: every pair of statuses is legal, or refused with from, to
// and why.

import { describe, expect, it } from 'vitest'
import {
  attendanceFault,
  refusedEdit,
  refusedTransition,
  type BookingStatus,
} from '../../src/booking/booking.ts'

const statuses = [
  'PENDING',
  'CONFIRMED',
  'DECLINED',
  'CANCELLED',
  'COMPLETED',
  'NO_SHOW',
] as const satisfies BookingStatus[]

const startsAt = new Date('2026-03-03T10:00:00Z')
const booking = (status: BookingStatus) => ({ number: 'K7M4QXB', status, startsAt })
const before = startsAt.getTime() - 1
const after = startsAt.getTime()

const sentences = (now: number) =>
  Object.fromEntries(
    statuses.flatMap((from) =>
      statuses.map((to) => {
        const refusal = refusedTransition(booking(from), to, now)
        return [`${from} to ${to}`, refusal && `${refusal.code}: ${refusal.message}`]
      }),
    ),
  )

const never = (from: string, to: string, next: string) =>
  `ILLEGAL_TRANSITION: Booking K7M4QXB is ${from} and cannot become ${to}; it can become ${next}.`

describe('a booking that has started', () => {
  it('goes only where its status leads, and each refusal says from, to and why', () => {
    const next = {
      PENDING: 'CONFIRMED or DECLINED or CANCELLED',
      CONFIRMED: 'CANCELLED or COMPLETED or NO_SHOW',
      DECLINED: 'nothing else',
      CANCELLED: 'nothing else',
      COMPLETED: 'NO_SHOW',
      NO_SHOW: 'COMPLETED',
    }
    const expected = Object.fromEntries(
      statuses.flatMap((from) =>
        statuses.map((to) => [
          `${from} to ${to}`,
          next[from].split(' or ').includes(to) ? null : never(from, to, next[from]),
        ]),
      ),
    )
    const already = 'ALREADY_CANCELLED: Booking K7M4QXB is cancelled already.'
    expect(sentences(after)).toEqual({ ...expected, 'CANCELLED to CANCELLED': already })
  })

  it('carries from and to in every refusal', () => {
    const pairs = statuses.flatMap((from) => statuses.map((to) => ({ from, to })))
    const refusals = pairs.map(({ from, to }) => refusedTransition(booking(from), to, after))
    const said = refusals.map((refusal) => refusal && { from: refusal.from, to: refusal.to })
    expect(said).toEqual(pairs.map((pair, index) => refusals[index] && pair))
    expect(said.filter((pair) => pair === null)).toHaveLength(8)
  })
})

describe('a booking that has not started', () => {
  it('is neither attended nor missed, and everything else is as after its start', () => {
    const early = (to: string) =>
      'ILLEGAL_TRANSITION: Booking K7M4QXB starts at 2026-03-03T10:00:00.000Z and cannot become ' +
      `${to} before it has started.`
    expect(sentences(before)).toEqual({
      ...sentences(after),
      'CONFIRMED to COMPLETED': early('COMPLETED'),
      'CONFIRMED to NO_SHOW': early('NO_SHOW'),
      'COMPLETED to NO_SHOW': early('NO_SHOW'),
      'NO_SHOW to COMPLETED': early('COMPLETED'),
    })
  })
})

describe('an edit', () => {
  const refused = (moves: boolean) =>
    statuses.map((status) => refusedEdit(booking(status), moves)?.message ?? null)

  it('changes words until a booking is declined or cancelled', () => {
    expect(refused(false)).toEqual([
      null,
      null,
      'Booking K7M4QXB is DECLINED and cannot be changed.',
      'Booking K7M4QXB is cancelled and cannot be changed.',
      null,
      null,
    ])
  })

  it('moves only what is still to come', () => {
    expect(refused(true)).toEqual([
      null,
      null,
      'Booking K7M4QXB is DECLINED and cannot be moved.',
      'Booking K7M4QXB is cancelled and cannot be changed.',
      'Booking K7M4QXB is COMPLETED and cannot be moved.',
      'Booking K7M4QXB is NO_SHOW and cannot be moved.',
    ])
  })
})

describe('attendance', () => {
  it('is at least one head and at most the party', () => {
    expect([0, 1, 3, 4].map((attended) => attendanceFault(attended, 3))).toEqual([
      'Nobody came: mark it as a no-show instead.',
      null,
      null,
      '4 cannot come of a party of 3.',
    ])
  })
})
