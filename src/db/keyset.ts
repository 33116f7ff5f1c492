// Keyset pages over one table, in one statement, whatever the number of accounts or parents: each
// partition (an account, or one parent row) gives its own top rows from its own index, LATERAL, and
// merged lists are cut once more; of very many accounts only those are read that can be on the
// page. The cursor is the last row's order value and id, so that page 1,000 costs what page 1
// costs. Knows no noun.

import type { Pool } from 'pg'
import { Prisma } from '../generated/prisma/client.ts'
import { asLists, ownColumns, placed, selected, withJoined, type Selection } from './selection.ts'
import { run, runForLists } from './statement.ts'
import { runForTexts } from './text-statement.ts'
import { Written } from './written.ts'

export type Direction = 'ASC' | 'DESC'

/** The column a list is ordered by; the row's id breaks ties. */
export type Order = {
  /** Of what the list is; a cursor is good for lists of the same in the same order. */
  list?: string
  column: string
  type: 'timestamptz' | 'text' | 'bigint'
  direction: Direction
}

export type PageAsk = {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
  /** Rows left out before the page, counted from its side of the list; costs by their number. */
  skip?: number | null
}

export type Partition = { accountId: string; parentId?: string }

export type ListQuery = {
  /** Table name; its alias is `r`, the partition's is `u` (`u."accountId"`, `u."parentId"`). */
  table: string
  /** What rows are read from instead of the table, with `accountId` and `id` among its columns. */
  from?: Prisma.Sql
  /** The list's conditions on `r`; the account is added here. */
  where: Prisma.Sql[]
  order: Order
  partitions: Partition[]
  /** One list over all partitions, or one list for each. */
  merged: boolean
  /** What is read of the rows; left out, all columns and nothing beside them. */
  selection?: Selection | undefined
}

export type Page<Row> = { rows: Row[]; hasNextPage: boolean; hasPreviousPage: boolean }

/** Most accounts that are read each at once; of more, those are found first that have the page. */
const lateralLimit = 100

export class BadCursor extends Error {}

type Cursor = { value: string; id: string }

/** The cursor of a row in this order; opaque to clients, valid for this order only. */
export function encodeCursor(order: Order, row: Record<string, unknown>): string {
  const value = row[order.column]
  const text = value instanceof Date ? value.toISOString() : String(value)
  return Buffer.from(JSON.stringify([nameOf(order), text, row.id])).toString('base64url')
}

const nameOf = ({ list = '', column, direction }: Order) => `${list}.${column} ${direction}`

/** Throws BadCursor for text that is no cursor, or one of another order. */
export function decodeCursor(order: Order, text: string): Cursor {
  const bytes = Buffer.from(text, 'base64url')
  let parts: unknown
  try {
    parts = JSON.parse(bytes.toString())
  } catch {
    throw new BadCursor()
  }
  // Buffer skips what is not base64url, so the text is compared with what it should have been.
  if (bytes.toString('base64url') !== text) throw new BadCursor()
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== nameOf(order)) {
    throw new BadCursor()
  }
  const [, value, id] = parts as unknown[]
  if (typeof value !== 'string' || typeof id !== 'string') throw new BadCursor()
  if (!uuid.test(id) || !isValue[order.type](value)) throw new BadCursor()
  return { value, id }
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** Whether a text is a value of the type, in the form that cursors have. */
const isValue: Record<Order['type'], (text: string) => boolean> = {
  text: (text) => !text.includes('\u0000'),
  bigint: (text) => /^\d{1,18}$/.test(text),
  // Years from 0001 on: PostgreSQL knows no year 0.
  timestamptz: (text) =>
    /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && isRealTime(text),
}

/** The runtime reads 30 February as 2 March; the database refuses it. */
function isRealTime(text: string): boolean {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString() === text
}

/** One page per partition (`merged: false`, in the order of the partitions) or one over all. */
export async function readPages<Row extends object>(
  pool: Pool,
  query: ListQuery,
  ask: PageAsk,
  size: number,
): Promise<Page<Row>[]> {
  const lists = query.merged ? 1 : query.partitions.length
  if (query.partitions.length === 0) {
    return Array.from({ length: lists }, () => emptyPage<Row>())
  }
  if (query.selection?.isWhole) return readWhole(pool, query, ask, size)
  const backward = ask.last != null
  const result = await readRows<Row & { _parent?: string }>(pool, query, ask, size)
  if (query.merged) return [toPage<Row>(result, ask, size, backward)]
  const byParent = Map.groupBy(result, (row) => row._parent)
  return query.partitions.map(({ parentId }) =>
    toPage<Row>(byParent.get(parentId) ?? [], ask, size, backward),
  )
}

