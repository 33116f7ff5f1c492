// What a subscription field returns: the events of a subscription to the hub, bound to what a
// viewer may hear. The door asks again who listens while it flows; the answer narrows or ends it
// here.

import type { Scope } from '../auth/scope.ts'
import { Forbidden, type Viewer } from '../auth/viewer.ts'
import type { Receiver } from './handoff.ts'
import type { ReadEvent } from './log.data.ts'
import type { EventSubscription } from './subscriber.ts'

export type EventSource = AsyncIterableIterator<ReadEvent, undefined> & {
  return(): Promise<IteratorResult<ReadEvent, undefined>>
  /** Hands on each event as it comes; to be called once, and instead of next(). */
  handTo(receiver: Receiver<ReadEvent>): void
  /** The receiver takes the next. */
  goOn(): void
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

/** Of a subscription to the accounts that the viewer may hear of. */
export function eventSource(subscription: EventSubscription, options: Options): EventSource {
  return new Source(subscription, options)
}

// A class, because thousands are held at once and methods that are shared weigh nothing.
class Source implements EventSource {
  private readonly subscription: EventSubscription
  private viewer: Viewer
  private readonly scopes: readonly Scope[]
  private readonly accountsFor: Options['accountsFor']
  private readonly tells: Options['tells']

  constructor(subscription: EventSubscription, { viewer, scopes, accountsFor, tells }: Options) {
    this.subscription = subscription
    this.viewer = viewer
    this.scopes = scopes
    this.accountsFor = accountsFor
    this.tells = tells
  }

  next(): Promise<IteratorResult<ReadEvent, undefined>> {
    return this.subscription.next()
  }

  return(): Promise<IteratorResult<ReadEvent, undefined>> {
    return this.subscription.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  handTo(receiver: Receiver<ReadEvent>): void {
    this.subscription.handTo(receiver)
  }

  goOn(): void {
    this.subscription.goOn()
  }

  follow(viewer: Viewer): void {
    if (viewer === this.viewer) return
    const accounts = this.reach(viewer)
    if (accounts.size === 0) throw new Forbidden(this.scopes)
    this.viewer = viewer
    this.subscription.retarget(accounts)
  }

  mayHear(event: ReadEvent): boolean {
    if (!this.subscription.accounts.has(event.accountId)) return false
    return this.tells === undefined || this.tells(this.viewer, event)
  }

  private reach(viewer: Viewer): ReadonlySet<string> {
    try {
      return new Set(this.accountsFor(viewer))
    } catch {
      return new Set()
    }
  }
}

/** Whether a subscription field's answer is one of these. */
export function isEventSource(value: object): value is EventSource {
  return 'follow' in value && 'mayHear' in value
}
