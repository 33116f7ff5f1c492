// Variables of an operation as its fields see them, worked out once for all who need them before it
// runs: what it costs, and its plan.

import {
  getVariableValues,
  Kind,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql'

type Values = Record<string, unknown>
type Coerced = { operation: OperationDefinitionNode; values: Values | null }

const none: Values = {}
const noDefinitions: readonly VariableDefinitionNode[] = []

/** By what was sent, which is an object of its own for each request. */
const known = new WeakMap<Values, Coerced>()

/** Null when they are wrong: then the operation does not run, and says why. */
export function variablesFor(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  sent: Values | null | undefined,
): Values | null {
  const definitions = operation.variableDefinitions ?? noDefinitions
  if (definitions.length === 0) return none
  const before = sent && known.get(sent)
  if (before?.operation === operation) return before.values
  const values = coerced(schema, definitions, sent ?? none)
  if (sent) known.set(sent, { operation, values })
  return values
}

function coerced(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  sent: Values,
): Values | null {
  try {
    return getVariableValues(schema, definitions, sent, { maxErrors: 1 }).coerced ?? null
  } catch (error) {
    // Thousands of levels exhaust the stack; they do so again when it runs.
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Whether a value in a document hangs on a variable. */
export function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable)
  return value.kind === Kind.OBJECT && value.fields.some((field) => holdsVariable(field.value))
}
