// Pages of ids that are in memory already, cut by the same rules as those that the database cuts.

import { BadCursor, decodeCursor, type Order, type PageAsk } from '../db/keyset.ts'
import { badInput, pageSize, type Connection } from './lists.ts'

/** One page of these ids (uuids), ascending; `list` says of what, for its cursors. */
export function pageOfIds(
  list: string,
  ids: readonly string[],
  ask: PageAsk,
): Connection<{ id: string }> {
  const size = pageSize(ask)
  const order: Order = { list, column: 'id', type: 'text', direction: 'ASC' }
  const [after, before] = [ask.after, ask.before].map((text) =>
    text == null ? null : cursorId(order, text),
  )
  const between = ids.filter((id) => (!after || id > after) && (!before || id < before)).toSorted()
  const backward = ask.last != null
  const chosen = backward
    ? between.slice(Math.max(between.length - size, 0))
    : between.slice(0, size)
  const more = chosen.length < between.length
  return {
    rows: chosen.map((id) => ({ id })),
    hasNextPage: before != null || (!backward && more),
    hasPreviousPage: after != null || (backward && more),
    order,
    count: async () => ids.length,
  }
}

function cursorId(order: Order, text: string): string {
  try {
    return decodeCursor(order, text).id
  } catch (error) {
    if (error instanceof BadCursor) throw badInput('This cursor is none of this list.')
    throw error
  }
}
