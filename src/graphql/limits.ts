// What one operation may cost. A list costs what it may return (`first` times the cost of a node);
// an operation over a limit is refused before anything is read.

import { GraphQLError } from 'graphql'

/** Largest page, and the page size when neither first nor last is given. */
export const maxPageSize = 100
export const defaultPageSize = 25

/** Deepest nesting, largest cost and most fields of one operation. */
export const limits = { depth: 15, complexity: 60_000, breadth: 1_500 }

/** Cost of a connection field: one for itself and its page size for each field of a node. */
export function connectionCost(args: { first?: number | null; last?: number | null }) {
  const size = args.first ?? args.last ?? defaultPageSize
  return { field: 1, multiplier: Math.min(Math.max(size, 1), maxPageSize) }
}

export function complexityError(
  kind: string,
  found: { complexity: number; depth: number; breadth: number },
): GraphQLError {
  const [word, is, limit] =
    kind === 'Depth'
      ? ['depth', found.depth, limits.depth]
      : kind === 'Breadth'
        ? ['number of fields', found.breadth, limits.breadth]
        : ['cost', found.complexity, limits.complexity]
  return new GraphQLError(
    `The ${word} of this operation is ${is}; ${limit} is allowed. Ask for smaller pages or fewer levels.`,
    { extensions: { code: 'OPERATION_TOO_COMPLEX', [kind.toLowerCase()]: is, limit } },
  )
}
