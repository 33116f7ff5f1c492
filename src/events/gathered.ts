// A source of what is derived from events: one event may become several things or none, and what
// comes soon after another is put together. The first comes at once, so a single change is quick;
// in a burst there is one batch in each window.

import type { Receiver } from './handoff.ts'
import type { ReadEvent } from './log.data.ts'
import type { EventSource } from './source.ts'

type Options<T extends ReadEvent> = {
  /** What becomes of an event. */
  derive: (event: ReadEvent) => Promise<readonly T[]>
  /** One thing in place of two, or null when they are of different kinds. */
  merge: (one: T, other: T) => T | null
  windowMs?: number
}

function add<T>(things: T[], one: T, merge: (known: T, one: T) => T | null): void {
  for (const [index, known] of things.entries()) {
    const whole = merge(known, one)
    if (whole === null) continue
    things[index] = whole
    return
  }
  things.push(one)
}

// What fails while nobody waits fails whoever asks next, not the process.
function nextOf(source: EventSource) {
  const next = source.next()
  next.catch(() => {})
  return next
}

export function gathered<T extends ReadEvent>(
  source: EventSource,
  { derive, merge, windowMs = 250 }: Options<T>,
): EventSource {
  const ready: T[] = []
  let coming: Promise<IteratorResult<ReadEvent, undefined>> | null = null
  let quietUntil = -Infinity
  let ended = false

  // Reads on until the window is over; what is not there by then is left for the next.
  const gather = async (): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), Math.max(0, quietUntil - performance.now()))
    })
    try {
      while (!ended) {
        coming ??= nextOf(source)
        const step = await (ready.length > 0 || quietUntil > performance.now()
          ? Promise.race([coming, over])
          : coming)
        if (step === null) {
          if (ready.length > 0) return
          continue
        }
        coming = null
        if (step.done) ended = true
        else for (const one of await derive(step.value)) add(ready, one, merge)
        if (ready.length > 0 && performance.now() >= quietUntil) return
      }
    } finally {
      clearTimeout(timer)
    }
  }

  const next = async (): Promise<IteratorResult<ReadEvent, undefined>> => {
    if (ready.length === 0) {
      await gather()
      quietUntil = performance.now() + windowMs
    }
    const value = ready.shift()
    return value ? { done: false, value } : { done: true, value: undefined }
  }

  const handing = handOn(next, () => ended)
  return {
    next,
    ...handing,
    return: () => {
      ended = true
      handing.goOn()
      return source.return()
    },
    follow: (viewer) => source.follow(viewer),
    mayHear: (event) => source.mayHear(event),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Asks for one after the other, and hands them on. */
function handOn(next: EventSource['next'], isEnded: () => boolean) {
  let goOn = () => {}
  const run = async (receiver: Receiver<ReadEvent>): Promise<void> => {
    let fault: unknown = null
    try {
      for (let step = await next(); !step.done && !isEnded(); step = await next()) {
        const isHeld = new Promise<void>((resolve) => (goOn = resolve))
        if (!receiver.take(step.value)) await isHeld
      }
    } catch (error) {
      fault = error
    }
    receiver.onEnd(fault)
  }
  return {
    handTo: (receiver: Receiver<ReadEvent>) => void run(receiver),
    goOn: () => goOn(),
  }
}
