// From the log to the waitlist. A follower of the log says of each service somebody waits for that
// something may have come free; that is a row, so no death of a node loses it. The worker looks
// after what is said: offers, in the order of arrival, and ends what is over.

import type { Services } from '../context.ts'
import { linksOf } from '../availability/touch.data.ts'
import { touches } from '../availability/touch.ts'
import type { Key } from '../db/id.ts'
import { poolReader, type Reader } from '../db/reader.ts'
import type { LoggedEvent } from '../events/event.ts'
import { createFollower } from '../events/follower.ts'
import { createLoop } from '../events/loop.ts'
import { HOUR } from '../time/instant.ts'
import { mayFree } from './waitlist.ts'
import { awaitedServices, dueServices, stirAll, stirring } from './waitlist.data.ts'
import { expireWaitlist, offerService, settleOffers } from './offer.actions.ts'

export type WaitlistWorker = {
  /** Reads the log from now on. */
  follow(): Promise<void>
  start(): void
  /** There is something new in the log. */
  wake(): void
  /** Ends after what is being done. */
  stop(): Promise<void>
}

type Options = {
  services: Pick<Services, 'db' | 'clock' | 'log'>
  pollMs?: number
  /** Between looks for whose waiting is over. */
  sweepMs?: number
}

const shortestPauseMs = 25
/** Services that are looked after in one run. */
const mostServices = 100
/** Time itself frees something, such as a day that can be booked from today on. */
const roundMs = HOUR

export function createWaitlistWorker({ services, ...options }: Options): WaitlistWorker {
  const { db, clock, log } = services
  const { pollMs = 1_000, sweepMs = 5_000 } = options
  const read = poolReader(db)
  let roundAt = clock.now()
  let sweptAt = -Infinity
  const work = async (stopped: AbortSignal) => {
    if (performance.now() - sweptAt >= sweepMs) {
      sweptAt = performance.now()
      await expireWaitlist(services)
    }
    if (clock.now() - roundAt >= roundMs) {
      roundAt = clock.now()
      await stirAll(read)
    }
    const due = await dueServices(read, clock.now(), mostServices)
    // What ended an offer is told before what it freed is offered to the next.
    while (!stopped.aborted && (await settleOffers(services)) > 0);
    for (const service of due) {
      // One that cannot be looked after now keeps nobody else waiting.
      await offerService(services, service).catch((error: unknown) =>
        log.warn({ err: error, service: service.id }, 'could not look after who waits'),
      )
    }
    return due.length === mostServices
  }
  const loop = createLoop({
    work,
    onFault: (error) => log.warn({ err: error }, 'the waitlist was not looked after; trying again'),
    pollMs,
    shortestPauseMs,
  })
  const follower = createFollower({
    name: 'waitlist',
    db,
    clock,
    log,
    pollMs,
    written: async (reader, events) => {
      const keys = await freedServices(reader, events)
      return keys.length > 0 ? [stirring(keys)] : []
    },
    onWritten: loop.wake,
  })
  return {
    follow: follower.start,
    start: loop.start,
    wake: follower.wake,
    stop: async () => {
      await follower.stop()
      await loop.stop()
    },
  }
}

/** Services somebody waits for, of which something may have come free by these events. */
async function freedServices(read: Reader, events: readonly LoggedEvent[]): Promise<Key[]> {
  const freeing = events.filter(mayFree)
  if (freeing.length === 0) return []
  const accountIds = [...new Set(freeing.map(({ accountId }) => accountId))]
  const awaited = await awaitedServices(read, accountIds)
  if (awaited.length === 0) return []
  const touched = (await linksOf(read, awaited)).filter((links) =>
    freeing.some((event) => event.accountId === links.accountId && touches(links, event)),
  )
  return touched.map(({ accountId, serviceId }) => ({ accountId, id: serviceId }))
}
