// What PostgreSQL writes itself: a row as JSON, where all that is selected of it is what its
// columns hold. Such text goes into the answer as it is, instead of being taken apart and put
// together again. Says what it makes in SQL over `r` and the rows that are joined to it.

import { isEnumType, type GraphQLNamedType, type GraphQLResolveInfo } from 'graphql'
import type { Join, Selection } from '../db/selection.ts'
import { columnOf } from './datamodel.ts'
import { idText, type NodeName } from './ids.ts'
import { planAt, type FieldPlan, type ObjectPlan } from './plan.ts'

/** Whether text will do, because nothing of it can be denied and all of it is sent. */
export type Asking = { takesText: boolean }

/** The plan of the rows that a field answers with, and whether nothing else is asked of it. */
type Rows = { plan: ObjectPlan; isWhole: boolean }

const known = new WeakMap<FieldPlan, Selection>()

/** What is asked of rows, as text where that will do and can be had. */
export function asText(
  { takesText }: Asking,
  info: GraphQLResolveInfo,
  selection: Selection,
  find: (field: FieldPlan) => Rows | null,
): Selection {
  const field = takesText ? planAt(info) : undefined
  if (!field) return selection
  let found = known.get(field)
  if (!found) {
    const rows = find(field)
    const text = rows && rowText(rows.plan, selection.joins)
    const { isWhole } = rows ?? {}
    found = text
      ? { ...selection, text, name: `${isWhole} ${text}`, ...(isWhole && { isWhole }) }
      : selection
    known.set(field, found)
  }
  return found
}

/** The row that the field answers with. */
export function rowIn({ completion }: FieldPlan): Rows | null {
  return completion.kind === 'object' ? { plan: completion.plan, isWhole: false } : null
}

/** The rows of the connection that it answers with; null where they are asked for twice. */
export function rowsIn({ completion }: FieldPlan): Rows | null {
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
}

type Row = { model: string; alias: string; joins: readonly Join[] }

/** A row with what a plan selects of it; null where that is more than columns. */
function rowText(plan: ObjectPlan, joins: readonly Join[]): string | null {
  const [field] = plan.fields
  if (!field) return null
  const model = field.info.parentType.name
  const text = objectText(plan, { model, alias: 'r', joins })
  // Two texts that follow each other are one.
  return text && text.replaceAll("' || '", '')
}

function objectText({ fields }: ObjectPlan, row: Row): string | null {
  const parts: string[] = []
  for (const field of fields) {
    const value = valueText(field, row)
    if (value === null) return null
    parts.push(`'${parts.length > 0 ? ',' : '{'}"${field.key}":' || ${value}`)
  }
  return parts.length > 0 ? `${parts.join(' || ')} || '}'` : `'{}'`
}

function valueText(field: FieldPlan, row: Row): string | null {
  if (field.typeName !== null) return `'"${field.typeName}"'`
  const { pothosExposedField, globalId, one } = field.definition.extensions as Writing
  if (globalId) return idText(globalId, row.alias)
  const name = one?.key ?? pothosExposedField
  const column = name === undefined ? undefined : columnOf(row.model, name)
  if (!column || column.isList || (field.isNonNull && !column.isRequired)) return null
  const place = `${row.alias}."${name}"`
  if (one) return joinedText(field, place, column.isRequired, row)
  if (field.completion.kind !== 'leaf') return null
  const text = leafText(field.completion.type, column, place)
  return text === null || column.isRequired ? text : `coalesce(${text}, 'null')`
}

function joinedText(field: FieldPlan, key: string, isRequired: boolean, row: Row): string | null {
  const index = row.joins.findIndex((join) => `${row.alias}."${join.key}"` === key)
  const join = row.joins[index]
  if (!join || field.completion.kind !== 'object') return null
  const joined = { model: join.table, alias: `j${index}`, joins: [] }
  const text = objectText(field.completion.plan, joined)
  if (text === null || isRequired) return text
  return `CASE WHEN ${key} IS NULL THEN 'null' ELSE ${text} END`
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
