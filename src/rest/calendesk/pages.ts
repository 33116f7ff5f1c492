// Lists in the envelope that the vendor's lists have, which is that of Laravel.

import { z } from 'zod'
import { text } from '../fields.ts'
import { pageAsk, pageCount, pageNumber, pageSize } from '../numbered.ts'

const usualSize = 15

/** What every list is asked by. */
export const listQuery = {
  limit: pageSize(100).optional(),
  page: pageNumber.optional(),
}

/** What a list that can be searched is asked by. */
export const searchQuery = { query: text(200).optional(), ...listQuery }

export const listNote =
  'A page has 15 unless `limit` says another number, at most 100; beyond the last page there is ' +
  'nothing. The envelope is published in part, the rest of it is ours.'

type Asked = { limit?: number | undefined; page?: number | undefined }

/** `first` and `skip` of the graph. */
export function pageOf({ page = 1, limit = usualSize }: Asked): { first: number; skip: number } {
  return pageAsk(page, limit)
}

export function listSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    current_page: z.int(),
    data: z.array(item),
    total: z.int(),
    per_page: z.int(),
    last_page: z.int(),
    from: z.int().nullable(),
    to: z.int().nullable(),
    next_page_url: z.string().nullable(),
    prev_page_url: z.string().nullable(),
  })
}

/** The envelope of a page; `address` is that of the list, `asked` its whole query. */
export function listOf<Item>(
  { totalCount, items }: { totalCount: number; items: Item[] },
  asked: Asked & Record<string, unknown>,
  address: string,
) {
  const { page = 1, limit = usualSize } = asked
  const lastPage = Math.max(pageCount(totalCount, limit), 1)
  const before = (page - 1) * limit
  const some = items.length > 0
  const at = (wanted: number) => `${address}?${queryOf({ ...asked, page: wanted })}`
  return {
    current_page: page,
    data: items,
    total: totalCount,
    per_page: limit,
    last_page: lastPage,
    from: some ? before + 1 : null,
    to: some ? before + items.length : null,
    next_page_url: page < lastPage ? at(page + 1) : null,
    prev_page_url: page > 1 ? at(page - 1) : null,
  }
}

function queryOf(asked: Record<string, unknown>): string {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}

/** A list with one item, as the description shows it. */
export function listExample<Item>(item: Item) {
  return {
    current_page: 1,
    data: [item],
    total: 1,
    per_page: 10,
    last_page: 1,
    from: 1,
    to: 1,
    next_page_url: null,
    prev_page_url: null,
  }
}
