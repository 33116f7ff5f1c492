// The worker: takes deliveries that are due, makes their messages, sends them, and settles what
// came of it; many at a time. While it works it prolongs its leases; when it dies, others take over
// when they run out. Whatever it does in between can be repeated, with the same id.

import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../context.ts'
import { newId } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import type { LoggedEvent } from '../events/event.ts'
import type { Outbound } from '../outbound/post.ts'
import { settleTry, type Try } from './attempt.actions.ts'
import {
  claimDeliveries,
  contentOf,
  prolongLeases,
  releaseDelivery,
  type Leased,
} from './delivery.data.ts'
import { createLoop } from '../events/loop.ts'
import type { EndpointRow } from './endpoint.data.ts'
import { MakerLeft, OutOfReach, type Render } from './message.ts'
import { ownManner, type Manner } from './retry.ts'

export type WebhookWorker = {
  start(): void
  /** There may be something to deliver. */
  wake(): void
  /** Takes nothing more, and gives back what is not done in a few seconds. */
  stop(): Promise<void>
}

type Options = {
  services: Pick<Services, 'db' | 'clock' | 'log'>
  render: Render
  /** Left out, every message is tried in the gateway's own manner. */
  mannerOf?: (format: string) => Manner
  outbound: Outbound
  /** Deliveries under way at once. */
  concurrency?: number
  pollMs?: number
  leaseMs?: number
  /** How long a stop waits for what is under way. */
  graceMs?: number
  random?: () => number
}

/** After a worker's death its deliveries wait for this. */
const usualLeaseMs = 20_000
/** The part of its places that a worker gives to endpoints that fail. */
const failingShare = 0.5

/** What becomes free meanwhile is filled by one look at the database. */
const shortestPauseMs = 20

type Work = { isFailing: boolean; done: Promise<void> }

export function createWebhookWorker(options: Options): WebhookWorker {
  const { services, pollMs = 1_000, leaseMs = usualLeaseMs, graceMs = 2_500 } = options
  const { log } = services
  const name = newId()
  const stopping = new AbortController()
  const under = new Map<string, Work>()
  const read = poolReader(services.db)
  const loop = createLoop({
    work: () => claim(),
    onFault: (error) => log.warn({ err: error }, 'could not look for webhooks; trying again'),
    pollMs,
    shortestPauseMs,
  })
  const claim = claiming(options, name, under, stopping.signal, loop.wake)
  let heart: NodeJS.Timeout | undefined

  const beat = () => {
    if (under.size === 0) return
    const until = services.clock.now() + leaseMs
    prolongLeases(read, name, [...under.keys()], until).catch((error: unknown) =>
      log.warn({ err: error }, 'could not prolong the leases of webhooks; trying again'),
    )
  }

  return {
    start: () => {
      loop.start()
      heart = setInterval(beat, leaseMs / 3)
    },
    wake: loop.wake,
    stop: async () => {
      await loop.stop()
      const all = Promise.all([...under.values()].map(({ done }) => done))
      await Promise.race([all, delay(graceMs, undefined, { ref: false })])
      stopping.abort()
      await all
      clearInterval(heart)
    },
  }
}

/** Takes what is due for the places that are free, and begins to deliver it. */
function claiming(
  options: Options,
  worker: string,
  under: Map<string, Work>,
  stopped: AbortSignal,
  onDone: () => void,
): () => Promise<void> {
  const { services, concurrency = 50, leaseMs = usualLeaseMs } = options
  const { clock, log } = services
  const read = poolReader(services.db)
  const deliver = delivering(options, worker, stopped)

  const take = (leased: Leased, endpoint?: EndpointRow, event?: LoggedEvent) => {
    const done = deliver(leased, endpoint, event)
      .catch((error: unknown) => log.error({ err: error }, 'a webhook could not be delivered'))
      .finally(() => {
        under.delete(leased.id)
        onDone()
      })
    under.set(leased.id, { isFailing: (endpoint?.failingSince ?? null) !== null, done })
  }

  return async () => {
    const free = concurrency - under.size
    if (free <= 0) return
    const failing = [...under.values()].filter(({ isFailing }) => isFailing).length
    const freeForFailing = Math.max(0, Math.floor(concurrency * failingShare) - failing)
    const now = clock.now()
    const leasedUntil = now + leaseMs
    const claim = { worker, now, leasedUntil, free, freeForFailing }
    const leased = await claimDeliveries(read, claim)
    if (leased.length === 0) return
    const { endpoints, events } = await contentOf(read, leased)
    for (const one of leased) take(one, endpoints.get(one.endpointId), events.get(one.eventId))
  }
}

type Sent = Pick<Try, 'answer' | 'isOurFault' | 'ends' | 'isNothing' | 'isDropped'>

const unsent = (error: string | null): Sent => ({
  answer: { status: null, error, body: null, retryAfter: null },
  isOurFault: true,
})

/** Delivers one, and settles it whatever becomes of it. */
function delivering(
  { services, render, mannerOf, outbound, leaseMs = usualLeaseMs, random = Math.random }: Options,
  worker: string,
  stopped: AbortSignal,
) {
  const { db, clock, log } = services

  const send = async (
    leased: Leased,
    endpoint: EndpointRow,
    event: LoggedEvent | undefined,
    at: number,
    { timeoutMs }: Manner,
  ): Promise<Sent> => {
    if (!event) return unsent('The event is not kept any more.')
    try {
      const message = { id: leased.id, at, attempt: leased.attempts }
      const rendered = await render(endpoint, event, message)
      if (rendered === null) return { ...unsent(null), isNothing: true }
      const request = { url: endpoint.url, ...rendered, timeoutMs }
      const answer = await outbound.post(request, stopped)
      return { answer, isOurFault: false }
    } catch (error) {
      if (error instanceof OutOfReach) return { ...unsent(error.message), isDropped: true }
      if (error instanceof MakerLeft) return { ...unsent(error.message), ends: error.message }
      log.error({ err: error, deliveryId: leased.id }, 'the message of a webhook could not be made')
      return unsent('The message could not be made.')
    }
  }

  return async (leased: Leased, endpoint?: EndpointRow, event?: LoggedEvent): Promise<void> => {
    // An endpoint that is gone has taken its deliveries along.
    if (!endpoint) return
    const startedAt = clock.now()
    const began = performance.now()
    const manner = mannerOf?.(endpoint.format) ?? ownManner
    const sent = await send(leased, endpoint, event, startedAt, manner)
    if (sent.answer.status === null && !sent.isNothing && stopped.aborted) {
      return releaseDelivery(poolReader(db), worker, leased)
    }
    const durationMs = Math.round(performance.now() - began)
    const made = { worker, delivery: leased, startedAt, durationMs, manner, ...sent }
    const settle = () => settleTry({ db, clock, log, random }, made)
    const settled = await persistently(settle, leaseMs, stopped)
    if (settled === null)
      log.warn({ deliveryId: leased.id }, 'a webhook took longer than its lease')
  }
}

const againMs = 500

/** What the receiver has said is not forgotten because the database is away for a moment. */
async function persistently<T>(
  work: () => Promise<T>,
  limitMs: number,
  stopped: AbortSignal,
): Promise<T> {
  const giveUpAt = performance.now() + limitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (stopped.aborted || performance.now() > giveUpAt) throw error
      await delay(againMs)
    }
  }
}
