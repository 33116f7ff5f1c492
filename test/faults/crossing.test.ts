// Clients at two instances want what excludes each other: to move, to cancel, to hold, to repeat.
// Some win, the others are told so by name, and every answer is held against what is there.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { tuesday } from '../support/shop.ts'
import { createCrowd } from './busy-client.ts'
import { faultsOf } from './checker.ts'
import { createHistory, moreDone, tell, type Answer } from './history.ts'
import { twoInstances } from './instances.ts'
import { readRows } from './rows.ts'
import { rounds } from './servers.ts'
import { openWorld } from './world.ts'

const { first, second } = await twoInstances()
const both = [first.url, second.url]

type Asked = { mutation: string; input: Record<string, unknown> }

async function open() {
  const world = await openWorld(first.db.url, first.clock.now())
  let turn = 0
  const at = (urls: string[]) => urls[(turn += 1) % urls.length] ?? ''
  const history = createHistory({ urls: () => both, key: world.key, at })
  const { accountId, serviceId, customerId, staffIds } = world
  const [ann, bob] = staffIds as [string, string]
  const id = (answer: Answer, name: 'Booking' | 'Hold' = 'Booking') =>
    encodeId(name, { accountId, id: answer.kind === 'DONE' ? answer.id : '' })
  let said = 0
  const making = (input: object) => {
    const key = `key ${(said += 1)}`
    return { customerId, ...input, idempotencyKey: key, externalRef: key }
  }
  const book = (hour: number, staffId: string | null = ann, more: object = {}): Asked => ({
    mutation: 'createBooking',
    input: making({ serviceId, startsAt: tuesday(hour), staffId, ...more }),
  })
  const call = ({ mutation, input }: Asked) => history.call('client', mutation, input)
  /** Eight times each of these, all at once; how often each was answered how. */
  const race = async (...sides: (() => Asked)[]) => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => sides.map((side) => call(side()))).flat(),
    )
    return sides.map((_, side) => words(answers.filter((__, n) => n % sides.length === side)))
  }
  const faults = async () => faultsOf(await rows(), history.calls)
  const rows = () => readRows(first.db.url, accountId)
  return { world, history, ann, bob, id, making, book, call, race, rows, faults }
}

function words(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) {
    const word = answer.kind === 'REFUSED' ? answer.code : answer.kind
    counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}

const move =
  (id: string, startsAt: Date, staffId: string, more: object = {}) =>
  () => ({
    mutation: 'rescheduleBooking',
    input: { id, startsAt, staffId, ...more },
  })

