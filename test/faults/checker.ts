// What must hold of an account whatever happened to processes, connections and databases while its
// clients wrote: of the rows alone, and of the rows against what the clients were told. Pure: rows
// and history in, sentences about faults out, none when nothing is wrong.
import { toldBookingFields } from '../../src/booking/booking.events.ts'
import type { Answer, Call, Told } from './history.ts'

export type BookingRow = Told & {
  accountId: string
  serviceId: string
  seriesId: string | null
  [field: string]: unknown
}

export type EventRow = {
  id: string
  type: string
  subjectType: string
  subjectId: string
  subjectVersion: number
  changes: { field: string; from: unknown; to: unknown }[]
}

export type OccupancyRow = {
  id: string
  staffId: string | null
  resourceId: string | null
  unit: number
  startsAt: string
  endsAt: string
  active: boolean
  bookingId: string | null
  holdId: string | null
}

export type Rows = {
  services: { id: string; bufferBeforeMinutes: number; bufferAfterMinutes: number }[]
  bookings: BookingRow[]
  occupancies: OccupancyRow[]
  sessions: { id: string; capacity: number; seatsTaken: number; seatsHeld: number }[]
  holds: { id: string; state: string; sessionId: string | null; partySize: number }[]
  blocks: { id: string }[]
  series: { id: string }[]
  keys: { key: string; operation: string; resultId: string | null }[]
  events: EventRow[]
}

type State = Record<string, unknown>

/** What is wrong with the rows by themselves. */
export function faultsInRows(rows: Rows): string[] {
  const stories = storiesOf(rows)
  return [
    ...overlaps(rows.occupancies),
    ...rows.bookings.flatMap((booking) => placeFaults(rows, booking)),
    ...holdFaults(rows),
    ...seatFaults(rows),
    ...rows.bookings.flatMap((booking) => storyFaults(booking, stories.get(booking.id) ?? [])),
    ...strangers(rows),
  ]
}

/** What is wrong with the rows, alone and with what clients said and heard. */
export function faultsOf(rows: Rows, calls: readonly Call[]): string[] {
  const stories = storiesOf(rows)
  const effects = effectsOf(calls)
  const places = new Map(rows.events.map((event, place) => [event, place]))
  const causes = new Map<EventRow, Effect>()
  return [
    ...faultsInRows(rows),
    ...effects.flatMap((effect) => answerFaults(rows, effect)),
    ...makingFaults(rows, effects, stories, causes),
    ...rows.bookings.flatMap((booking) =>
      changeFaults(booking, stories.get(booking.id) ?? [], effects, causes),
    ),
    ...calls.flatMap((call) => tellingFaults(rows, stories, call)),
    ...orderFaults(causes, places),
  ]
}

// ── rows ────────────────────────────────────────────────────────────────────────────────────────

const minute = 60_000
const isActive = ({ status }: BookingRow) => !['CANCELLED', 'DECLINED'].includes(status)
const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
const later = (at: string, minutes: number) =>
  new Date(Date.parse(at) + minutes * minute).toISOString()

function overlaps(occupancies: readonly OccupancyRow[]): string[] {
  const taken = Map.groupBy(
    occupancies.filter(({ active }) => active),
    ({ staffId, resourceId, unit }) => `${staffId ?? resourceId} ${unit}`,
  )
  return [...taken.values()].flatMap((rows) => {
    const sorted = rows.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1))
    return sorted.flatMap((row, index) => {
      const before = sorted[index - 1]
      return before && row.startsAt < before.endsAt ? [`overlap: ${before.id} and ${row.id}`] : []
    })
  })
}

// A booking that stands occupies its own time, buffers included, once; another one nothing.
function placeFaults({ occupancies, services }: Rows, booking: BookingRow): string[] {
  const rows = occupancies.filter(({ active, bookingId }) => active && bookingId === booking.id)
  if (!isActive(booking)) return rows.map(() => `ended and occupies time: ${booking.id}`)
  if (booking.sessionId) return []
  const service = services.find(({ id }) => id === booking.serviceId)
  const from = later(booking.startsAt, -(service?.bufferBeforeMinutes ?? 0))
  const to = later(booking.endsAt, service?.bufferAfterMinutes ?? 0)
  const isOwn = rows.every(({ startsAt, endsAt }) => startsAt === from && endsAt === to)
  const lead = rows.filter(({ staffId }) => staffId !== null && staffId === booking.staffId)
  const isWhole = lead.length === (booking.staffId ? 1 : 0) && isOwn
  return isWhole ? [] : [`does not occupy its own time once: ${booking.id}`]
}

