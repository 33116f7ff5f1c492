// The checker finds what it is there to find: a history without a fault passes, and each fault that
// is planted into it is named.
import { describe, expect, it } from 'vitest'
import { toldBookingFields } from '../../src/booking/booking.events.ts'
import { faultsOf, type BookingRow, type EventRow, type Rows } from './checker.ts'
import type { Answer, Call, Told } from './history.ts'

type World = { rows: Rows; calls: Call[] }

const at = (hour: number, minute = 0) => new Date(Date.UTC(2026, 2, 3, hour, minute)).toISOString()

const told = (id: string, more: Partial<Told> = {}): Told => ({
  id,
  version: 1,
  status: 'CONFIRMED',
  startsAt: at(10),
  endsAt: at(11),
  staffId: 'ann',
  sessionId: null,
  partySize: 1,
  externalRef: `key ${id}`,
  notes: null,
  ...more,
})

const row = (booking: Told): BookingRow => ({
  ...booking,
  accountId: 'account',
  serviceId: 'cut',
  seriesId: null,
})

function event(before: Told | null, after: Told, type: string): EventRow {
  const [from, to] = [before && row(before), row(after)]
  const changes = toldBookingFields.flatMap((field) => {
    const change = { field, from: from?.[field] ?? null, to: to[field] ?? null }
    return change.from === change.to ? [] : [change]
  })
  const { id, version } = after
  const eventId = `${id} ${version}`
  const subject = { subjectType: 'Booking', subjectId: id, subjectVersion: version }
  return { id: eventId, type, ...subject, changes }
}

const taken = ({ id, staffId, startsAt, endsAt, status }: Told) => ({
  id: `time of ${id}`,
  staffId,
  resourceId: null,
  unit: 0,
  startsAt: new Date(Date.parse(startsAt) - 10 * 60_000).toISOString(),
  endsAt: new Date(Date.parse(endsAt) + 5 * 60_000).toISOString(),
  active: status === 'CONFIRMED',
  bookingId: id,
  holdId: null,
})

const done = (...bookings: Told[]): Answer => ({
  kind: 'DONE',
  id: bookings[0]?.id ?? '',
  bookings,
})
const unknown: Answer = { kind: 'UNKNOWN', why: 'no answer' }
const refused = (code: string): Answer => ({ kind: 'REFUSED', code })

let clock = 0
const call = (asked: string, input: Call['input'], answer: Answer): Call => {
  const { idempotencyKey } = input
  const key = typeof idempotencyKey === 'string' ? idempotencyKey : null
  return { by: 'client', asked, input, key, startedAt: (clock += 1), endedAt: (clock += 1), answer }
}

const booked = ({ id, startsAt, staffId }: Told, answer: Answer) =>
  call('createBooking', { startsAt, staffId, idempotencyKey: `key ${id}` }, answer)

// One booking was made at the second saying and moved; one was made and cancelled; one has a seat.
function sound(): World {
  const a1 = told('a')
  const a2 = { ...a1, version: 2, startsAt: at(14), endsAt: at(15) }
  const b1 = told('b', { startsAt: at(16), endsAt: at(17) })
  const b2 = { ...b1, version: 2, status: 'CANCELLED' }
  const c1 = told('c', { sessionId: 'yoga', staffId: null, partySize: 2 })
  const rows: Rows = {
    services: [{ id: 'cut', bufferBeforeMinutes: 10, bufferAfterMinutes: 5 }],
    bookings: [a2, b2, c1].map(row),
    occupancies: [a2, b2].map(taken),
    sessions: [{ id: 'yoga', capacity: 3, seatsTaken: 2, seatsHeld: 0 }],
    holds: [],
    blocks: [],
    series: [],
    keys: ['a', 'b', 'c'].map((id) => ({ key: `key ${id}`, operation: 'create', resultId: id })),
    events: [
      event(null, a1, 'booking.created'),
      event(a1, a2, 'booking.rescheduled'),
      event(null, b1, 'booking.created'),
      event(b1, b2, 'booking.cancelled'),
      event(null, c1, 'booking.created'),
    ],
  }
  const calls = [
    booked(a1, unknown),
    booked(a1, done(a1)),
    call('rescheduleBooking', { id: 'a', startsAt: at(14), expectedVersion: 1 }, done(a2)),
    booked(b1, done(b1)),
    call('cancelBooking', { id: 'b', idempotencyKey: 'gone' }, done(b2)),
    call('createBooking', { sessionId: 'yoga', idempotencyKey: 'key c' }, done(c1)),
    call('rescheduleBooking', { id: 'b', startsAt: at(20) }, refused('ALREADY_CANCELLED')),
    booked(told('z', { startsAt: at(14) }), refused('SLOT_TAKEN')),
    call('read', { id: 'a' }, done(a2)),
  ]
  return { rows, calls }
}

