// The fan-out: hands the events of the tail to the subscribers of this process, plain rows, shared
// by all of them. It knows accounts and places in the log, but no scopes and no documents.

import type { Pool } from 'pg'
import { compareCursors, type EventCursor } from './cursor.ts'
import { refused } from '../errors.ts'
import { comingAfterNow, findInLog, readLog, type ReadEvent } from './log.data.ts'
import { Subscriber, type EventSubscription, type SubscriberHub } from './subscriber.ts'
import { inTurns, shared } from './turns.ts'

/** Days for which events are kept when nobody says; a cursor older than that is refused. */
export const eventRetentionDays = 30

const dayMs = 86_400_000
const readsAtOnce = 3

export type SubscribeOptions = {
  /** Accounts (uuids) whose events are wanted. */
  accountIds: Iterable<string>
  /** Which of their events are wanted; all when left out. */
  wants?: (event: ReadEvent) => boolean
  /** Replay what came after this, then go live; without it, live from now. */
  after?: EventCursor | null
  /** Accounts (uuids) of which `after` may be; left out, those whose events are wanted. */
  reach?: readonly string[]
}

/** Where to go on in the log. */
export type Start = {
  from: EventCursor
  /** Transactions are open that may still write before the place that was named. */
  isEarly: boolean
}

export type EventHub = {
  /** Throws the refusal CURSOR_EXPIRED for a place that is not kept any more. */
  subscribe(options: SubscribeOptions): Promise<EventSubscription>
  /** Where to go on after a place of these accounts (uuids). Throws CURSOR_EXPIRED as above. */
  startAfter(after: EventCursor, reach: readonly string[]): Promise<Start>
  retentionDays: number
  /** Called for every event of every account, before any subscriber sees it. */
  onEvent(listener: (event: ReadEvent) => void): () => void
  /** For the tail alone. */
  publish(events: readonly ReadEvent[]): void
  subscriberCount(): number
}

type Options = {
  pool: Pool
  now: () => number
  /** A listener threw. */
  onFault: (error: unknown) => void
  /** Events that may wait for one reader; the others it reads from the log. */
  queueLimit?: number
  /** Events read from the log at once for one reader who catches up. */
  pageSize?: number
  retentionDays?: number
}

export function createEventHub(options: Options): EventHub {
  const listeners = new Set<(event: ReadEvent) => void>()
  const register = createRegister()
  const read = inTurns(readsAtOnce)
  const now = shared(() => read(() => comingAfterNow(options.pool)))
  const retentionDays = options.retentionDays ?? eventRetentionDays
  const locate = (after: EventCursor, reach: readonly string[]) =>
    read(() => startAfter({ ...options, retentionDays }, after, reach))
  const within: SubscriberHub = {
    queueLimit: options.queueLimit ?? 1_000,
    readPage: (from, accounts) =>
      read(() => readLog(options.pool, from, options.pageSize ?? 200, accounts)),
    onRetarget: register.move,
    onEnd: register.remove,
  }

  const tell = (event: ReadEvent) => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        options.onFault(error)
      }
    }
  }

  return {
    subscribe: async ({ accountIds, wants, after, reach }) => {
      const accounts = new Set(accountIds)
      const start = after && (await locate(after, reach ?? [...accounts]))
      const subscriber = new Subscriber(within, {
        accounts,
        wants,
        after: start?.from ?? null,
        known: start?.isEarly ? (after ?? null) : null,
      })
      register.add(subscriber)
      if (!start) await subscriber.goLive(now)
      return subscriber
    },
    startAfter: locate,
    retentionDays,
    onEvent: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    publish: (events) => {
      for (const event of events) {
        tell(event)
        for (const subscriber of register.of(event.accountId)) subscriber.offer(event)
      }
    },
    subscriberCount: register.count,
  }
}

/** The subscribers, by the accounts whose events they get. */
function createRegister() {
  const byAccount = new Map<string, Set<Subscriber>>()
  const all = new Set<Subscriber>()
  const place = (subscriber: Subscriber) => {
    for (const accountId of subscriber.accounts) {
      const there = byAccount.get(accountId)
      if (there) there.add(subscriber)
      else byAccount.set(accountId, new Set([subscriber]))
    }
  }
  const displace = (subscriber: Subscriber, accounts: ReadonlySet<string>) => {
    for (const accountId of accounts) {
      const there = byAccount.get(accountId)
      there?.delete(subscriber)
      if (there?.size === 0) byAccount.delete(accountId)
    }
  }
  return {
    of: (accountId: string): Iterable<Subscriber> => byAccount.get(accountId) ?? [],
    count: () => all.size,
    add: (subscriber: Subscriber) => {
      all.add(subscriber)
      place(subscriber)
    },
    move: (subscriber: Subscriber, before: ReadonlySet<string>) => {
      if (!all.has(subscriber)) return
      displace(subscriber, before)
      place(subscriber)
    },
    remove: (subscriber: Subscriber) => {
      all.delete(subscriber)
      displace(subscriber, subscriber.accounts)
    },
  }
}

// A place in the log of somebody else is no place: that there is an event would be told by it.
async function startAfter(
  { pool, now, retentionDays }: Options & { retentionDays: number },
  after: EventCursor,
  accountIds: readonly string[],
): Promise<Start> {
  const found = await findInLog(pool, after, accountIds)
  if (!found || now() - found.occurredAt.getTime() > retentionDays * dayMs) {
    throw refused(
      'CURSOR_EXPIRED',
      `This cursor is older than the ${retentionDays} days for which events are kept. ` +
        'Read the current state anew, then go on without "after".',
      { path: ['after'] },
    )
  }
  // A cursor from outside a subscription may lie where older transactions can still write before
  // it. Going on from there would lose what they write, so the reader starts further back.
  const isEarly = compareCursors(after, found.end) > 0
  return { from: isEarly ? found.end : after, isEarly }
}
