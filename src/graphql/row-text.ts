// What PostgreSQL writes itself: a row as JSON, where all that is selected of it is what its
// columns hold, or lists of such rows below it. Such text goes into the answer as it is, instead of
// being taken apart and put together again. Says what it makes in SQL over `r`, the rows that are
// joined to it and the lists below it. Who may see it is settled before.

import {
  getArgumentValues,
  isEnumType,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
} from 'graphql'
import type { Context } from '../context.ts'
import { listOfParent, type PageAsk } from '../db/keyset.ts'
import type { Join, Selection } from '../db/selection.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Variables } from './conditions.ts'
import { columnOf } from './datamodel.ts'
import { idText, type NodeName } from './ids.ts'
import { pageSize } from './lists.ts'
import { selectionOfRow, selectionOfRows, type ListBelow } from './look-ahead.ts'
import { planAt, type FieldPlan, type ObjectPlan } from './plan.ts'
import { demandText } from './text.ts'

type RowText = { text: string; below: readonly BelowText[] }
type BelowText = { field: FieldPlan; list: ListBelow; selection: Selection; row: RowText }

/** What a field asks of rows, as text; `isWhole`: and nothing else of their page. */
type Compiled = { selection: Selection; row: RowText } | null

const known = new WeakMap<FieldPlan, Compiled>()

/** What the rows of the connection are asked for that this field answers with. */
export function rowsWanted(ctx: Context, info: GraphQLResolveInfo): Selection | undefined {
  return asText(ctx, info, selectionOfRows(info), rowsIn)
}

/** What the one row is asked for that this field answers with. */
export function rowWanted(ctx: Context, info: GraphQLResolveInfo): Selection | undefined {
  return asText(ctx, info, selectionOfRow(info), rowIn)
}

/** What is asked of rows, as text where that will do and can be had. */
function asText(
  ctx: Context,
  info: GraphQLResolveInfo,
  selection: Selection | undefined,
  find: (field: FieldPlan) => Rows | null,
): Selection | undefined {
  const field = ctx.sentWith ? planAt(info) : undefined
  if (!field || !selection) return selection
  let compiled = known.get(field)
  if (compiled === undefined) known.set(field, (compiled = compile(field, selection, find)))
  if (!compiled) return selection
  const { below } = compiled.row
  if (below.length === 0) return compiled.selection
  try {
    const lists = below.map((each) => listText(each, ctx, ctx.sentWith ?? {}))
    const name = JSON.stringify([
      compiled.selection.name,
      lists.map(({ sql, values }) => [sql, values]),
    ])
    return { ...compiled.selection, name, below: lists }
  } catch {
    // Whatever is wrong with its arguments is said where the list is resolved.
    return selection
  }
}

function compile(
  field: FieldPlan,
  selection: Selection,
  find: (field: FieldPlan) => Rows | null,
): Compiled {
  const rows = find(field)
  const row = rows && rowText(rows.plan, selection.joins)
  if (!row) return null
  const { text } = row
  const name = `${rows.isWhole} ${text}`
  return { selection: { ...selection, text, name, ...(rows.isWhole && { isWhole: true }) }, row }
}

function listText(
  { field, list, selection, row }: BelowText,
  ctx: Context,
  variables: Variables,
): Prisma.Sql {
  const [node] = field.nodes
  if (!node) throw new Error('A planned field has no place in its document.')
  const args = getArgumentValues(field.definition, node, variables as Record<string, unknown>)
  demandText(args)
  const query = list(args, ctx)
  if (!query) throw new Error('This list is not written.')
  const below = row.below.map((each) => listText(each, ctx, variables))
  const order = { ...query.order, list: query.table }
  const whole = { ...query, order, selection: { ...selection, text: row.text, below } }
  return listOfParent(whole, args as PageAsk, pageSize(args as PageAsk))
}

/** The plan of the rows that a field answers with, and whether nothing else is asked of it. */
type Rows = { plan: ObjectPlan; isWhole: boolean }

/** The row that the field answers with. */
function rowIn({ completion }: FieldPlan): Rows | null {
  return completion.kind === 'object' ? { plan: completion.plan, isWhole: false } : null
}

