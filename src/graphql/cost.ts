// What an operation costs, known before anything runs: a field costs what its `complexity` says,
// and what is selected below it as often as it may be answered. A document is walked once; after
// that only the costs that hang on variables are worked out again.

import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  isInterfaceType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { holdsVariable, variablesFor } from './variables.ts'

/** `complexity` in points; depth and breadth in fields. */
export type Cost = { complexity: number; depth: number; breadth: number }

type Variables = Record<string, unknown>
type Amount = { field: number; multiplier: number }
type Declared = number | { field?: number; multiplier?: number } | undefined
type CostFunction = ((args: Variables, ctx: object, field: object) => Declared) & {
  /** The arguments that it looks at; all of them when left out. */
  reads?: readonly string[]
}

/** A selection; its points are `fixed`, or those of a step when they hang on variables. */
type Sized = { depth: number; breadth: number; fixed: number; step: Step | null }
/** The points of a selection are `fixed` and those of its terms. */
type Step = { fixed: number; terms: Term[]; points: number }
type Term = { inner: Sized; amount: Amount | ((variables: Variables) => Amount) }

type Plan = Sized & { steps: Step[] }

const nothing: Sized = { depth: 0, breadth: 0, fixed: 0, step: null }
/** A field whose arguments cannot be read is never resolved, and nothing below it either. */
const unresolved: Amount = { field: 1, multiplier: 0 }
const listMultiplier = 10

const plans = new WeakMap<OperationDefinitionNode, Plan>()

/**
 * The cost of an operation of a valid document. Null when there is no such operation, or when its
 * variables are wrong: then it does not run, and says why.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
  variables?: Variables | null,
): Cost | null {
  const operation = getOperationAST(document, operationName)
  if (!operation) return null
  let plan = plans.get(operation)
  if (!plan) plans.set(operation, (plan = planOf(schema, document, operation)))
  if (!plan.step) return costWith(plan, plan.fixed)
  const values = variablesFor(schema, operation, variables)
  if (!values) return null
  // A step comes after those that it is made of.
  for (const step of plan.steps) {
    step.points = step.fixed
    for (const { inner, amount } of step.terms) {
      const { field, multiplier } = typeof amount === 'function' ? amount(values) : amount
      step.points += field + (inner.step?.points ?? inner.fixed) * multiplier
    }
  }
  return costWith(plan, plan.step.points)
}

function costWith({ depth, breadth }: Plan, complexity: number): Cost {
  return { complexity, depth, breadth }
}

function planOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Plan {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition)
    }
  }
  const walk: Walk = { schema, fragments, sizes: new Map(), steps: [] }
  const root = schema.getRootType(operation.operation)
  const sized = root ? sizeOf(walk, operation.selectionSet, root) : nothing
  return { ...sized, steps: walk.steps }
}

type Walk = {
  schema: GraphQLSchema
  fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Each selection is sized once for a type, however often fragments repeat it. */
  sizes: Map<SelectionSetNode, Map<GraphQLNamedType, Sized>>
  steps: Step[]
}

function sizeOf(walk: Walk, selectionSet: SelectionSetNode, type: GraphQLNamedType): Sized {
  const known = walk.sizes.get(selectionSet)?.get(type)
  if (known) return known
  const step: Step = { fixed: 0, terms: [], points: 0 }
  const sized: Sized = { depth: 0, breadth: 0, fixed: 0, step: null }
  for (const selection of selectionSet.selections) {
    const isField = selection.kind === Kind.FIELD
    const { inner, amount } = isField
      ? fieldTerm(walk, selection, type)
      : { inner: fragmentSize(walk, selection, type), amount: { field: 0, multiplier: 1 } }
    sized.depth = Math.max(sized.depth, inner.depth + (isField ? 1 : 0))
    sized.breadth += inner.breadth + (isField ? 1 : 0)
    if (inner.step || typeof amount === 'function') step.terms.push({ inner, amount })
    else step.fixed += amount.field + inner.fixed * amount.multiplier
  }
  sized.fixed = step.fixed
  if (step.terms.length > 0) {
    sized.step = step
    walk.steps.push(step)
  }
  const sizes = walk.sizes.get(selectionSet) ?? new Map<GraphQLNamedType, Sized>()
  walk.sizes.set(selectionSet, sizes.set(type, sized))
  return sized
}

function fragmentSize(
  walk: Walk,
  selection: Exclude<SelectionSetNode['selections'][number], FieldNode>,
  type: GraphQLNamedType,
): Sized {
  const fragment =
    selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection
  if (!fragment) return nothing
  const condition = fragment.typeCondition?.name.value
  const inner = condition === undefined ? type : walk.schema.getType(condition)
  return inner ? sizeOf(walk, fragment.selectionSet, inner) : nothing
}

function fieldTerm(walk: Walk, node: FieldNode, type: GraphQLNamedType): Term {
  const hasFields = isObjectType(type) || isInterfaceType(type)
  const field = hasFields ? type.getFields()[node.name.value] : undefined
  // Introspection: its fields are of no type here, and a document has it once.
  if (!field) return { inner: nothing, amount: { field: 1, multiplier: 1 } }
  const below = node.selectionSet
  const inner = below ? sizeOf(walk, below, getNamedType(field.type)) : nothing
  const declared = field.extensions['complexity'] as Declared | CostFunction
  if (typeof declared !== 'function') return { inner, amount: amountOf(field, declared) }
  const amount = amountByArguments(field, node, declared)
  return { inner, amount: hasVariables(node, declared.reads) ? amount : amount({}) }
}

type AnyField = GraphQLField<unknown, unknown>

function amountByArguments(field: AnyField, node: FieldNode, cost: CostFunction) {
  const { reads } = cost
  const read = reads && {
    field: { ...field, args: field.args.filter(({ name }) => reads.includes(name)) },
    node: { ...node, arguments: node.arguments?.filter(({ name }) => reads.includes(name.value)) },
  }
  return (variables: Variables): Amount => {
    let args: Variables
    try {
      args = getArgumentValues(read?.field ?? field, read?.node ?? node, variables)
    } catch {
      return unresolved
    }
    return amountOf(field, cost(args, {}, field))
  }
}

function amountOf({ type }: AnyField, declared: Declared): Amount {
  const own = typeof declared === 'number' ? { field: declared } : declared
  const usual = isListType(getNullableType(type)) ? listMultiplier : 1
  return { field: own?.field ?? 1, multiplier: Math.max(own?.multiplier ?? usual, 0) }
}

function hasVariables(node: FieldNode, reads?: readonly string[]): boolean {
  return (node.arguments ?? [])
    .filter(({ name }) => !reads || reads.includes(name.value))
    .some(({ value }) => holdsVariable(value))
}
