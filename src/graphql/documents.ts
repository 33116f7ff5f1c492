// Documents: parsed and validated once for each text, and run in process. Every door takes its
// documents from here, so that what is legal is the same at each. What is remembered is bounded by
// number and by size, because texts come from strangers.

import { useDeferStream } from '@graphql-yoga/plugin-defer-stream'
import {
  execute as executeDocument,
  GraphQLError,
  Kind,
  parse,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
  type ASTVisitor,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import type { Context } from '../context.ts'
import { costOf } from './cost.ts'
import { documentLimits } from './limits.ts'
import { publicResult } from './public-errors.ts'
import { answerQuickly, forgetPlans } from './quick.ts'
import { schema } from './schema.ts'
import { spend, type Admission, type Asker } from './spending.ts'

/** Longest document, in characters and in tokens. */
export const maxDocumentLength = 100_000
export const maxDocumentTokens = 10_000

const maxRemembered = 1_000
const maxRememberedBytes = 32_000_000
/** A hostile document could earn thousands of errors; the first ones say enough. */
const maxErrors = 20

/** A document to run, or what is wrong with it. */
export type Prepared =
  | { document: DocumentNode; errors: null }
  | { document: null; errors: readonly GraphQLError[] }

const remembered = new Map<string, Prepared>()
/** The last in the map. */
let newest = ''
let rememberedBytes = 0
/** What a document weighs on the heap, as measured: several dozen times its text. */
const bytesOf = (text: string) => 6_000 + 50 * text.length

/** Parses and validates, or remembers having done so. Never throws. */
export function prepare(text: string): Prepared {
  const known = remembered.get(text)
  if (known) {
    // Re-inserted, so that the first in the map is the one that was not used for longest.
    if (text !== newest) {
      remembered.delete(text)
      remembered.set(text, known)
      newest = text
    }
    return known
  }
  const prepared = examine(text)
  // It is refused at a glance, and would take the place of all others.
  if (text.length > maxDocumentLength) return prepared
  remembered.set(text, prepared)
  newest = text
  rememberedBytes += bytesOf(text)
  for (const [oldest, { document }] of remembered) {
    if (remembered.size <= maxRemembered && rememberedBytes <= maxRememberedBytes) break
    remembered.delete(oldest)
    rememberedBytes -= bytesOf(oldest)
    if (document) forgetPlans(document)
  }
  return prepared
}

/** Whether the operation may run: to be asked once for each that is to, before it does. */
export function admit(
  asker: Asker,
  { document }: Prepared,
  operationName: string | null | undefined,
  variables: Record<string, unknown> | null | undefined,
): Admission {
  return spend(asker, document && costOf(schema, document, operationName, variables))
}

/**
 * Runs a document in process, with the rights of the context's viewer. Errors are public ones. Give
 * a context of its own to each call.
 */
export async function execute(
  text: string,
  variables: Record<string, unknown>,
  ctx: Context,
  operationName?: string,
): Promise<ExecutionResult> {
  const prepared = prepare(text)
  const asker = { ...ctx, address: ctx.origin?.address ?? null }
  const { spending, refusal } = admit(asker, prepared, operationName, variables)
  if (refusal) return { errors: [refusal] }
  const { document, errors } = prepared
  if (!document) return { errors }
  ctx.spending = spending
  return run({ document, operationName, variables }, ctx)
}

type Asked = {
  document: DocumentNode
  operationName: string | null | undefined
  variables: Record<string, unknown> | null | undefined
}

/** Runs a query or mutation that was admitted, by plan where there is one. Errors are public. */
export async function run(
  { document, operationName, variables }: Asked,
  ctx: Context,
): Promise<ExecutionResult> {
  const quick = await answerQuickly({ schema, document, operationName, variables }, ctx)
  const result =
    quick ??
    (await executeDocument({
      schema,
      document,
      contextValue: ctx,
      variableValues: variables,
      operationName,
    }))
  return publicResult(result, ctx)
}

function examine(text: string): Prepared {
  if (text.length > maxDocumentLength) {
    const message = `The document has ${text.length} characters; ${maxDocumentLength} are allowed.`
    return { document: null, errors: [withCode(new GraphQLError(message), 'GRAPHQL_PARSE_FAILED')] }
  }
  try {
    const document = parse(text, { maxTokens: maxDocumentTokens })
    const errors = validate(schema, document, rules, { maxErrors })
    if (errors.length === 0) return { document, errors: null }
    const coded = errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'))
    return { document: null, errors: coded }
  } catch (error) {
    const fault =
      error instanceof GraphQLError ? error : new GraphQLError('The document is nested too deeply.')
    // Thousands of levels exhaust the stack of a recursive parser.
    if (fault !== error && !(error instanceof RangeError)) throw error
    return { document: null, errors: [withCode(fault, 'GRAPHQL_PARSE_FAILED')] }
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions, extensions } = error
  const coded = new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    extensions: { code: extensions['code'] ?? code },
  })
  // A trace that nobody has read holds what it passed through, which here is the whole validation.
  coded.stack = coded.message
  return coded
}