function holdFaults({ occupancies, holds, bookings }: Rows): string[] {
  const live = new Set(holds.filter(({ state }) => state === 'LIVE').map(({ id }) => id))
  const booked = new Set(bookings.map(({ id }) => id))
  return occupancies.flatMap(({ id, active, holdId, bookingId }) => {
    if (!active) return []
    if (holdId && !live.has(holdId)) return [`a hold that ended occupies time: ${holdId}`]
    return bookingId && !booked.has(bookingId) ? [`occupied by no booking: ${id}`] : []
  })
}

function seatFaults({ sessions, bookings, holds }: Rows): string[] {
  const heads = (all: { partySize: number }[]) =>
    all.reduce((sum, { partySize }) => sum + partySize, 0)
  return sessions.flatMap(({ id, seatsTaken, seatsHeld, capacity }) => {
    const taken = bookings.filter((each) => each.sessionId === id && isActive(each))
    const held = holds.filter(({ sessionId, state }) => sessionId === id && state === 'LIVE')
    const isCounted = seatsTaken === heads(taken) && seatsHeld === heads(held)
    return [
      ...(isCounted ? [] : [`seats are not those of the parties: ${id}`]),
      ...(seatsTaken + seatsHeld > capacity ? [`more seats than there are: ${id}`] : []),
    ]
  })
}

function storiesOf({ events }: Rows): Map<string, EventRow[]> {
  const ofBookings = events.filter(({ subjectType }) => subjectType === 'Booking')
  return Map.groupBy(ofBookings, ({ subjectId }) => subjectId)
}

/** The states that events tell of, one for each; null when one does not follow from another. */
function replayed(story: readonly EventRow[]): State[] | null {
  const states: State[] = []
  let state: State = {}
  for (const { changes } of story) {
    if (!changes.every(({ field, from }) => same(state[field], from))) return null
    state = { ...state, ...Object.fromEntries(changes.map(({ field, to }) => [field, to])) }
    states.push(state)
  }
  return states
}

function storyFaults(booking: BookingRow, story: readonly EventRow[]): string[] {
  const { id, version } = booking
  const versions = story.map(({ subjectVersion }) => subjectVersion)
  const whole = Array.from({ length: version }, (_, index) => index + 1)
  if (!same(versions, whole)) return [`versions ${versions.join()} of ${version}: ${id}`]
  const isMadeOnce = story.every(({ type }, at) => (type === 'booking.created') === (at === 0))
  if (!isMadeOnce) return [`not made by its first event alone: ${id}`]
  const last = replayed(story)?.at(-1)
  const wrong = toldBookingFields.filter((field) => !same(last?.[field], booking[field]))
  return last && wrong.length === 0 ? [] : [`events tell another ${wrong.join()}: ${id}`]
}

// What belongs to nothing that is there.
function strangers({ bookings, holds, blocks, series, keys, events }: Rows): string[] {
  const made = new Set([...bookings, ...holds, ...blocks, ...series].map(({ id }) => id))
  const subjects = events.filter(({ subjectType }) => ['Booking', 'Hold'].includes(subjectType))
  const placed = new Set(
    events.filter(({ type }) => type === 'hold.placed').map(({ subjectId }) => subjectId),
  )
  return [
    ...subjects.flatMap((e) => (made.has(e.subjectId) ? [] : [`an event of nothing: ${e.id}`])),
    ...holds.flatMap(({ id }) => (placed.has(id) ? [] : [`a hold without an event: ${id}`])),
    ...keys.flatMap(({ key, resultId }) =>
      resultId && made.has(resultId) ? [] : [`a key without what it made: ${key}`],
    ),
  ]
}

// ── history ─────────────────────────────────────────────────────────────────────────────────────

/** What a client wanted done once, however often it had to say it. */
type Effect = {
  asked: string
  input: Record<string, unknown>
  key: string | null
  answers: Answer[]
  /** It may have been done: somebody was told so, or nobody knows. */
  isPossible: boolean
  /** Ids that answers gave for it. */
  told: string[]
  startedAt: number
  /** When somebody first knew that it was done. */
  knownAt: number
}

