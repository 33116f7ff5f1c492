// What one operation may cost, and one document may hold. A list costs what it may return (`first`
// times the cost of a node); an operation over a limit is refused before anything is read.

import { GraphQLError } from 'graphql'
import type { Cost } from './cost.ts'

/** Largest page, and the page size when neither first nor last is given. */
export const maxPageSize = 100
export const defaultPageSize = 25

/** Most that a list may be asked to skip. */
export const maxSkip = 100_000

/** Deepest nesting, largest cost and most fields of one operation. */
export const limits = { depth: 15, complexity: 60_000, breadth: 1_500 }

/** Most aliases, directives and `__type` of one document. */
export const documentLimits = { aliases: 500, directives: 200, introspectedTypes: 20 }

type Paging = { first?: number | null; last?: number | null; skip?: number | null }

/**
 * Cost of a connection field: one for itself, one for a hundred skipped rows, and its page size for
 * each field of a node.
 */
export function connectionCost({ first, last, skip }: Paging) {
  const size = first ?? last ?? defaultPageSize
  const skipped = Math.ceil(Math.min(Math.max(skip ?? 0, 0), maxSkip) / 100)
  return { field: 1 + skipped, multiplier: Math.min(Math.max(size, 1), maxPageSize) }
}
connectionCost.reads = ['first', 'last', 'skip'] as const

/** Why an operation of this cost is not run; null when it may. `maxCost` can only be lower. */
export function refusalOfCost(cost: Cost, maxCost = limits.complexity): GraphQLError | null {
  const most = Math.min(maxCost, limits.complexity)
  if (cost.depth > limits.depth) return tooComplex('depth', cost.depth, limits.depth)
  if (cost.breadth > limits.breadth) {
    return tooComplex('number of fields', cost.breadth, limits.breadth)
  }
  return cost.complexity > most ? tooComplex('cost', cost.complexity, most) : null
}

function tooComplex(word: string, is: number, limit: number): GraphQLError {
  return new GraphQLError(
    `The ${word} of this operation is ${is}; ${limit} is allowed. ` +
      'Ask for smaller pages or fewer levels.',
    { extensions: { code: 'OPERATION_TOO_COMPLEX', is, limit } },
  )
}
