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
  const skip = ask.skip ?? 0
  const left = backward ? between.slice(0, Math.max(between.length - skip, 0)) : between.slice(skip)
  const chosen = backward ? left.slice(Math.max(left.length - size, 0)) : left.slice(0, size)
  const more = chosen.length < left.length
  return {
    rows: chosen.map((id) => ({ id })),
    hasNextPage: before != null || (backward ? skip > 0 : more),
    hasPreviousPage: after != null || (backward ? more : skip > 0),
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
