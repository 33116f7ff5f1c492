// What a subscription field returns: the events of a subscription to the hub, bound to what a
// viewer may hear. The door asks again who listens while it flows; the answer narrows or ends it
// here.

import type { Scope } from '../auth/scope.ts'
import { Forbidden, type Viewer } from '../auth/viewer.ts'
import type { ReadEvent } from './log.data.ts'
import type { EventSubscription } from './subscriber.ts'

export type EventSource = AsyncIterableIterator<ReadEvent, undefined> & {
  return(): Promise<IteratorResult<ReadEvent, undefined>>
  /** From now on for this viewer. Throws Forbidden when nothing is left for it to hear. */
  follow(viewer: Viewer): void
  /** Whether the viewer that was named last may hear this event. */
  mayHear(event: ReadEvent): boolean
}

type Options = {
  viewer: Viewer
  /** What a viewer must hold to go on listening. */
  scopes: readonly Scope[]
  /** The accounts (uuids) a viewer may hear of; throws when it may not hear of one it named. */
  accountsFor: (viewer: Viewer) => readonly string[]
  /** Which events of these accounts a viewer may hear; all when left out. */
  tells?: (viewer: Viewer, event: ReadEvent) => boolean
}

export function eventSource(
  subscription: EventSubscription,
  { viewer, scopes, accountsFor, tells }: Options,
): EventSource {
  let current = viewer
  let accounts = new Set(accountsFor(viewer))
  const reach = (now: Viewer): readonly string[] => {
    try {
      return accountsFor(now)
    } catch {
      return []
    }
  }
  return {
    next: () => subscription.next(),
    return: () => subscription.return(),
    follow: (now) => {
      if (now === current) return
      const found = reach(now)
      if (found.length === 0) throw new Forbidden(scopes)
      current = now
      accounts = new Set(found)
      subscription.retarget(accounts)
    },
    mayHear: (event) =>
      accounts.has(event.accountId) && (tells === undefined || tells(current, event)),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Whether a subscription field's answer is one of these. */
export function isEventSource(value: object): value is EventSource {
  return 'follow' in value && 'mayHear' in value
}