function faultsWhen(plant: (world: World) => void): string[] {
  const world = sound()
  plant(world)
  return faultsOf(world.rows, world.calls)
}

const find = <T extends { id: string }>(all: T[], id: string): T =>
  all.find((each) => each.id === id) as T
const without = <T extends { id: string }>(all: T[], id: string) =>
  all.filter((each) => each.id !== id)

describe('the checker', () => {
  it('finds nothing where there is nothing to find', () => {
    expect(faultsWhen(() => {})).toEqual([])
  })

  it('lets a call that nobody answered be done or not', () => {
    const move = { id: 'c', startsAt: at(9), expectedVersion: 1 }
    expect(
      faultsWhen(({ calls }) => {
        calls.push(booked(told('y'), unknown), call('rescheduleBooking', move, unknown))
        ;(calls[2] as Call).answer = unknown
      }),
    ).toEqual([])
  })

  it('lets what was so already change nothing', () => {
    const keep = { id: 'c', sessionId: 'yoga', expectedVersion: 1 }
    const answer = done(told('c', { sessionId: 'yoga', staffId: null, partySize: 2 }))
    expect(faultsWhen(({ calls }) => calls.push(call('rescheduleBooking', keep, answer)))).toEqual(
      [],
    )
  })

  it('finds two who occupy one time by their buffers', () => {
    const faults = faultsWhen(({ rows }) => {
      const near = told('d', { startsAt: at(15, 10), endsAt: at(15, 40), staffId: 'ann' })
      rows.occupancies.push(taken(near))
    })
    expect(faults).toContain('overlap: time of a and time of d')
  })

  it('finds a booking without its time, with another, and an ended one with some', () => {
    const own = ['does not occupy its own time once: a']
    expect(faultsWhen(({ rows }) => (rows.occupancies = []))).toEqual(own)
    expect(
      faultsWhen(({ rows }) => (find(rows.occupancies, 'time of a').startsAt = at(14))),
    ).toEqual(own)
    expect(faultsWhen(({ rows }) => (find(rows.occupancies, 'time of b').active = true))).toEqual([
      'ended and occupies time: b',
    ])
  })

  it('finds seats that are not those of the parties, and more than there are', () => {
    const wrong = 'seats are not those of the parties: yoga'
    expect(faultsWhen(({ rows }) => (find(rows.sessions, 'yoga').seatsTaken = 1))).toEqual([wrong])
    expect(faultsWhen(({ rows }) => (find(rows.sessions, 'yoga').capacity = 1))).toEqual([
      'more seats than there are: yoga',
    ])
  })

  it('finds a booking that was told and is lost', () => {
    const faults = faultsWhen(({ rows }) => {
      rows.bookings = without(rows.bookings, 'c')
      rows.events = without(rows.events, 'c 1')
      rows.keys = rows.keys.filter(({ key }) => key !== 'key c')
      find(rows.sessions, 'yoga').seatsTaken = 0
    })
    expect(faults).toEqual(['lost: key c', 'lost: c'])
  })

  it('finds a change that was told and is lost', () => {
    const faults = faultsWhen(({ rows }) => {
      const before = told('b', { startsAt: at(16), endsAt: at(17) })
      rows.bookings = [...without(rows.bookings, 'b'), row(before)]
      rows.occupancies = [...without(rows.occupancies, 'time of b'), taken(before)]
      rows.events = without(rows.events, 'b 2')
    })
    expect(faults).toContain('lost: cancelBooking of b')
    expect(faults).toContain('told another status, version 2: b')
  })

  it('finds a booking that nobody asked for, and one that was refused', () => {
    const plant = ({ rows }: World, id: string) => {
      const made = told(id, { startsAt: at(20), endsAt: at(21) })
      rows.bookings.push(row(made))
      rows.occupancies.push(taken(made))
      rows.events.push(event(null, made, 'booking.created'))
    }
    expect(faultsWhen((world) => plant(world, 'nobody'))).toEqual(['ghost: nobody'])
    expect(faultsWhen((world) => plant(world, 'z'))).toContain('ghost: z')
  })

  it('finds a change that nobody asked for', () => {
    const faults = faultsWhen(({ calls }) => {
      ;(calls[2] as Call).answer = refused('SLOT_TAKEN')
    })
    expect(faults).toEqual(['ghost: booking.rescheduled 2 of a'])
  })

  it('finds a hold that nobody asked for, and one that ended and occupies time', () => {
    const hold = { id: 'h', state: 'RELEASED', sessionId: null, partySize: 1 }
    const placed = { id: 'h 1', type: 'hold.placed', subjectType: 'Hold', subjectId: 'h' }
    const faults = faultsWhen(({ rows }) => {
      rows.holds.push(hold)
      rows.events.push({ ...placed, subjectVersion: 1, changes: [] })
      const time = taken(told('h', { startsAt: at(20), endsAt: at(21) }))
      rows.occupancies.push({ ...time, bookingId: null, holdId: 'h' })
    })
    expect(faults).toEqual(['a hold that ended occupies time: h', 'ghost hold: h'])
  })

  it('finds a block that nobody asked for', () => {
    const faults = faultsWhen(({ rows }) => rows.blocks.push({ id: 'holiday' }))
    expect(faults).toEqual(['ghost block: holiday'])
  })

  it('finds one key that did two things', () => {
    const faults = faultsWhen(({ rows, calls }) => {
      const twin = told('twin', { externalRef: 'key a', staffId: 'bob' })
      rows.bookings.push(row(twin))
      rows.occupancies.push(taken(twin))
      rows.events.push(event(null, twin, 'booking.created'))
      ;(calls[0] as Call).answer = done(twin)
    })
    expect(faults).toContain('one key, two effects: key a')
    expect(faults).toContain('one key, 2 effects: key a')
  })

  it('finds a version without its event, and an event without its version', () => {
    expect(faultsWhen(({ rows }) => (find(rows.bookings, 'a').version = 3))).toContain(
      'versions 1,2 of 3: a',
    )
    expect(faultsWhen(({ rows }) => (rows.events = without(rows.events, 'a 1')))).toContain(
      'versions 2 of 2: a',
    )
    expect(faultsWhen(({ rows }) => rows.events.push(find(rows.events, 'b 2')))).toContain(
      'versions 1,2,2 of 2: b',
    )
  })

  it('finds events that tell of something else than what is there', () => {
    const faults = faultsWhen(({ rows }) => (find(rows.bookings, 'a').notes = 'quiet'))
    expect(faults).toEqual(['events tell another notes: a'])
    expect(faultsWhen(({ rows }) => (find(rows.events, 'c 1').subjectId = 'nothing'))).toContain(
      'an event of nothing: c 1',
    )
  })

  it('finds an event that lies before what it followed', () => {
    const faults = faultsWhen(({ rows }) => {
      const [a1, a2, b1, b2, c1] = rows.events as [EventRow, EventRow, EventRow, EventRow, EventRow]
      rows.events = [c1, a1, a2, b1, b2]
    })
    expect(faults).toEqual(['before what it followed: c 1'])
  })

  it('finds answers that were not so', () => {
    const faults = faultsWhen(({ calls }) => {
      calls.push(call('read', { id: 'a' }, done(told('a', { version: 2 }))))
      calls.push(call('read', { id: 'a' }, refused('NOT_FOUND')))
      calls.push(call('cancelBooking', { id: 'a' }, refused('ALREADY_CANCELLED')))
      calls.push(call('cancelBooking', { id: 'a' }, { kind: 'WRONG', why: 'a masked fault' }))
      calls.push(
        call('rescheduleBooking', { id: 'a', expectedVersion: 2 }, refused('VERSION_CONFLICT')),
      )
    })
    expect(faults).toEqual([
      'refused ALREADY_CANCELLED without cause: a',
      'a wrong answer: a: a masked fault',
      'refused VERSION_CONFLICT without cause: a',
      'told another startsAt, version 2: a',
      'told another endsAt, version 2: a',
      'read as not there: a',
    ])
  })

  it('finds a booking that is not what was asked', () => {
    const faults = faultsWhen(({ calls }) => {
      for (const { input } of calls.slice(0, 2)) input['staffId'] = 'bob'
    })
    expect(faults).toEqual(['not what was asked: a'])
  })

  it('finds a key that is kept without what it made', () => {
    const faults = faultsWhen(({ rows }) => (rows.keys[3] = { ...rows.keys[0]!, resultId: null }))
    expect(faults).toContain('a key without what it made: key a')
  })
})
