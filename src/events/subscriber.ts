// One reader of events: first what the log has after its cursor, page by page as it reads, then the
// live ones from a bounded queue, without a gap or a repeat between them. A reader who lets the
// queue fill reads on from the log: however slow it is, it misses nothing and holds little.

import { compareCursors, type EventCursor } from './cursor.ts'
import { createHandoff, type Handoff } from './handoff.ts'
import type { LogPage, ReadEvent } from './log.data.ts'

export type EventSubscription = AsyncIterableIterator<ReadEvent, undefined> & {
  /** Ends at once, also while next() is waiting. */
  return(): Promise<IteratorResult<ReadEvent, undefined>>
  /** From now on, the events of these accounts (uuids). */
  retarget(accountIds: Iterable<string>): void
}

/** The hub's side of a subscription. */
export type Subscriber = {
  accountIds(): ReadonlySet<string>
  offer(event: ReadEvent): void
  /** Live from the moment of the call: what the answer denies was committed before it. */
  goLive(comingAfterNow: () => Promise<(event: EventCursor) => boolean>): Promise<void>
  subscription: EventSubscription
}

export type SubscriberOptions = {
  accountIds: Iterable<string>
  wants: (event: ReadEvent) => boolean
  queueLimit: number
  /** Null: goLive is called next. */
  after: EventCursor | null
  readPage: (from: EventCursor, accountIds: readonly string[]) => Promise<LogPage>
  onRetarget: (before: ReadonlySet<string>, now: ReadonlySet<string>) => void
  onEnd: () => void
}

type State = SubscriberOptions & {
  accounts: ReadonlySet<string>
  queue: Handoff<ReadEvent>
  /** Read from the log up to here; null when the tail is past it. */
  position: EventCursor | null
  isLive: boolean
  /** Everything up to here is in the queue or was taken from it. */
  last: EventCursor | null
  /** What is offered while a page is being read: it may be on that page, or come after it. */
  meanwhile: ReadEvent[] | null
  /** More was offered meanwhile than the queue holds. */
  missed: boolean
  reading: boolean
}

export function createSubscriber(options: SubscriberOptions): Subscriber {
  const queue = createHandoff<ReadEvent>(options.onEnd)
  const state: State = {
    ...options,
    accounts: new Set(options.accountIds),
    queue,
    position: options.after,
    isLive: options.after === null,
    last: null,
    meanwhile: null,
    missed: false,
    reading: false,
  }
  return {
    accountIds: () => state.accounts,
    offer: (event) => offer(state, event),
    goLive: (comingAfterNow) => goLive(state, comingAfterNow),
    subscription: {
      next: () => {
        const next = queue.next()
        if (!state.isLive && queue.wanted()) void catchUp(state)
        return next
      },
      return: () => {
        queue.end()
        return Promise.resolve({ done: true, value: undefined })
      },
      throw: (error) => {
        queue.end()
        return Promise.reject(error)
      },
      retarget: (accountIds) => {
        const before = state.accounts
        state.accounts = new Set(accountIds)
        options.onRetarget(before, state.accounts)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    },
  }
}

function offer(state: State, event: ReadEvent): void {
  if (!state.wants(event)) return
  if (state.meanwhile) {
    if (state.meanwhile.length < state.queueLimit) state.meanwhile.push(event)
    else state.missed = true
    return
  }
  // Whoever is not live reads it from the log.
  if (!state.isLive || isRead(state, event)) return
  if (state.queue.waiting() < state.queueLimit) {
    state.queue.give(event)
    state.last = event
  } else {
    state.isLive = false
    state.position = state.last
  }
}

// The tail may be behind the page that was read last. It offers in order: one look past suffices.
function isRead(state: State, event: ReadEvent): boolean {
  if (state.position && compareCursors(event, state.position) <= 0) return true
  state.position = null
  return false
}

async function catchUp(state: State): Promise<void> {
  if (state.reading) return
  state.reading = true
  try {
    while (!state.isLive && state.position && state.queue.wanted()) {
      await readOn(state, state.position)
    }
  } catch (error) {
    state.queue.fail(error)
  } finally {
    state.reading = false
  }
}

async function readOn(state: State, from: EventCursor): Promise<void> {
  const meanwhile: ReadEvent[] = []
  state.meanwhile = meanwhile
  state.missed = false
  const page = await state.readPage(from, [...state.accounts])
  state.meanwhile = null
  state.position = page.position
  state.last = page.position
  for (const event of page.events) if (state.wants(event)) state.queue.give(event)
  // Behind by more than the queue holds: what was offered is read from the log, page by page.
  if (page.full || state.missed) return
  if (page.events.length + meanwhile.length > state.queueLimit) return
  state.isLive = true
  for (const event of meanwhile) offer(state, event)
}

async function goLive(
  state: State,
  comingAfterNow: () => Promise<(event: EventCursor) => boolean>,
): Promise<void> {
  const { wants } = state
  const meanwhile: ReadEvent[] = []
  state.meanwhile = meanwhile
  try {
    const isComing = await comingAfterNow()
    state.wants = (event) => isComing(event) && wants(event)
  } catch (error) {
    state.queue.end()
    throw error
  } finally {
    state.meanwhile = null
  }
  for (const event of meanwhile) offer(state, event)
}
