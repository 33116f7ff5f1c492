// When a message is tried again, when it is given up, and when its endpoint is: rules, pure. The
// waits are a table, so that everybody can say when the next try comes.

import { DAY, HOUR, MINUTE, type Instant } from '../time/instant.ts'

/** Milliseconds before each try after the first: 13 tries in 75 hours, jitter apart. */
export const waits: readonly number[] = [
  5_000,
  30_000,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  23 * HOUR,
  24 * HOUR,
]

/** How messages of one format are tried. */
export type Manner = {
  /** Milliseconds before each try after the first. */
  waits: readonly number[]
  /** Waits grow by up to this part, so that what failed together does not come back together. */
  jitter: number
  /** How long the receiver has to answer; undefined for as long as any other. */
  timeoutMs: number | undefined
  /** Failed tries in a row after which the endpoint is disabled; null for no such number. */
  blocksAfter: number | null
}

export const ownManner: Manner = { waits, jitter: 0.2, timeoutMs: undefined, blocksAfter: null }

/** Of a format with numbers of its own. Waits that somebody else has published are kept exactly. */
export function mannerOf(format: {
  timeoutSeconds?: number
  delaysSeconds?: readonly number[]
  blocksAfter?: number
}): Manner {
  const { timeoutSeconds, delaysSeconds, blocksAfter = null } = format
  return {
    ...ownManner,
    ...(delaysSeconds && { waits: delaysSeconds.map((delay) => delay * 1000), jitter: 0 }),
    timeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    blocksAfter,
  }
}

/** A receiver that asks for time gets no more than this beyond what it would get anyway. */
const longestAskedMs = HOUR
/** An endpoint that has done nothing but fail for so long is not called any more. */
export const failingLimitMs = 3 * DAY

/** What an answer means: a status, or null when none came. */
export type Outcome = 'DELIVERED' | 'RETRY' | 'GONE'

export function outcomeOf(status: number | null): Outcome {
  if (status === null) return 'RETRY'
  if (status >= 200 && status < 300) return 'DELIVERED'
  // The receiver says that it will never want anything again.
  return status === 410 ? 'GONE' : 'RETRY'
}

/**
 * When to try again after `attempts` tries; null when the message is given up. `random` is at least
 * 0 and below 1. `retryAfter` is what the header of that name held.
 */
export function nextTry(
  now: Instant,
  attempts: number,
  random: number,
  retryAfter: string | null = null,
  { waits: table, jitter }: Pick<Manner, 'waits' | 'jitter'> = ownManner,
): Instant | null {
  const wait = table[attempts - 1]
  if (wait === undefined) return null
  const own = wait * (1 + jitter * random)
  const asked = Math.min(askedWait(now, retryAfter), longestAskedMs)
  return now + Math.round(Math.max(own, asked))
}

/** Milliseconds that Retry-After asks for (RFC 9110, 10.2.3: seconds or a date); 0 for nothing. */
function askedWait(now: Instant, retryAfter: string | null): number {
  const text = retryAfter?.trim() ?? ''
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000
  const at = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}

/** Whether an endpoint whose calls have all failed since then is given up. */
export function isGivenUp(now: Instant, failingSince: Instant): boolean {
  return now - failingSince >= failingLimitMs
}