function effectsOf(calls: readonly Call[]): Effect[] {
  const said = calls.filter(({ asked }) => asked !== 'read')
  const byKey = Map.groupBy(said, (call) => (call.key ? `${call.asked} ${call.key}` : call))
  return [...byKey.values()].map((attempts) => {
    const [{ asked, input, key } = said[0] as Call] = attempts
    const done = attempts.filter(({ answer }) => answer.kind === 'DONE')
    return {
      asked,
      input,
      key,
      answers: attempts.map(({ answer }) => answer),
      isPossible: attempts.some(({ answer: { kind } }) => kind === 'DONE' || kind === 'UNKNOWN'),
      told: done.flatMap(({ answer }) => (answer.kind === 'DONE' ? [answer.id] : [])),
      startedAt: Math.min(...attempts.map(({ startedAt }) => startedAt)),
      knownAt: Math.min(...done.map(({ endedAt }) => endedAt)),
    }
  })
}

const makings = ['createBooking', 'createBookingSeries', 'placeHold', 'createBlock']
/** What these make carries no reference: only the key leads to it. */
const keyed = ['placeHold', 'createBlock']

// Answers that no client should get, and one thing that was done as two.
function answerFaults({ bookings }: Rows, effect: Effect): string[] {
  const { answers, key, input, told } = effect
  const name = key ?? String(input['id'])
  const row = bookings.find(({ id }) => id === input['id'])
  const wrong = answers.flatMap((answer) => {
    if (answer.kind === 'WRONG') return [`a wrong answer: ${name}: ${answer.why}`]
    const code = answer.kind === 'REFUSED' ? answer.code : null
    const isUntrue =
      (code === 'NOT_FOUND' && row) ||
      code === 'IDEMPOTENCY_CONFLICT' ||
      (code === 'ALREADY_CANCELLED' && row?.status !== 'CANCELLED') ||
      (code === 'VERSION_CONFLICT' && row?.version === input['expectedVersion'])
    return isUntrue ? [`refused ${code} without cause: ${name}`] : []
  })
  return new Set(told).size > 1 ? [...wrong, `one key, two effects: ${name}`] : wrong
}

// What was made is what one call asked for, once; what was told to be made is there.
function makingFaults(
  { bookings, holds, blocks, keys }: Rows,
  effects: readonly Effect[],
  stories: ReadonlyMap<string, EventRow[]>,
  causes: Map<EventRow, Effect>,
): string[] {
  const faults: string[] = []
  const byKey = new Map<string, Effect>()
  for (const effect of effects) if (effect.key) byKey.set(effect.key, effect)
  const made = new Map(keys.map(({ key, resultId }) => [key, resultId]))
  for (const [ref, rows] of Map.groupBy(bookings, ({ externalRef }) => externalRef ?? '')) {
    const effect = byKey.get(ref)
    if (!effect?.isPossible) faults.push(`ghost: ${rows.map(({ id }) => id).join()}`)
    const count = new Set(rows.map(({ id, seriesId }) => seriesId ?? id)).size
    if (count > 1) faults.push(`one key, ${count} effects: ${ref}`)
    for (const { id } of rows) {
      const event = stories.get(id)?.[0]
      const first = event && replayed([event])?.[0]
      if (!event || !effect) continue
      causes.set(event, effect)
      const isAsked = effect.asked === 'createBookingSeries' || fits(effect.input, first ?? {})
      if (!isAsked) faults.push(`not what was asked: ${id}`)
    }
  }
  const asked = new Set(
    effects.flatMap((effect) =>
      keyed.includes(effect.asked) && effect.isPossible ? [made.get(effect.key ?? '')] : [],
    ),
  )
  for (const { id } of holds) if (!asked.has(id)) faults.push(`ghost hold: ${id}`)
  for (const { id } of blocks) if (!asked.has(id)) faults.push(`ghost block: ${id}`)
  for (const { key, asked: mutation, told } of effects) {
    const isLost = told.some((id) => key && made.get(key) !== id)
    if (makings.includes(mutation) && isLost) faults.push(`lost: ${key}`)
  }
  return faults
}

/** Whether what was asked for is so in this state; what was not asked for may be anything. */
function fits(input: Record<string, unknown>, state: State): boolean {
  const asked = ['startsAt', 'staffId', 'sessionId', 'partySize', 'notes']
  return asked.every((field) => input[field] == null || same(input[field], state[field]))
}

