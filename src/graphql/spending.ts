// Whether an operation may run, by what it costs and by what its asker has left, and how the asker
// is told. Every door and every document that runs in process comes through here, once, before
// anything is read.

import { GraphQLError } from 'graphql'
import ipaddr from 'ipaddr.js'
import type { Budgets, Charge, Standing } from '../auth/budget.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Cost } from './cost.ts'
import { limits, refusalOfCost } from './limits.ts'

/** What an operation took; `standing` is null where nothing is limited. */
export type Spending = { cost: number; standing: Standing | null }

export type Admission = { spending: Spending; refusal: GraphQLError | null }

export type Asker = { viewer: Viewer; address: string | null; budgets: Budgets }

/**
 * Takes what the operation costs from the budgets of its asker, or says why it may not run. What is
 * not run costs one point; what is refused for want of points costs nothing. The cost is null when
 * it is not known because the request is wrong.
 */
export function spend(asker: Asker, cost: Cost | null): Admission {
  const charges = chargesOf(asker)
  const refusal = cost && refusalOfCost(cost, mostOf(charges))
  const points = cost && !refusal ? Math.max(cost.complexity, 1) : 1
  for (const charge of charges) charge.points = points
  const { taken, standing } = asker.budgets.take(charges)
  if (taken || !standing) return { spending: { cost: points, standing }, refusal }
  return { spending: { cost: 0, standing }, refusal: rateLimited(points, standing) }
}

/** The largest cost of an operation that this asker can have. */
export function maxCostOf(asker: Asker): number {
  return mostOf(chargesOf(asker))
}

function mostOf(charges: readonly Charge[]): number {
  return charges.reduce((most, { limit }) => Math.min(most, limit), limits.complexity)
}

/**
 * An account is charged by who reaches it alone: of others it is not known which one it is. Guests
 * have only what their address has: they must not use up what its credentials live on.
 */
function chargesOf({ viewer, address, budgets }: Asker): Charge[] {
  const { credential, account } = budgets.limits
  if (viewer.kind === 'SYSTEM') return []
  const charges: Charge[] = []
  if (credential > 0) {
    const key =
      viewer.kind === 'ANONYMOUS' ? `address ${networkOf(address)}` : `credential ${viewer.id}`
    charges.push({ key, points: 0, limit: credential })
  }
  if (account > 0 && viewer.kind !== 'ANONYMOUS' && viewer.grants.size === 1) {
    const [id] = viewer.grants.keys()
    charges.push({ key: `account ${id}`, points: 0, limit: account })
  }
  return charges
}

/** By what a sender is counted: one sender has all of the last 64 bits of an IPv6 address. */
export function networkOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${(parsed as ipaddr.IPv6).parts.slice(0, 4).join(':')}/64`
}

function rateLimited(cost: number, standing: Standing): GraphQLError {
  const { limit, remaining, resetsAt, resetsInSeconds } = standing
  return new GraphQLError(
    `This operation costs ${cost} points; ${remaining} of ${limit} are left in this minute. ` +
      `Try again in ${resetsInSeconds} seconds.`,
    {
      extensions: {
        code: 'RATE_LIMITED',
        retryAfterSeconds: resetsInSeconds,
        cost,
        limit,
        remaining,
        resetsAt: new Date(resetsAt).toISOString(),
      },
    },
  )
}

/** As a result tells it beside `data` and `errors`. */
export function spendingExtensions({ cost, standing }: Spending): Record<string, unknown> {
  if (!standing) return { cost }
  const { limit, remaining, resetsAt } = standing
  return { cost, rateLimit: { limit, remaining, resetsAt: new Date(resetsAt).toISOString() } }
}

/** As an HTTP answer tells it (draft-ietf-httpapi-ratelimit-headers-03). */
export function standingHeaders(standing: Standing | null): Record<string, string> {
  if (!standing) return {}
  return {
    'ratelimit-limit': String(standing.limit),
    'ratelimit-remaining': String(standing.remaining),
    'ratelimit-reset': String(standing.resetsInSeconds),
  }
}
