// Pages by cursor, for systems that walk a list from either of its ends: from what a request asks
// to the arguments of a list of the graph, which keeps one order, and back.

/** What a document selects of a list beside its nodes. */
export const pageFields =
  'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount'

/** The arguments of a list, as a document declares and passes them. */
export const pageVariables = '$first: Int, $after: String, $last: Int, $before: String'
export const pageArguments = 'first: $first, after: $after, last: $last, before: $before'

export type Walk = {
  /** From the list's end to its start. */
  descending: boolean
  size: number
  /** The page that follows this cursor on the way, or the one that precedes `before`. */
  after?: string | null | undefined
  before?: string | null | undefined
}

export type PageAsk = {
  first: number | null
  after: string | null
  last: number | null
  before: string | null
}

export function askOf({ descending, size, after = null, before = null }: Walk): PageAsk {
  const back = after === null && before !== null
  const cursor = back ? before : after
  return descending === back
    ? { first: size, after: cursor, last: null, before: null }
    : { first: null, after: null, last: size, before: cursor }
}

export type Listed<Node> = {
  nodes: Node[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
  totalCount: number
}

/** In the order of the walk; `next` and `prev` are cursors, null at either end of it. */
export function pageOf<Node>({ nodes, pageInfo, totalCount }: Listed<Node>, descending: boolean) {
  const onward = pageInfo.hasNextPage ? pageInfo.endCursor : null
  const backward = pageInfo.hasPreviousPage ? pageInfo.startCursor : null
  return {
    nodes: descending ? nodes.toReversed() : nodes,
    next: descending ? backward : onward,
    prev: descending ? onward : backward,
    total: totalCount,
  }
}