describe('what excludes each other, eight times each at two instances', () => {
  it('two who want to swap places: nobody moves, and nobody waits for ever', async () => {
    const { call, book, race, id, ann, rows, faults } = await open()
    const [a, b] = [id(await call(book(10))), id(await call(book(12)))]
    const answers = await race(move(a, tuesday(12), ann), move(b, tuesday(10), ann))
    expect(answers).toEqual([{ SLOT_TAKEN: 8 }, { SLOT_TAKEN: 8 }])
    expect((await rows()).events).toHaveLength(2)
    expect(await faults()).toEqual([])
  })

  it('one who leaves and one who takes the place', async () => {
    const { call, book, race, id, ann, faults } = await open()
    const [a, b] = [id(await call(book(10))), id(await call(book(12)))]
    const once = { expectedVersion: 1 }
    const [leaving, taking] = await race(
      move(a, tuesday(14), ann, once),
      move(b, tuesday(10), ann, once),
    )
    expect(leaving).toEqual({ DONE: 1, VERSION_CONFLICT: 7 })
    const { DONE = 0, SLOT_TAKEN = 0, VERSION_CONFLICT = 0, ...others } = taking ?? {}
    expect([DONE + SLOT_TAKEN + VERSION_CONFLICT, DONE <= 1, others]).toEqual([8, true, {}])
    expect(await faults()).toEqual([])
  })

  it('starts that overlap by their buffers only: neighbours never meet', async () => {
    const { race, book, rows, faults } = await open()
    const quarters = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75]
    const answers = await race(
      ...quarters.map((quarter) => () => {
        const { mutation, input } = book(10)
        return { mutation, input: { ...input, startsAt: tuesday(10, quarter * 60) } }
      }),
    )
    const done = answers.reduce((sum, { DONE = 0 }) => sum + DONE, 0)
    expect(done).toBeGreaterThanOrEqual(1)
    expect((await rows()).bookings).toHaveLength(done)
    expect(await faults()).toEqual([])
  })

  it('to cancel and to move one booking: it is cancelled, and keeps nothing', async () => {
    const { call, book, race, id, ann, making, rows, faults } = await open()
    const a = id(await call(book(10)))
    let hour = 10
    const [cancelled, moved] = await race(
      () => {
        const { idempotencyKey } = making({})
        return { mutation: 'cancelBooking', input: { id: a, idempotencyKey } }
      },
      () => move(a, tuesday((hour += 2)), ann)(),
    )
    expect(cancelled).toEqual({ DONE: 1, ALREADY_CANCELLED: 7 })
    const { DONE = 0, ALREADY_CANCELLED = 0, ...others } = moved ?? {}
    expect([DONE + ALREADY_CANCELLED, others]).toEqual([8, {}])
    const { bookings, occupancies } = await rows()
    expect(bookings).toMatchObject([{ status: 'CANCELLED', version: 2 + DONE }])
    expect(occupancies.filter(({ active }) => active)).toEqual([])
    expect(await faults()).toEqual([])
  })

  it('to give a booking to somebody and to book that time with them', async () => {
    const { call, book, race, id, bob, rows, faults } = await open()
    const a = id(await call(book(10)))
    const input = { id: a, staffId: bob, expectedVersion: 1 }
    const answers = await race(
      () => ({ mutation: 'reassignBooking', input }),
      () => book(10, bob),
    )
    expect([
      [{ DONE: 1, VERSION_CONFLICT: 7 }, { SLOT_TAKEN: 8 }],
      [{ SLOT_TAKEN: 8 }, { DONE: 1, SLOT_TAKEN: 7 }],
    ]).toContainEqual(answers)
    expect((await rows()).events).toHaveLength(2)
    expect(await faults()).toEqual([])
  })

  it('a whole series and one booking in its way', async () => {
    const { book, race, ann, making, world, rows, faults } = await open()
    const rule = 'FREQ=DAILY;COUNT=3'
    const { serviceId } = world
    const series = { serviceId, startsAt: tuesday(10), staffId: ann, rule }
    const answers = await race(
      () => ({ mutation: 'createBookingSeries', input: making(series) }),
      () => book(58),
    )
    const won = [{ DONE: 1, SLOT_TAKEN: 7 }, { SLOT_TAKEN: 8 }]
    expect([won, won.toReversed()]).toContainEqual(answers)
    expect([1, 3]).toContain((await rows()).bookings.length)
    expect(await faults()).toEqual([])
  })

  it('to hold a slot, to book it, and to block nothing by having lost', async () => {
    const { race, book, world, making, ann, rows, faults } = await open()
    const { serviceId } = world
    const hold = { serviceId, startsAt: tuesday(10), staffId: ann }
    const answers = await race(
      () => {
        const { idempotencyKey } = making({})
        return { mutation: 'placeHold', input: { ...hold, idempotencyKey } }
      },
      () => book(10),
    )
    const won = [{ DONE: 1, SLOT_TAKEN: 7 }, { SLOT_TAKEN: 8 }]
    expect([won, won.toReversed()]).toContainEqual(answers)
    expect((await rows()).occupancies).toHaveLength(1)
    expect(await faults()).toEqual([])
  })

  it('to use one hold: one booking has its time', async () => {
    const { call, race, world, making, id, rows, faults } = await open()
    const { serviceId } = world
    const kept = { serviceId, startsAt: tuesday(10), idempotencyKey: 'a hold' }
    const holdId = id(await call({ mutation: 'placeHold', input: kept }), 'Hold')
    const use = () => ({ mutation: 'createBooking', input: making({ serviceId, holdId }) })
    const answers = await race(use, use)
    const done = answers.reduce((sum, { DONE = 0 }) => sum + DONE, 0)
    const late = answers.reduce((sum, { HOLD_EXPIRED = 0 }) => sum + HOLD_EXPIRED, 0)
    expect([done, late]).toEqual([1, 15])
    expect((await rows()).bookings).toHaveLength(1)
    expect(await faults()).toEqual([])
  })

  it('seats of a session, taken, added, held and moved to: never more than there are', async () => {
    const { call, race, world, making, id, rows, faults } = await open()
    const { classId: serviceId, sessionIds } = world
    const [sessionId, otherId] = sessionIds
    const attend = (partySize: number, session = sessionId) => ({
      mutation: 'createBooking',
      input: making({ serviceId, sessionId: session, partySize }),
    })
    const [a, b] = [id(await call(attend(2))), id(await call(attend(2, otherId)))]
    let notes = 0
    await race(
      () => attend(1),
      () => ({
        mutation: 'updateBooking',
        input: { id: a, partySize: 1 + (notes % 3), notes: `${(notes += 1)}` },
      }),
      () => ({ mutation: 'rescheduleBooking', input: { id: b, sessionId } }),
      () => {
        const { idempotencyKey } = making({})
        return { mutation: 'placeHold', input: { serviceId, sessionId, idempotencyKey } }
      },
    )
    const { sessions } = await rows()
    const full = sessions.filter(({ seatsTaken, seatsHeld }) => seatsTaken + seatsHeld === 6)
    expect(full).toHaveLength(1)
    expect(await faults()).toEqual([])
  })
})

describe('sixteen busy clients at two instances', () => {
  it(
    'do everything at once, and every answer is so',
    async () => {
      const { world, history, faults } = await open()
      const crowd = createCrowd(world, history, 16)
      for (let round = 0; round < rounds(3); round += 1) await moreDone(history, 50)
      await crowd.stop()
      expect(await faults()).toEqual([])
      tell('sixteen busy clients', history)
    },
    180_000 + rounds(3) * 10_000,
  )
})