/** Pages of which nothing is asked but their rows: each is one text, and stands for them. */
async function readWhole<Row extends object>(
  pool: Pool,
  query: ListQuery,
  ask: PageAsk,
  size: number,
): Promise<Page<Row>[]> {
  const { table: name, order, selection, merged, partitions } = query
  const page = pageStatement(query, ask, size, selected(ownColumns(name, order.column, selection!)))
  const inOrder = sortedBy({ ...query, merged: true }, {})
  const statement = asLists(page, selection!, inOrder, merged ? null : '_parent')
  const lists = await runForTexts(pool, statement)
  const toWhole = (items: string | null | undefined): Page<Row> => {
    const rows = new Written(`[${items ?? ''}]`) as unknown as Row[]
    return { ...emptyPage<Row>(), rows }
  }
  if (merged) return [toWhole(lists[0]?.[0])]
  const byParent = new Map(lists.map(([parent, items]) => [parent, items]))
  return partitions.map(({ parentId }) => toWhole(byParent.get(parentId ?? null)))
}

/** The list below the row that `u` names, as one text, for the statement that reads that row. */
export function listOfParent(
  query: Omit<ListQuery, 'partitions' | 'merged'> & { selection: Selection },
  ask: PageAsk,
  size: number,
): Prisma.Sql {
  const { table: name, order, selection } = query
  const one = { ...query, partitions: [], merged: false }
  const columns = selected(ownColumns(name, order.column, selection))
  const { each } = ofPartition(one, ask, size, columns)
  return asLists(each, selection, sortedBy({ ...one, merged: true }, {}), null)
}

/** How many rows the list has, per partition or over all; one statement. */
export async function countRows(pool: Pool, query: ListQuery): Promise<number[]> {
  if (query.partitions.length === 0) return query.merged ? [0] : []
  const statement = Prisma.sql`
    SELECT ${query.merged ? Prisma.empty : Prisma.sql`u."parentId" AS "_parent",`}
      count(*)::int AS "count"
    FROM ${partitionRows(query)} JOIN ${table(query)} r ON ${conditions(query)}
    ${query.merged ? Prisma.empty : Prisma.sql`GROUP BY u."parentId"`}`
  const rows = await run<{ _parent?: string; count: number }>(pool, statement)
  if (query.merged) return [rows[0]?.count ?? 0]
  const counts = new Map(rows.map((row) => [row._parent, row.count]))
  return query.partitions.map(({ parentId }) => counts.get(parentId) ?? 0)
}

function emptyPage<Row>(): Page<Row> {
  return { rows: [], hasNextPage: false, hasPreviousPage: false }
}

function toPage<Row>(found: Row[], ask: PageAsk, size: number, backward: boolean): Page<Row> {
  const more = found.length > size
  const rows = more ? found.slice(0, size) : found
  // The row of a cursor lies beyond the page on its side, and so do those that are skipped.
  const skipped = (ask.skip ?? 0) > 0
  return backward
    ? {
        rows: rows.toReversed(),
        hasPreviousPage: more || ask.after != null,
        hasNextPage: skipped || ask.before != null,
      }
    : {
        rows,
        hasNextPage: more || ask.before != null,
        hasPreviousPage: skipped || ask.after != null,
      }
}

async function readRows<Row extends object>(
  pool: Pool,
  query: ListQuery,
  ask: PageAsk,
  size: number,
): Promise<Row[]> {
  const { table: name, order, selection } = query
  const limit = size + 1
  if (!selection) return run<Row>(pool, pageStatement(query, ask, limit, Prisma.raw('r.*')))
  const own = ownColumns(name, order.column, selection)
  const page = pageStatement(query, ask, limit, selected(own))
  const shown = shownColumns(own, query)
  const statement = withJoined(page, shown, selection, sortedBy(query, ask))
  return placed(await runForLists(pool, statement), shown, selection) as Row[]
}

/** Of a row as JSON only its place is asked for beside it. */
function shownColumns(own: string[], { merged, order, selection }: ListQuery): string[] {
  const columns = selection?.text === undefined ? own : ['id', order.column]
  return merged ? columns : ['_parent', ...columns]
}

