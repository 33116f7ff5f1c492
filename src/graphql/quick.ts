// Answers queries by plans. A document that is asked again and again is planned once; what is
// remembered goes with its document, and is bounded by the number of fields, because documents come
// from strangers.

import {
  getOperationAST,
  Kind,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { conditionsOf, NotPlanned, planOf, type Parts, type Plan } from './plan.ts'
import { runPlan, type Asking } from './run-plan.ts'
import { variablesFor } from './variables.ts'

/** Most fields of all plans together; one takes 2 to 4 KB. */
const maxFields = 20_000

type Planned = Parts & {
  /** Variables by whose values plans differ. */
  conditions: readonly string[]
  plans: Map<string, Plan>
  size: number
  /** Needs what no plan knows. */
  isUnplanned: boolean
}

const known = new WeakMap<OperationDefinitionNode, Planned>()
/** Those with plans; the one that was not used for longest comes first. */
const kept = new Set<Planned>()
let newest: Planned | null = null
let fields = 0

type Asked = {
  schema: GraphQLSchema
  /** Valid, and admitted: how much is asked was looked at before. */
  document: DocumentNode
  operationName?: string | null | undefined
  variables?: Record<string, unknown> | null | undefined
  /** The answer is only to be sent: its data may be text already. */
  isSent?: boolean
}

/**
 * The result of a query; undefined for what has to be executed in the usual way: other operations,
 * variables that are wrong, and what no plan is made of.
 */
export async function answerQuickly(
  { schema, document, operationName, variables, isSent = false }: Asked,
  ctx: Asking,
): Promise<ExecutionResult | undefined> {
  const operation = getOperationAST(document, operationName)
  if (operation?.operation !== 'query') return undefined
  let planned = known.get(operation)
  if (!planned) known.set(operation, (planned = prepared(schema, document, operation)))
  if (planned.isUnplanned) return undefined
  const coerced = variablesFor(schema, operation, variables)
  if (!coerced) return undefined
  try {
    const result = await runPlan(planFor(planned, coerced), ctx, coerced, isSent)
    if (!result) planned.isUnplanned = true
    return result
  } catch (error) {
    if (!(error instanceof NotPlanned)) throw error
    planned.isUnplanned = true
    return undefined
  }
}

function prepared(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Planned {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  }
  const parts = { schema, operation, fragments }
  const conditions = conditionsOf(parts)
  const isUnplanned = conditions === null
  return { ...parts, conditions: conditions ?? [], plans: new Map(), size: 0, isUnplanned }
}

function planFor(planned: Planned, variables: Record<string, unknown>): Plan {
  const key = planned.conditions.map((name) => variables[name] === true).join()
  let plan = planned.plans.get(key)
  if (!plan) planned.plans.set(key, (plan = grown(planned, planOf(planned, variables))))
  if (planned !== newest) {
    kept.delete(planned)
    kept.add(planned)
    newest = planned
  }
  return plan
}

function grown(planned: Planned, plan: Plan): Plan {
  planned.size += plan.size
  fields += plan.size
  for (const oldest of kept) {
    if (fields <= maxFields) break
    drop(oldest)
  }
  return plan
}

/** Of a document that nobody remembers any more. */
export function forgetPlans({ definitions }: DocumentNode): void {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const planned = known.get(definition)
    if (planned) drop(planned)
  }
}

function drop(planned: Planned): void {
  kept.delete(planned)
  if (planned === newest) newest = null
  planned.plans.clear()
  fields -= planned.size
  planned.size = 0
}
