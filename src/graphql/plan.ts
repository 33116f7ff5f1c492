// A query, worked out once: which fields of which types are asked, by what they are resolved, and
// how their values become answers. It follows the specification's algorithms (collecting fields,
// merging selections) for what is known before anything runs. What it does not take (@defer,
// introspection, types that look at a value to know it) has no plan, and is executed as usual.

import {
  defaultFieldResolver,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Needs } from '../auth/scope.ts'
import { conditionsIn, conditionValues, isSelected, type Variables } from './conditions.ts'
import { unguarded } from './scopes.ts'
import { holdsVariable } from './variables.ts'

export type Resolver = GraphQLFieldResolver<unknown, unknown>

/** What becomes of a value; `plans` of those types that a composite one may have. */
export type Completion =
  | { kind: 'leaf'; serialize: (value: unknown) => unknown; type: GraphQLNamedType }
  | { kind: 'object'; plan: ObjectPlan }
  | { kind: 'abstract'; type: GraphQLNamedType; plans: ReadonlyMap<string, ObjectPlan> }
  | { kind: 'list'; item: Completion; isNonNull: boolean }

export type FieldPlan = {
  /** Its name in the answer. */
  key: string
  nodes: readonly FieldNode[]
  /** Of `__typename`, which needs no resolver. */
  typeName: string | null
  definition: GraphQLField<unknown, unknown>
  resolve: Resolver
  /** The same without the look at scopes. */
  bare: Resolver
  info: GraphQLResolveInfo
  /** Whether it takes arguments, and whether these hang on variables. */
  args: 'none' | 'fixed' | 'variable'
  fixed: Record<string, unknown> | null
  completion: Completion
  isNonNull: boolean
}

/** Under which resolvers that are told of a plan find their part of it. */
const plannedAs = Symbol('plannedAs')

/** The part of a plan that a resolver answers; undefined where none is run. */
export function planAt(info: GraphQLResolveInfo): FieldPlan | undefined {
  return (info as { [plannedAs]?: FieldPlan })[plannedAs]
}

export type ObjectPlan = {
  fields: FieldPlan[]
  /** Whether a field of it looks at scopes. */
  isGuarded: boolean
  /** A value of it as JSON, where all its fields can say that of themselves. */
  write: ((value: unknown) => string) | null
}

export type Plan = {
  root: ObjectPlan
  /** What all fields need, each once. */
  needs: readonly Needs[]
  /** How many fields there are in it. */
  size: number
}

/** Thrown by what a plan cannot give; the operation is then executed as usual. */
export class NotPlanned extends Error {}

export type Parts = {
  schema: GraphQLSchema
  operation: OperationDefinitionNode
  fragments: Readonly<Record<string, FragmentDefinitionNode>>
}

/** The variables that decide what is selected, or null when the operation has no plan. */
export function conditionsOf({ operation, fragments }: Parts): string[] | null {
  const names = new Set<string>()
  const look = (selection: SelectionNode): boolean => {
    if (selection.kind === Kind.FIELD && /^__(schema|type)$/.test(selection.name.value))
      return false
    if (selection.kind === Kind.FIELD && selection.alias?.value === '__proto__') return false
    for (const { name } of selection.directives ?? []) {
      if (name.value !== 'skip' && name.value !== 'include') return false
    }
    for (const name of conditionsIn(selection)) names.add(name)
    const inner = selection.kind === Kind.FRAGMENT_SPREAD ? undefined : selection.selectionSet
    return !inner || inner.selections.every(look)
  }
  const sets = [operation, ...Object.values(fragments)].map(({ selectionSet }) => selectionSet)
  const isPlain = (operation.directives ?? []).length === 0
  const isTaken = isPlain && sets.every(({ selections }) => selections.every(look))
  return isTaken ? [...names] : null
}

/** The plan of a query of a valid document. Throws NotPlanned where there is none. */
export function planOf(parts: Parts, variables: Variables): Plan {
  const building: Building = { ...parts, variables, needs: new Set(), size: 0 }
  const type = parts.schema.getQueryType()
  if (!type || parts.operation.operation !== 'query') throw new NotPlanned()
  const root = objectPlan(building, type, [parts.operation.selectionSet])
  return { root, needs: [...building.needs], size: building.size }
}

type Building = Parts & { variables: Variables; needs: Set<Needs>; size: number }

function objectPlan(
  building: Building,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
): ObjectPlan {
  // Only who calls it knows whether a value is of the type.
  if (type.isTypeOf) throw new NotPlanned()
  const groups = new Map<string, FieldNode[]>()
  const visited = new Set<string>()
  for (const selection of selections) collect(building, type, selection, groups, visited)
  const fields = [...groups].map(([key, nodes]) => fieldPlan(building, type, key, nodes))
  const isGuarded = fields.some(({ resolve, bare }) => resolve !== bare)
  return { fields, isGuarded, write: isGuarded ? null : writerOf(fields) }
}

