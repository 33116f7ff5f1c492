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
import type { ListQuery } from '../db/keyset.ts'
import { joinedName, type Join, type Selection } from '../db/selection.ts'
import { conditionsIn, isSelected, variablesOf, type Variables } from './conditions.ts'
import { encodeId, type NodeName } from './ids.ts'
import type { LoadedModel, Row } from './loaders.ts'

type One = { model: LoadedModel; key: string }

/** What the list below a row reads, for arguments as its resolver takes them; null: not in text. */
export type ListBelow = (
  // oxlint-disable-next-line no-explicit-any -- each field has arguments of its own
  args: any,
  ctx: Context,
) => Omit<ListQuery, 'partitions' | 'merged' | 'selection'> | null

type Reading = {
  reads?: readonly string[]
  one?: One
  /** Its type, where it answers with the global id of its row: it reads no more than that. */
  globalId?: NodeName
  /** Its value as JSON, from that of its parent, where an answer is only sent. */
  // oxlint-disable-next-line no-explicit-any -- each type has parents of its own
  writes?: (parent: any) => string
  /**
   * The list below a row that the field answers with, as its resolver reads it: of the row it reads
   * no more than its id.
   */
  below?: ListBelow
}

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
    const { reads, one, globalId, below, writes } = config.pothosOptions as Reading
    const isById = globalId !== undefined || below !== undefined
    const told = { reads: reads ?? (isById ? [] : undefined), one, globalId, below, writes }
    if (Object.values(told).every((each) => each === undefined)) return config
    return { ...config, extensions: { ...config.extensions, ...told } }
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

/** Options of a field that answers with the global id of its row. */
export function globalId(name: NodeName) {
  return {
    globalId: name,
    resolve: ({ accountId, id }: { accountId?: string; id: string }) =>
      encodeId(name, { accountId: accountId ?? id, id }),
  }
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>

type Within = { fragments: Fragments; variables: Variables }

/** A selection of rows; null: nobody knows, so all of them is read. */
type Wanted = { selection: Selection | null }

/** By the variables that decide what is selected, and their values. */
const known = new WeakMap<FieldNode, { conditions: readonly string[]; by: Map<string, Wanted> }>()

/** Most sets of values that are remembered of one field. */
const maxRemembered = 64

/** What the rows of the connection are asked for that this field answers with. */
export function selectionOfRows(info: GraphQLResolveInfo): Selection | undefined {
  return wantedBy(info, ({ returnType, fragments }, page) => {
    const connection = getNamedType(returnType)
    const shown = isObjectType(connection) ? connection.getFields()['nodes'] : undefined
    const type = shown && getNamedType(shown.type)
    if (!isObjectType(type)) return null
    const within = { fragments, variables: variablesOf(info) }
    return selectionOf(type, nodeSelections(page, within), within)
  })
}

/** What the one row is asked for that this field answers with. */
export function selectionOfRow(info: GraphQLResolveInfo): Selection | undefined {
  return wantedBy(info, ({ returnType, fragments }, row) => {
    const type = getNamedType(returnType)
    const within = { fragments, variables: variablesOf(info) }
    return isObjectType(type) ? selectionOf(type, [row], within) : null
  })
}

function wantedBy(
  info: GraphQLResolveInfo,
  find: (info: GraphQLResolveInfo, selectionSet: SelectionSetNode) => Selection | null,
): Selection | undefined {
  const [node, ...more] = info.fieldNodes
  if (!node?.selectionSet || more.length > 0) return undefined
  let remembered = known.get(node)
  if (!remembered) {
    const conditions = [...conditionsBelow(node.selectionSet, info.fragments)]
    known.set(node, (remembered = { conditions, by: new Map() }))
  }
  const { conditions, by } = remembered
  const variables = conditions.length > 0 ? variablesOf(info) : {}
  const values = conditions.map((name) => variables[name] === true).join()
  const wanted = by.get(values) ?? { selection: find(info, node.selectionSet) }
  if (by.size < maxRemembered) by.set(values, wanted)
  return wanted.selection ?? undefined
}

/** The variables that decide what is selected somewhere in a selection. */
function conditionsBelow(
  { selections }: SelectionSetNode,
  fragments: Fragments,
  found = new Set<string>(),
  visited = new Set<string>(),
): Set<string> {
  for (const selection of selections) {
    for (const name of conditionsIn(selection)) found.add(name)
    if (selection.kind !== Kind.FRAGMENT_SPREAD) {
      if (selection.selectionSet) conditionsBelow(selection.selectionSet, fragments, found, visited)
      continue
    }
    const fragment = fragments[selection.name.value]
    if (!fragment || visited.has(selection.name.value)) continue
    visited.add(selection.name.value)
    conditionsBelow(fragment.selectionSet, fragments, found, visited)
  }
  return found
}

function selectionOf(
  type: GraphQLObjectType,
  nodes: readonly SelectionSetNode[],
  within: Within,
): Selection | null {
  const columns = new Set<string>()
  const joins: Joins = new Map()
  if (!nodes.every((selected) => addSelected(selected, { type, within, columns, joins }))) {
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
function nodeSelections(page: SelectionSetNode, within: Within): SelectionSetNode[] {
  return fieldsOf(page, within).flatMap(({ name, selectionSet }) => {
    if (!selectionSet) return []
    if (name.value === 'nodes' || name.value === 'node') return [selectionSet]
    return name.value === 'edges' ? nodeSelections(selectionSet, within) : []
  })
}

type Adding = {
  type: GraphQLObjectType
  within: Within
  columns: Set<string>
  /** Left out where nothing is joined any more. */
  joins?: Joins
}

/** By the column that holds the id; null where it is loaded instead. */
type Joins = Map<string, (Omit<Join, 'columns'> & { columns: Set<string> }) | null>

/** Adds what a selection reads of its row; false when that is not known of one of its fields. */
function addSelected(selectionSet: SelectionSetNode, adding: Adding): boolean {
  return fieldsOf(selectionSet, adding.within).every((node) => addField(node, adding))
}

function addField(node: FieldNode, { type, within, columns, joins }: Adding): boolean {
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
  const isKnown = addSelected(node.selectionSet, { type: target, within, columns: join.columns })
  joins.set(key, isKnown && joins.get(key) !== null ? join : null)
  return true
}

function fieldsOf(selectionSet: SelectionSetNode, within: Within): FieldNode[] {
  return selectionSet.selections.flatMap((selection) => {
    if (!isSelected(selection, within.variables)) return []
    if (selection.kind === Kind.FIELD) return [selection]
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : within.fragments[selection.name.value]
    return inner ? fieldsOf(inner.selectionSet, within) : []
  })
}
