// A client that books, holds, blocks, moves, edits and cancels without pause, its own bookings and
// those of others. What it has a key for and does not know the outcome of, it says again.
import { setTimeout as delay } from 'node:timers/promises'
import { encodeId } from '../../src/graphql/ids.ts'
import type { Answer, History, Told } from './history.ts'
import type { World } from './world.ts'

type Options = {
  world: World
  history: History
  name: string
  /** The bookings of all clients; each client may take what it finds there. */
  known: Known
}

/** Bookings by id, with what is known of them. */
export type Known = Map<string, { version: number; sessionId: string | null }>

const hour = 3_600_000

const below = (limit: number) => Math.floor(Math.random() * limit)
const oneOf = <T>(all: readonly T[]): T => all[below(all.length)] as T

export function createBusyClient({ world, history, name, known }: Options) {
  const { serviceId, classId, customerId, staffIds, sessionIds, accountId } = world
  let stopping = false
  let said = 0

  const newKey = () => `${name} ${(said += 1)}`
  /** A start in the coming days, on the hour, that others want too. */
  const anyStart = () =>
    new Date((Math.ceil(Date.now() / hour) + 24 + below(300)) * hour).toISOString()

  const keep = (answer: Answer): Told[] => {
    if (answer.kind !== 'DONE') return []
    for (const { id, version, sessionId, status } of answer.bookings) {
      if (status === 'CANCELLED') known.delete(id)
      else known.set(id, { version, sessionId })
    }
    return answer.bookings
  }

  const once = async (mutation: string, input: Record<string, unknown>): Promise<Answer> => {
    const answer = await history.call(name, mutation, input)
    keep(answer)
    return answer
  }

  /** Says a mutation with a key until somebody answers. */
  const insist = async (mutation: string, input: Record<string, unknown>): Promise<Answer> => {
    const idempotencyKey = newKey()
    const isBooking = mutation.startsWith('createBooking')
    const asked = { ...input, idempotencyKey, ...(isBooking && { externalRef: idempotencyKey }) }
    for (;;) {
      const answer = await once(mutation, asked)
      if (answer.kind !== 'UNKNOWN') return answer
      await delay(100)
    }
  }

  const read = async (id: string): Promise<void> => {
    for (;;) {
      const answer = await history.read(name, encodeId('Booking', { accountId, id }))
      keep(answer)
      if (answer.kind !== 'UNKNOWN') return
      await delay(100)
    }
  }

  const book = () => {
    const staffId = below(2) === 0 ? oneOf(staffIds) : undefined
    return insist('createBooking', { serviceId, customerId, staffId, startsAt: anyStart() })
  }

  const hold = async () => {
    const held = await insist('placeHold', { serviceId, startsAt: anyStart() })
    if (held.kind !== 'DONE' || below(3) === 0) return
    const holdId = encodeId('Hold', { accountId, id: held.id })
    await insist('createBooking', { serviceId, customerId, holdId })
  }

  const attend = () => {
    const partySize = 1 + below(3)
    const sessionId = oneOf(sessionIds)
    return insist('createBooking', { serviceId: classId, customerId, sessionId, partySize })
  }

  const block = () => {
    const startsAt = anyStart()
    const endsAt = new Date(Date.parse(startsAt) + hour / 2).toISOString()
    return insist('createBlock', { staffIds: [oneOf(staffIds)], startsAt, endsAt })
  }

  const repeat = () =>
    insist('createBookingSeries', {
      serviceId,
      customerId,
      startsAt: anyStart(),
      rule: 'FREQ=DAILY;COUNT=3',
      policy: 'SKIP_CONFLICTS',
    })

  // These have no key: one whose outcome is unknown is not said again, and its booking is read.
  const change = async () => {
    const [id, booking] = oneOf([...known]) ?? []
    if (!id || !booking) return
    const target = { id: encodeId('Booking', { accountId, id }), expectedVersion: booking.version }
    const isClass = booking.sessionId !== null
    const place = isClass ? { sessionId: oneOf(sessionIds) } : { startsAt: anyStart() }
    const notes = `by ${newKey()}`
    const answer = await oneOf([
      () => once('rescheduleBooking', { ...target, ...place }),
      () => once('updateBooking', { ...target, notes }),
      () =>
        isClass
          ? once('updateBooking', { ...target, notes, partySize: 1 + below(3) })
          : once('reassignBooking', { ...target, staffId: oneOf(staffIds) }),
    ])()
    if (answer.kind !== 'DONE') await read(id)
  }

  const cancel = async () => {
    const id: string | undefined = oneOf([...known.keys()])
    if (id) await insist('cancelBooking', { id: encodeId('Booking', { accountId, id }) })
  }

  const steps = [book, book, book, hold, attend, repeat, block, change, change, change, change]
  const run = async () => {
    while (!stopping) {
      await oneOf(steps)()
      if (known.size > 40 || below(4) === 0) await cancel()
    }
  }
  const running = run()

  return {
    /** Resolves when what was begun is answered. */
    stop: async (): Promise<void> => {
      stopping = true
      await running
    },
  }
}

/** Eight clients who share what they know of bookings, busy until `stop`. */
export function createCrowd(world: World, history: History, size = 8) {
  const known: Known = new Map()
  const clients = Array.from({ length: size }, (_, index) =>
    createBusyClient({ world, history, name: `client ${index}`, known }),
  )
  return {
    stop: async (): Promise<void> => {
      await Promise.all(clients.map((client) => client.stop()))
    },
  }
}
