// One reader of events: first what the log has after its cursor, page by page as it reads, then the
// live ones from a bounded queue, without a gap or a repeat between them. A reader who lets the
// queue fill reads on from the log: however slow it is, it misses nothing and holds little. A
// class, because thousands are held at once and methods that are shared weigh nothing.

import { compareCursors, type EventCursor } from './cursor.ts'
import { Handoff, type Receiver } from './handoff.ts'
import type { LogPage, ReadEvent } from './log.data.ts'

export type EventSubscription = AsyncIterableIterator<ReadEvent, undefined> & {
  /** The accounts (uuids) whose events it gets. */
  readonly accounts: ReadonlySet<string>
  /** Ends at once, also while next() is waiting. */
  return(): Promise<IteratorResult<ReadEvent, undefined>>
  /** Hands on each event as it comes; to be called once, and instead of next(). */
  handTo(receiver: Receiver<ReadEvent>): void
  /** The receiver takes the next. */
  goOn(): void
  /** From now on, the events of these accounts (uuids). */
  retarget(accounts: ReadonlySet<string>): void
}

/** What all subscribers of a hub have in common. */
export type SubscriberHub = {
  queueLimit: number
  readPage(from: EventCursor, accountIds: readonly string[]): Promise<LogPage>
  onRetarget(subscriber: Subscriber, before: ReadonlySet<string>): void
  onEnd(subscriber: Subscriber): void
}

export type SubscriberOptions = {
  accounts: ReadonlySet<string>
  /** Which of their events are wanted; all when left out. */
  wants: ((event: ReadEvent) => boolean) | undefined
  /** Null: goLive is called next. */
  after: EventCursor | null
  /** This event is known already. */
  known: EventCursor | null
}

export class Subscriber implements EventSubscription {
  accounts: ReadonlySet<string>
  private readonly hub: SubscriberHub
  private readonly wants: ((event: ReadEvent) => boolean) | undefined
  private readonly known: EventCursor | null
  private readonly queue: Handoff<ReadEvent>
  /** Read from the log up to here; null when the tail is past it. */
  private position: EventCursor | null
  private isLive: boolean
  /** Of what is told live, what came after it was made; all when null. */
  private isComing: ((event: EventCursor) => boolean) | null = null
  /** Everything up to here is in the queue or was taken from it. */
  private last: EventCursor | null = null
  /** What is offered while a page is being read: it may be on that page, or come after it. */
  private meanwhile: ReadEvent[] | null = null
  /** More was offered meanwhile than the queue holds. */
  private missed = false
  private reading = false

  constructor(hub: SubscriberHub, { accounts, wants, after, known }: SubscriberOptions) {
    this.accounts = accounts
    this.hub = hub
    this.wants = wants
    this.known = known
    this.queue = new Handoff(this)
    this.position = after
    this.isLive = after === null
  }

  next(): Promise<IteratorResult<ReadEvent, undefined>> {
    const next = this.queue.next()
    this.readIfWanted()
    return next
  }

  handTo(receiver: Receiver<ReadEvent>): void {
    this.queue.handTo(receiver)
    this.readIfWanted()
  }

  goOn(): void {
    this.queue.goOn()
    this.readIfWanted()
  }

  return(): Promise<IteratorResult<ReadEvent, undefined>> {
    this.queue.end()
    return Promise.resolve({ done: true, value: undefined })
  }

  throw(error: unknown): Promise<IteratorResult<ReadEvent, undefined>> {
    this.queue.end()
    return Promise.reject(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  retarget(accounts: ReadonlySet<string>): void {
    const before = this.accounts
    this.accounts = accounts
    this.hub.onRetarget(this, before)
  }

  onEnd(): void {
    this.hub.onEnd(this)
  }

  offer(event: ReadEvent): void {
    if (!this.isWanted(event)) return
    const { meanwhile, queue, hub } = this
    if (meanwhile) {
      if (meanwhile.length < hub.queueLimit) meanwhile.push(event)
      else this.missed = true
      return
    }
    // Whoever is not live reads it from the log.
    if (!this.isLive || this.isRead(event)) return
    if (queue.waiting() < hub.queueLimit) {
      queue.give(event)
      this.last = event
    } else {
      this.isLive = false
      this.position = this.last
    }
  }

  /** Live from the moment of the call: what the answer denies was committed before it. */
  async goLive(comingAfterNow: () => Promise<(event: EventCursor) => boolean>): Promise<void> {
    const meanwhile: ReadEvent[] = []
    this.meanwhile = meanwhile
    try {
      this.isComing = await comingAfterNow()
    } catch (error) {
      this.queue.end()
      throw error
    } finally {
      this.meanwhile = null
    }
    for (const event of meanwhile) this.offer(event)
  }

  private isWanted(event: ReadEvent): boolean {
    if (this.known && event.seq === this.known.seq) return false
    if (this.isComing && !this.isComing(event)) return false
    return this.wants === undefined || this.wants(event)
  }

  // The tail may be behind the page that was read last. It offers in order: one look past suffices.
  private isRead(event: ReadEvent): boolean {
    if (this.position && compareCursors(event, this.position) <= 0) return true
    this.position = null
    return false
  }

  private readIfWanted(): void {
    if (!this.isLive && this.queue.wanted()) void this.catchUp()
  }

  private async catchUp(): Promise<void> {
    if (this.reading) return
    this.reading = true
    try {
      while (!this.isLive && this.position && this.queue.wanted()) await this.readOn(this.position)
    } catch (error) {
      this.queue.fail(error)
    } finally {
      this.reading = false
    }
  }

  private async readOn(from: EventCursor): Promise<void> {
    const { hub, queue } = this
    const meanwhile: ReadEvent[] = []
    this.meanwhile = meanwhile
    this.missed = false
    const page = await hub.readPage(from, [...this.accounts])
    this.meanwhile = null
    this.position = page.position
    this.last = page.position
    for (const event of page.events) if (this.isWanted(event)) queue.give(event)
    // Behind by more than the queue holds: what was offered is read from the log, page by page.
    if (page.full || this.missed) return
    if (page.events.length + meanwhile.length > hub.queueLimit) return
    this.isLive = true
    for (const event of meanwhile) this.offer(event)
  }
}