/** The rows of the connection that it answers with; null where they are asked for twice. */
function rowsIn({ completion }: FieldPlan): Rows | null {
  if (completion.kind !== 'object') return null
  const plans: ObjectPlan[] = []
  let isWhole = true
  const look = ({ fields }: ObjectPlan) => {
    for (const { completion: below, definition } of fields) {
      const item = below.kind === 'list' ? below.item : below
      if (item.kind !== 'object') continue
      if (/^nodes?$/.test(definition.name)) plans.push(item.plan)
      else look(item.plan)
      if (definition.name !== 'nodes') isWhole = false
    }
  }
  look(completion.plan)
  const [plan] = plans
  return plan && plans.length === 1 ? { plan, isWhole } : null
}

/** What a field says of itself to be written: the column it shows, or the type of its global id. */
type Writing = {
  pothosExposedField?: string
  globalId?: NodeName
  one?: { key: string }
  below?: ListBelow
}

/** `below` takes the lists that are found below the row; a joined row has none. */
type Row = { model: string; alias: string; joins: readonly Join[]; below: BelowText[] | null }

/** A row with what a plan selects of it; null where that is more than can be written. */
function rowText(plan: ObjectPlan, joins: readonly Join[]): RowText | null {
  const [field] = plan.fields
  if (!field) return null
  const below: BelowText[] = []
  const model = field.info.parentType.name
  const text = objectText(plan, (each) => valueText(each, { model, alias: 'r', joins, below }))
  // Two texts that follow each other are one.
  return text === null ? null : { text: text.replaceAll("' || '", ''), below }
}

function objectText(
  { fields }: ObjectPlan,
  textOf: (field: FieldPlan) => string | null,
): string | null {
  const parts: string[] = []
  for (const field of fields) {
    const value = field.typeName === null ? textOf(field) : `'"${field.typeName}"'`
    if (value === null) return null
    parts.push(`'${parts.length > 0 ? ',' : '{'}"${field.key}":' || ${value}`)
  }
  return parts.length > 0 ? `${parts.join(' || ')} || '}'` : `'{}'`
}

function valueText(field: FieldPlan, row: Row): string | null {
  const { pothosExposedField, globalId, one, below } = field.definition.extensions as Writing
  if (globalId) return idText(globalId, row.alias)
  if (below) return belowText(field, below, row)
  const name = one?.key ?? pothosExposedField
  const column = name === undefined ? undefined : columnOf(row.model, name)
  if (!column || column.isList || (field.isNonNull && !column.isRequired)) return null
  const place = `${row.alias}."${name}"`
  if (one) return joinedText(field, one.key, column.isRequired, row)
  if (field.completion.kind !== 'leaf') return null
  const text = leafText(field.completion.type, column, place)
  return text === null || column.isRequired ? text : `coalesce(${text}, 'null')`
}

function joinedText(field: FieldPlan, key: string, isRequired: boolean, row: Row): string | null {
  const index = row.joins.findIndex((join) => join.key === key)
  const join = row.joins[index]
  if (!join || field.completion.kind !== 'object') return null
  const joined: Row = { model: join.table, alias: `j${index}`, joins: [], below: null }
  const text = objectText(field.completion.plan, (each) => valueText(each, joined))
  if (text === null || isRequired) return text
  return `CASE WHEN ${row.alias}."${key}" IS NULL THEN 'null' ELSE ${text} END`
}

/** A connection of which nothing but its rows is asked; what they are is said when it is known. */
function belowText(field: FieldPlan, list: ListBelow, { below }: Row): string | null {
  const rows = rowsIn(field)
  const selection = selectionOfRows(field.info)
  const row = below && rows?.isWhole && selection && rowText(rows.plan, selection.joins)
  if (!row || field.completion.kind !== 'object') return null
  const items = `coalesce(b${below.length}."items", '')`
  below.push({ field, list, selection, row })
  return objectText(field.completion.plan, ({ definition }) =>
    definition.name === 'nodes' ? `'[' || ${items} || ']'` : null,
  )
}

/** Only what is written as it is held: other scalars look at values before they show them. */
function leafText(
  shown: GraphQLNamedType,
  { type, kind }: { type: string; kind: string },
  place: string,
): string | null {
  if (isEnumType(shown)) {
    const isSame = shown.getValues().every(({ name, value }) => name === value)
    return kind === 'enum' && isSame ? `'"' || ${place}::text || '"'` : null
  }
  switch (`${type} ${shown.name}`) {
    case 'String String':
    case 'String ID':
      return `to_json(${place})::text`
    case 'Int Int':
    case 'Boolean Boolean':
      return `${place}::text`
    case 'DateTime DateTime':
      return `to_char(${place}, '\\"YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\\"')`
    default:
      return null
  }
}
