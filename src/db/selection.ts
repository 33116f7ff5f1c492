// Some columns of a list's rows instead of all, and with them columns of rows that they refer to,
// in one statement; or such rows as JSON that is only to be passed on. Knows no noun.

import type { Pool } from 'pg'
import { Prisma } from '../generated/prisma/client.ts'
import type { Key } from './id.ts'
import { runForLists } from './statement.ts'
import { runForTexts } from './text-statement.ts'
import { Written } from './written.ts'

/** A row of another table in the same account, whose id stands in the column `key`. */
export type Join = { key: string; table: string; columns: readonly string[] }

/** What is read beside the key of each row; equal ones have the same name. */
export type Selection = {
  name: string
  columns: readonly string[]
  joins: readonly Join[]
  /** SQL of the row as JSON, over `r` and, in their order, the joined `j0`, `j1`: rows are that. */
  text?: string
  /** Lists below a row, each of which its JSON has as `items` of `b0`, `b1`. */
  below?: readonly Prisma.Sql[]
  /** Of a page as JSON nothing is asked but its rows: it comes as one text. */
  isWhole?: boolean
}

/** The property of a row under which a row stands that was read with it. */
export const joinedName = (key: string) => `_${key}`

const columnsOf = (alias: string, names: readonly string[]) =>
  names.map((name) => Prisma.raw(`${alias}."${name}"`))

/** The columns of a table's rows that a selection needs, those that tell them apart first. */
export function ownColumns(table: string, order: string, { columns, joins }: Selection): string[] {
  const keys = table === 'Account' ? ['id'] : ['id', 'accountId']
  return [...new Set([...keys, order, ...joins.map(({ key }) => key), ...columns])]
}

/** As the list of a SELECT from `r`. */
export function selected(names: readonly string[]): Prisma.Sql {
  return Prisma.join(columnsOf('r', names), ', ')
}

/** The statement, whose rows have the columns `names`, with what it joins behind them. */
export function withJoined(
  statement: Prisma.Sql,
  names: readonly string[],
  selection: Selection,
  sorted: Prisma.Sql,
): Prisma.Sql {
  const { joins, text } = selection
  if (joins.length === 0 && text === undefined) return statement
  const columns = [
    ...columnsOf('r', names),
    ...(text === undefined
      ? joins.flatMap((join, index) => columnsOf(`j${index}`, join.columns))
      : [Prisma.raw(text)]),
  ]
  return Prisma.sql`SELECT ${Prisma.join(columns, ', ')} FROM (${statement}) r
    ${joined(selection)} ${sorted}`
}

/**
 * The rows of the statement as the items of one JSON list, in this order, or of a list for each
 * value of the column `by`, which comes before it.
 */
export function asLists(
  statement: Prisma.Sql,
  selection: Selection,
  sorted: Prisma.Sql,
  by: string | null,
): Prisma.Sql {
  const key = by === null ? '' : `r."${by}"`
  return Prisma.sql`SELECT ${Prisma.raw(key && `${key}, `)}
    string_agg(${Prisma.raw(selection.text ?? '')}, ',' ${sorted}) AS "items"
    FROM (${statement}) r ${joined(selection)}
    ${Prisma.raw(key && `GROUP BY ${key}`)}`
}

function joined({ joins, below = [] }: Selection): Prisma.Sql {
  const tables = joins.map(({ table, key }, index) => {
    const account = table === 'Account' ? '' : `j${index}."accountId" = r."accountId" AND `
    return `LEFT JOIN "${table}" j${index} ON ${account}j${index}."id" = r."${key}"`
  })
  if (below.length === 0) return Prisma.raw(tables.join(' '))
  const lists = below.map(
    (list, index) => Prisma.sql`CROSS JOIN LATERAL (${list}) ${Prisma.raw(`b${index}`)}`,
  )
  return Prisma.sql`${Prisma.raw(tables.join(' '))}
    CROSS JOIN LATERAL (SELECT ${Prisma.raw(keyOfParent)}) u ${Prisma.join(lists, ' ')}`
}

/** How lists below a row name it. */
const keyOfParent = 'r."accountId", r."id" AS "parentId"'

/** Rows from lists of their columns, those that were read with them in place. */
export function placed(
  lists: readonly unknown[][],
  names: readonly string[],
  { joins, text }: Selection,
): Record<string, unknown>[] {
  if (text !== undefined) return lists.map((list) => writtenRow(list, names))
  return lists.map((list) => {
    const row: Record<string, unknown> = {}
    let place = 0
    for (const name of names) row[name] = list[place++]
    for (const { key, table, columns } of joins) {
      const id = row[key]
      if (id === null) {
        place += columns.length
        continue
      }
      const joined: Record<string, unknown> = { id }
      if (table !== 'Account') joined['accountId'] = row['accountId']
      for (const name of columns) joined[name] = list[place++]
      row[joinedName(key)] = joined
    }
    return row
  })
}

function writtenRow(list: unknown[], names: readonly string[]): Record<string, unknown> {
  const row = new Written(list[names.length] as string) as Written & Record<string, unknown>
  for (let place = 0; place < names.length; place++) row[names[place]!] = list[place]
  return row
}

/** The rows with these keys, by account and id in one text. */
export async function readSelected<Row>(
  pool: Pool,
  table: string,
  keys: readonly Key[],
  selection: Selection,
): Promise<Map<string, Row>> {
  const names = ownColumns(table, 'id', selection)
  const account = Prisma.raw(table === 'Account' ? 'r."id"' : 'r."accountId"')
  const chosen = Prisma.sql`SELECT ${selected(names)}
    FROM unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
        ${keys.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      JOIN ${Prisma.raw(`"${table}"`)} r ON ${account} = u."accountId" AND r."id" = u."id"`
  const isText = selection.text !== undefined
  const shown = isText ? names.slice(0, 2) : names
  const statement = withJoined(chosen, shown, selection, Prisma.empty)
  const lists = isText ? await runForTexts(pool, statement) : await runForLists(pool, statement)
  const rows = placed(lists, shown, selection)
  return new Map(
    rows.map((row) => [String(row['accountId'] ?? row['id']) + String(row['id']), row as Row]),
  )
}