/** The order in which a page is read: from the side of the list that it is counted from. */
function sortedBy({ order, merged }: ListQuery, { last }: PageAsk): Prisma.Sql {
  const descending = (order.direction === 'DESC') !== (last != null)
  const way = descending ? 'DESC' : 'ASC'
  const parent = merged ? '' : '"_parent", '
  return Prisma.raw(`ORDER BY ${parent}r."${order.column}" ${way}, r."id" ${way}`)
}

/** What a partition, which `u` names, gives of a page: its rows, in order. */
function ofPartition(query: ListQuery, ask: PageAsk, rows: number, columns: Prisma.Sql) {
  const sorted = sortedBy({ ...query, merged: true }, ask)
  // A literal limit: PostgreSQL plans a prepared statement with a parameter there badly.
  const skip = Math.trunc(ask.skip ?? 0)
  const end = Math.trunc(rows)
  const limit = Prisma.raw(`LIMIT ${end}${skip > 0 ? ` OFFSET ${skip}` : ''}`)
  // What is skipped is skipped of all partitions together.
  const ofEach = query.merged ? Prisma.raw(`LIMIT ${end + skip}`) : limit
  const where = conditions(query, boundsOf(query.order, ask))
  const each = Prisma.sql`SELECT ${columns} FROM ${table(query)} r WHERE ${where} ${sorted} ${ofEach}`
  return { each, sorted, limit }
}

function pageStatement(query: ListQuery, ask: PageAsk, rows: number, columns: Prisma.Sql) {
  const { each, sorted, limit } = ofPartition(query, ask, rows, columns)
  if (!query.merged) {
    return Prisma.sql`SELECT u."parentId" AS "_parent", r.* FROM ${partitionRows(query)}
      CROSS JOIN LATERAL (${each}) r ${sortedBy(query, ask)}`
  }
  const enough = Math.trunc(rows) + Math.trunc(ask.skip ?? 0)
  const from =
    query.partitions.length > Math.max(enough, lateralLimit)
      ? foremost(query, ask, enough)
      : partitionRows(query)
  return Prisma.sql`SELECT r.* FROM ${from} CROSS JOIN LATERAL (${each}) r ${sorted} ${limit}`
}

/**
 * Of many accounts those whose first rows come first, as many as rows are wanted: whatever comes
 * behind the first row of one that is left out comes behind all of theirs.
 */
function foremost(query: ListQuery, ask: PageAsk, enough: number): Prisma.Sql {
  const sorted = sortedBy(query, ask)
  const bounds = boundsOf(query.order, ask)
  const order = Prisma.raw(`r."${query.order.column}", r."id"`)
  return Prisma.sql`(SELECT u."accountId" FROM ${partitionRows(query)}
    CROSS JOIN LATERAL (SELECT ${order} FROM ${table(query)} r
      WHERE ${conditions(query, bounds)} ${sorted} LIMIT 1) r
    ${sorted} ${Prisma.raw(`LIMIT ${enough}`)}) u`
}

function table(query: ListQuery): Prisma.Sql {
  return query.from ?? Prisma.raw(`"${query.table}"`)
}

function partitionRows(query: ListQuery): Prisma.Sql {
  const accounts = query.partitions.map(({ accountId }) => accountId)
  if (query.merged) return Prisma.sql`unnest(${accounts}::uuid[]) u("accountId")`
  const parents = query.partitions.map(({ parentId }) => parentId)
  return Prisma.sql`unnest(${accounts}::uuid[], ${parents}::uuid[]) u("accountId", "parentId")`
}

function conditions(query: ListQuery, bounds: Prisma.Sql[] = []): Prisma.Sql {
  const column = Prisma.raw(query.table === 'Account' ? 'r."id"' : 'r."accountId"')
  const account = Prisma.sql`${column} = u."accountId"`
  return Prisma.join([account, ...query.where, ...bounds], ' AND ')
}

function boundsOf(order: Order, ask: PageAsk): Prisma.Sql[] {
  const bounds: Prisma.Sql[] = []
  const add = (text: string | null | undefined, beyond: boolean) => {
    if (text == null) return
    const { value, id } = decodeCursor(order, text)
    const sign = Prisma.raw((order.direction === 'ASC') === beyond ? '>' : '<')
    const key = Prisma.raw(`(r."${order.column}", r."id")`)
    const type = Prisma.raw(order.type)
    bounds.push(Prisma.sql`${key} ${sign} (${value}::${type}, ${id}::uuid)`)
  }
  add(ask.after, true)
  add(ask.before, false)
  return bounds
}