const typesOf: Record<string, string[]> = {
  rescheduleBooking: ['booking.rescheduled', 'booking.updated'],
  reassignBooking: ['booking.updated'],
  updateBooking: ['booking.updated'],
  cancelBooking: ['booking.cancelled'],
}

// Each change was asked for by one call that may have been done, and each that was done changed it.
function changeFaults(
  { id }: BookingRow,
  story: readonly EventRow[],
  effects: readonly Effect[],
  causes: Map<EventRow, Effect>,
): string[] {
  const states = replayed(story)
  if (!states) return []
  const mine = effects.filter((effect) => effect.isPossible && effect.input['id'] === id)
  const explains = (effect: Effect, at: number) => {
    const { type = '', subjectVersion = 0 } = story[at] ?? {}
    const { expectedVersion } = effect.input
    const isNext = expectedVersion == null || subjectVersion === Number(expectedVersion) + 1
    const isType = typesOf[effect.asked]?.includes(type) ?? false
    return isType && isNext && fits(effect.input, states[at] ?? {})
  }
  // Those that are known to be done are placed first, and nobody who has a place loses it.
  const effectAt = new Map<number, Effect>()
  const place = (effect: Effect, tried: Set<number>): boolean =>
    story.some((_, at) => {
      if (at === 0 || tried.has(at) || !explains(effect, at)) return false
      tried.add(at)
      const other = effectAt.get(at)
      if (other && !place(other, tried)) return false
      effectAt.set(at, effect)
      return true
    })
  // What was so already needs no change.
  const wasSo = ({ asked, input }: Effect) => {
    if (asked === 'cancelBooking') return false
    const version = input['expectedVersion']
    const before = version == null ? states : states.slice(Number(version) - 1, Number(version))
    return before.some((state) => fits(input, state))
  }
  const done = mine.filter((effect) => effect.told.length > 0 && !wasSo(effect))
  const lost = done.filter((effect) => !place(effect, new Set()))
  // Of the others, those that nobody heard of come before those that needed no change.
  const others = mine.filter((effect) => !done.includes(effect))
  const unheard = others.filter(({ told }) => told.length === 0)
  for (const effect of [...unheard, ...others]) {
    if (![...effectAt.values()].includes(effect)) place(effect, new Set())
  }
  for (const [at, effect] of effectAt) causes.set(story[at] as EventRow, effect)
  return [
    ...lost.map(({ asked }) => `lost: ${asked} of ${id}`),
    ...story.flatMap(({ type, subjectVersion }, at) =>
      at > 0 && !effectAt.has(at) ? [`ghost: ${type} ${subjectVersion} of ${id}`] : [],
    ),
  ]
}

// What a client was told of a booking was so at the version that it was told.
function tellingFaults(
  { bookings }: Rows,
  stories: ReadonlyMap<string, EventRow[]>,
  { asked, answer, input }: Call,
): string[] {
  if (asked === 'read' && answer.kind === 'REFUSED')
    return [`read as not there: ${String(input['id'])}`]
  if (answer.kind !== 'DONE') return []
  return answer.bookings.flatMap(({ id, version, ...told }) => {
    if (!bookings.some((booking) => booking.id === id)) return [`lost: ${id}`]
    const state = replayed(stories.get(id) ?? [])?.[version - 1]
    const wrong = Object.entries(told).filter(([field, value]) => !same(state?.[field], value))
    return wrong.map(([field]) => `told another ${field}, version ${version}: ${id}`)
  })
}

// Events are in the order in which things were done: what was known to be done before something
// else was asked for comes before it.
function orderFaults(
  causes: ReadonlyMap<EventRow, Effect>,
  places: ReadonlyMap<EventRow, number>,
): string[] {
  const events = [...causes].map(([event, effect]) => ({
    ...effect,
    place: places.get(event) ?? -1,
    id: event.id,
  }))
  const known = events.toSorted((a, b) => a.knownAt - b.knownAt)
  const begun = events.toSorted((a, b) => a.startedAt - b.startedAt)
  let next = 0
  let last = -1
  return begun.flatMap(({ startedAt, place, id }) => {
    for (; (known[next]?.knownAt ?? Infinity) < startedAt; next += 1) {
      last = Math.max(last, known[next]?.place ?? -1)
    }
    return place < last ? [`before what it followed: ${id}`] : []
  })
}
