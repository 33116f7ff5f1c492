// How many points may be spent in a minute, by a credential, an account or an address. Spending is
// a map look-up: each node counts by itself and exchanges its sums with the others a few times a
// second. In between nodes do not know of each other, so together they may let through a little
// more than the limit: what the others let through since this one last asked. When the database
// does not answer, each node counts on alone.

import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Clock } from '../time/clock.ts'
import { MINUTE, type Instant } from '../time/instant.ts'
import { addSpending } from './budget.data.ts'

/** Points that are taken from one budget: `limit` in a minute of the clock. */
export type Charge = { key: string; points: number; limit: number }

/** How a budget stands: what is left until it begins anew. */
export type Standing = {
  limit: number
  remaining: number
  resetsAt: Instant
  /** Whole seconds, at least one. */
  resetsInSeconds: number
}

export type Budgets = {
  /** Points in a minute, by what has them; 0: no limit. */
  limits: BudgetLimits
  /**
   * Takes every charge, or none when one of their budgets lacks the points. `standing` is that of
   * the budget that lacks them, else of the one with the least left; null without charges.
   */
  take(charges: readonly Charge[]): { taken: boolean; standing: Standing | null }
  /** Tells the other nodes what was spent here, and learns what was spent there. Never rejects. */
  exchange(): Promise<void>
  start(): void
  stop(): Promise<void>
}

export type BudgetLimits = { credential: number; account: number }

const windowMs = MINUTE
const exchangeMs = 200
/** Most budgets that are counted in one minute; beyond it the first of them are forgotten. */
const mostCounted = 50_000

/** Of one budget in this minute: what all nodes are known to have spent, and what only this one. */
type Counted = { known: number; sent: number; unsent: number }

type Options = { pool: Pool; clock: Clock; log: Logger; limits: BudgetLimits }

export function createBudgets({ pool, clock, log, limits }: Options): Budgets {
  const minute = createMinute()
  const exchangeNow = createExchange(minute, pool, log)
  let exchanging: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const exchange = () => {
    minute.turn(clock.now())
    return (exchanging ??= exchangeNow().finally(() => {
      exchanging = null
    }))
  }

  return {
    limits,
    take(charges) {
      const now = clock.now()
      minute.turn(now)
      let least: Standing | null = null
      for (const charge of charges) {
        const standing = minute.standingOf(charge, now)
        if (charge.points > standing.remaining) return { taken: false, standing }
        standing.remaining -= charge.points
        if (!least || standing.remaining < least.remaining) least = standing
      }
      for (const charge of charges) minute.spend(charge)
      return { taken: true, standing: least }
    },
    exchange,
    start: () => {
      timer = setInterval(() => void exchange(), exchangeMs)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await exchanging
    },
  }
}

type Minute = ReturnType<typeof createMinute>

/** What is counted in the minute that runs; everything is forgotten when the next one begins. */
function createMinute() {
  const counted = new Map<string, Counted>()
  const dirty = new Set<string>()
  let endsAt: Instant = -Infinity
  return {
    counted,
    /** What was spent since it was last sent. */
    dirty,
    endsAt: () => endsAt,
    turn(now: Instant): void {
      const end = Math.floor(now / windowMs) * windowMs + windowMs
      if (end === endsAt) return
      endsAt = end
      counted.clear()
      dirty.clear()
    },
    standingOf({ key, limit }: Charge, now: Instant): Standing {
      const found = counted.get(key)
      const spent = found ? found.known + found.sent + found.unsent : 0
      const resetsInSeconds = Math.ceil((endsAt - now) / 1000)
      return { limit, remaining: Math.max(limit - spent, 0), resetsAt: endsAt, resetsInSeconds }
    },
    spend({ key, points }: Charge): void {
      const found = counted.get(key)
      if (found) {
        found.unsent += points
      } else {
        const [first] = counted.size >= mostCounted ? counted.keys() : []
        if (first !== undefined) counted.delete(first)
        counted.set(key, { known: 0, sent: 0, unsent: points })
      }
      dirty.add(key)
    },
  }
}

/** One exchange with the other nodes; to be done one at a time. */
function createExchange({ counted, dirty, endsAt }: Minute, pool: Pool, log: Logger) {
  let failing = false
  return async (): Promise<void> => {
    const sending = [...dirty].flatMap((key) => {
      const found = counted.get(key)
      return found ? [{ key, points: found.unsent, found }] : []
    })
    dirty.clear()
    if (sending.length === 0) return
    for (const { found, points } of sending) {
      found.sent = points
      found.unsent -= points
    }
    try {
      const rows = await addSpending(pool, sending, endsAt())
      const spent = new Map(rows.map(({ key, points }) => [key, points]))
      for (const { key, points, found } of sending) {
        // Without an answer the others are a minute ahead, and this node counts alone.
        found.known = spent.get(key) ?? found.known + points
        found.sent = 0
      }
      failing = false
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'could not exchange what was spent; counting alone')
      failing = true
      for (const { key, found } of sending) {
        found.unsent += found.sent
        found.sent = 0
        // Of a minute that is over meanwhile nothing needs to be told.
        if (counted.get(key) === found) dirty.add(key)
      }
    }
  }
}
