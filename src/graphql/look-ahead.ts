// What a list will be asked of its rows, known before it is read: a field that shows a column, or
// says which ones it `reads`, needs those; one made by `one` needs a row of another table, which is
// joined. Where a selection holds a field that says nothing of the kind, whole rows are read.

import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core'
import {
  getNamedType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql'
import type { Context } from '../context.ts'
import { joinedName, type Join, type Selection } from '../db/selection.ts'
import type { LoadedModel, Row } from './loaders.ts'

type One = { model: LoadedModel; key: string }

type Reading = { reads?: readonly string[]; one?: One }

declare global {
  // oxlint-disable-next-line no-namespace -- the way Pothos plugins add options
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      lookAhead: LookAheadPlugin<Types>
    }
    interface FieldOptions extends Reading {}
  }
}

class LookAheadPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    const { reads, one } = config.pothosOptions as Reading
    if (!reads && !one) return config
    return { ...config, extensions: { ...config.extensions, reads, one } }
  }
}

SchemaBuilder.registerPlugin('lookAhead', LookAheadPlugin)

export default 'lookAhead' as const

type Below<Key extends string> = { accountId: string } & Record<Key, string | null>

/**
 * Options of a field that answers with the row of `model` whose id stands in the column `key`: the
 * one that was read with its row, else one that is loaded together with others.
 */
export function one<Model extends LoadedModel, Key extends string>(model: Model, key: Key) {
  const name = joinedName(key)
  return {
    one: { model, key },
    resolve: (row: Below<Key>, _args: object, ctx: Context) => {
      const id: string | null = row[key]
      if (id === null) return null
      const joined = (row as Record<string, unknown>)[name] as Row<Model> | undefined
      return joined ?? ctx.load(model, { accountId: row.accountId, id })
    },
  }
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>

/** A selection of rows; null: nobody knows, so all of them is read. */
type Wanted = { selection: Selection | null }

const known = new WeakMap<FieldNode, Wanted>()

/** What the rows of the connection are asked for that this field answers with. */
export function rowsWanted(info: GraphQLResolveInfo): Selection | undefined {
  return wantedBy(info, ({ returnType, fragments }, page) => {
    const connection = getNamedType(returnType)
    const shown = isObjectType(connection) ? connection.getFields()['nodes'] : undefined
    const type = shown && getNamedType(shown.type)
    if (!isObjectType(type)) return null
    return selectionOf(type, nodeSelections(page, fragments), fragments)
  })
}

/** What the one row is asked for that this field answers with. */
export function rowWanted(info: GraphQLResolveInfo): Selection | undefined {
  return wantedBy(info, ({ returnType, fragments }, row) => {
    const type = getNamedType(returnType)
    return isObjectType(type) ? selectionOf(type, [row], fragments) : null
  })
}

function wantedBy(
  info: GraphQLResolveInfo,
  find: (info: GraphQLResolveInfo, selectionSet: SelectionSetNode) => Selection | null,
): Selection | undefined {
  const [node, ...more] = info.fieldNodes
  if (!node?.selectionSet || more.length > 0) return undefined
  let wanted = known.get(node)
  if (!wanted) known.set(node, (wanted = { selection: find(info, node.selectionSet) }))
  return wanted.selection ?? undefined
}

function selectionOf(
  type: GraphQLObjectType,
  nodes: readonly SelectionSetNode[],
  fragments: Fragments,
): Selection | null {
  const columns = new Set<string>()
  const joins: Joins = new Map()
  if (!nodes.every((selected) => addSelected(selected, { type, fragments, columns, joins }))) {
    return null
  }
  const joined = [...joins.values()].filter((join) => join !== null)
  const wanted = {
    columns: [...columns].toSorted(),
    joins: joined
      .map((join) => ({ ...join, columns: [...join.columns].toSorted() }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  }
  return { ...wanted, name: JSON.stringify(wanted) }
}

/** What is selected of the rows of a page, the short way and by its edges. */
function nodeSelections(page: SelectionSetNode, fragments: Fragments): SelectionSetNode[] {
  return fieldsOf(page, fragments).flatMap(({ name, selectionSet }) => {
    if (!selectionSet) return []
    if (name.value === 'nodes' || name.value === 'node') return [selectionSet]
    return name.value === 'edges' ? nodeSelections(selectionSet, fragments) : []
  })
}

type Adding = {
  type: GraphQLObjectType
  fragments: Fragments
  columns: Set<string>
  /** Left out where nothing is joined any more. */
  joins?: Joins
}

/** By the column that holds the id; null where it is loaded instead. */
type Joins = Map<string, (Omit<Join, 'columns'> & { columns: Set<string> }) | null>

/** Adds what a selection reads of its row; false when that is not known of one of its fields. */
function addSelected(selectionSet: SelectionSetNode, adding: Adding): boolean {
  return fieldsOf(selectionSet, adding.fragments).every((node) => addField(node, adding))
}

function addField(node: FieldNode, { type, fragments, columns, joins }: Adding): boolean {
  if (node.name.value === '__typename') return true
  const field = type.getFields()[node.name.value]
  if (!field) return false
  const {
    reads,
    one: relation,
    pothosExposedField,
  } = field.extensions as Reading & {
    pothosExposedField?: string
  }
  const read = reads ?? (pothosExposedField === undefined ? null : [pothosExposedField])
  for (const column of read ?? []) columns.add(column)
  if (!relation) return read !== null
  columns.add(relation.key)
  const { key, model } = relation
  const target = getNamedType(field.type)
  if (!joins || !node.selectionSet || !isObjectType(target)) return true
  const join = joins.get(key) ?? { key, table: model, columns: new Set<string>() }
  const isKnown = addSelected(node.selectionSet, { type: target, fragments, columns: join.columns })
  joins.set(key, isKnown && joins.get(key) !== null ? join : null)
  return true
}

function fieldsOf(selectionSet: SelectionSetNode, fragments: Fragments): FieldNode[] {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]
    return inner ? fieldsOf(inner.selectionSet, fragments) : []
  })
}