/** A value that a scalar does not take is the user's input, not a fault of the document. */
function ScalarValuesRule(context: ValidationContext): ASTVisitor {
  const reporting: ValidationContext = Object.create(context, {
    reportError: {
      value(error: GraphQLError) {
        const kind = error.nodes?.[0]?.kind
        // What a scalar throws itself names no place in the document; the rule's own errors do.
        const isScalar =
          kind === undefined ||
          kind === Kind.STRING ||
          kind === Kind.INT ||
          kind === Kind.FLOAT ||
          kind === Kind.BOOLEAN
        context.reportError(isScalar ? withCode(error, 'BAD_USER_INPUT') : error)
      },
    },
  })
  return ValuesOfCorrectTypeRule(reporting)
}

/**
 * Introspection is not counted in the cost of an operation, so it is not repeated in one either:
 * not as a whole, not type by type, and not by other names for what it says of each.
 */
function IntrospectionOnceRule(context: ValidationContext): ASTVisitor {
  const found = { __schema: 0, __type: 0 }
  const refuse = (message: string, nodes: FieldNode) => {
    const extensions = { code: 'OPERATION_TOO_COMPLEX' }
    context.reportError(new GraphQLError(message, { nodes, extensions }))
  }
  return {
    Field(node) {
      const name = node.name.value
      if (node.alias && context.getParentType()?.name.startsWith('__')) {
        refuse('What introspection says of a type has no aliases; leave them out.', node)
      }
      if (name === '__schema' && (found.__schema += 1) > 1) {
        refuse('A document asks for "__schema" more than once; once is enough.', node)
      }
      const most = documentLimits.introspectedTypes
      if (name === '__type' && (found.__type += 1) > most) {
        refuse(`A document asks for "__type" more than ${most} times; ask for "__schema".`, node)
      }
    },
  }
}

/** Both say a thing again in a few characters: what costs little to send should not cost much. */
function DocumentLimitsRule(context: ValidationContext): ASTVisitor {
  const found = { aliases: 0, directives: 0 }
  return {
    Field: ({ alias }) => void (alias && (found.aliases += 1)),
    Directive: () => void (found.directives += 1),
    Document: {
      leave() {
        for (const word of ['aliases', 'directives'] as const) {
          const most = documentLimits[word]
          if (found[word] <= most) continue
          const message = `The document has ${found[word]} ${word}; ${most} are allowed.`
          const extensions = { code: 'OPERATION_TOO_COMPLEX' }
          context.reportError(new GraphQLError(message, { extensions }))
        }
      },
    },
  }
}

function deferRules(): ValidationRule[] {
  const added: ValidationRule[] = []
  const plugin = useDeferStream() as {
    onValidate(hook: { params: object; addValidationRule(rule: ValidationRule): void }): void
  }
  plugin.onValidate({ params: {}, addValidationRule: (rule) => added.push(rule) })
  return added.filter((rule) => rule.name.startsWith('DeferStream'))
}

const rules: readonly ValidationRule[] = [
  ...specifiedRules.filter((rule) => rule !== ValuesOfCorrectTypeRule),
  ScalarValuesRule,
  IntrospectionOnceRule,
  DocumentLimitsRule,
  ...deferRules(),
]