type Writing = { start: string; writes: (value: unknown) => string }

function writerOf(fields: readonly FieldPlan[]): ObjectPlan['write'] {
  const parts = fields.flatMap(({ key, typeName, definition }): Writing[] => {
    const start = `${JSON.stringify(key)}:`
    if (typeName !== null) return [{ start: `${start}"${typeName}"`, writes: () => '' }]
    const writes = definition.extensions['writes'] as Writing['writes'] | undefined
    return writes ? [{ start, writes }] : []
  })
  if (parts.length < fields.length) return null
  return (value) => {
    let text = ''
    for (const { start, writes } of parts) text += `${text ? ',' : '{'}${start}${writes(value)}`
    return text ? `${text}}` : '{}'
  }
}

function fieldPlan(
  building: Building,
  type: GraphQLObjectType,
  key: string,
  nodes: FieldNode[],
): FieldPlan {
  building.size += 1
  const [node] = nodes as [FieldNode]
  const isTypeName = node.name.value === '__typename'
  const definition = isTypeName ? TypeNameMetaFieldDef : type.getFields()[node.name.value]
  if (!definition) throw new NotPlanned()
  const resolve = definition.resolve ?? defaultFieldResolver
  const isRoot = type === building.schema.getQueryType()
  const bare = isRoot ? resolve : unguarded(resolve)
  const needs = definition.extensions['scopes'] as Needs | undefined
  if (bare !== resolve && needs) building.needs.add(needs)
  const nullable = isNonNullType(definition.type) ? definition.type.ofType : definition.type
  const plan: FieldPlan = {
    key,
    nodes,
    typeName: isTypeName ? type.name : null,
    definition,
    resolve,
    bare,
    info: infoOf(building, type, definition, nodes),
    args: definition.args.length === 0 ? 'none' : hasVariables(node) ? 'variable' : 'fixed',
    fixed: null,
    completion: completionOf(building, nullable, nodes),
    isNonNull: isNonNullType(definition.type),
  }
  Object.defineProperty(plan.info, plannedAs, { value: plan })
  return plan
}

function completionOf(
  building: Building,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): Completion {
  if (isListType(type)) {
    const isNonNull = isNonNullType(type.ofType)
    const inner = isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType
    return { kind: 'list', item: completionOf(building, inner, nodes), isNonNull }
  }
  const named = getNamedType(type)
  if (isLeafType(named)) {
    return { kind: 'leaf', serialize: (value) => named.serialize(value), type: named }
  }
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
  if (isObjectType(named)) return { kind: 'object', plan: objectPlan(building, named, selections) }
  if (!isAbstractType(named)) throw new NotPlanned()
  const types = building.schema.getPossibleTypes(named)
  const plans = new Map(
    types.map((each) => [each.name, objectPlan(building, each, selections)] as const),
  )
  return { kind: 'abstract', type: named, plans }
}

/** What resolvers are told of where they are; a plan does not know the path of a value. */
function infoOf(
  { schema, operation, fragments, variables }: Building,
  parentType: GraphQLObjectType,
  { name, type }: GraphQLField<unknown, unknown>,
  fieldNodes: readonly FieldNode[],
): GraphQLResolveInfo {
  const unknown = (): never => {
    throw new NotPlanned()
  }
  const known = { fieldName: name, fieldNodes, returnType: type, parentType, schema, operation }
  const info = { ...known, fragments: fragments as Record<string, FragmentDefinitionNode> }
  Object.defineProperty(info, conditionValues, { value: variables })
  for (const part of ['path', 'rootValue', 'variableValues']) {
    Object.defineProperty(info, part, { get: unknown })
  }
  return info as unknown as GraphQLResolveInfo
}

function collect(
  building: Building,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  groups: Map<string, FieldNode[]>,
  visited: Set<string>,
): void {
  for (const selection of selections) {
    if (!isSelected(selection, building.variables)) continue
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value
      const group = groups.get(key)
      if (group) group.push(selection)
      else groups.set(key, [selection])
      continue
    }
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD
    const name = isSpread ? selection.name.value : null
    if (name !== null && visited.has(name)) continue
    if (name !== null) visited.add(name)
    const fragment = isSpread ? building.fragments[selection.name.value] : selection
    if (fragment && isOf(building, type, fragment.typeCondition?.name.value)) {
      collect(building, type, fragment.selectionSet, groups, visited)
    }
  }
}

function isOf({ schema }: Building, type: GraphQLObjectType, condition: string | undefined) {
  if (condition === undefined || condition === type.name) return true
  const named = schema.getType(condition)
  return isAbstractType(named) && schema.isSubType(named, type)
}

function hasVariables({ arguments: values = [] }: FieldNode): boolean {
  return values.some(({ value }) => holdsVariable(value))
}
