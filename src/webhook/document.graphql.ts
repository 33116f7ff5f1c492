// The documents that shape messages: what is wrong with one before it is kept, and how one is run.

import {
  Kind,
  print,
  visit,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Context } from '../context.ts'
import type { Issue } from '../errors.ts'
import { costOf } from '../graphql/cost.ts'
import type { Prepared } from '../graphql/documents.ts'
import { variableTypes } from './payload.graphql.ts'

/** The graph, as documents are run in process. */
export type Graph = {
  schema: GraphQLSchema
  prepare: (text: string) => Prepared
  execute: (
    text: string,
    variables: Record<string, unknown>,
    ctx: Context,
  ) => Promise<ExecutionResult>
}

const maxDocumentLength = 10_000
const maxDocumentCost = 5_000

/** What is wrong with a document that is to shape messages; empty when it is good. */
export function documentIssues({ prepare, schema }: Graph, text: string): Issue[] {
  const wrong = (message: string): Issue[] => [{ path: ['document'], message }]
  if (text.length > maxDocumentLength) {
    return wrong(`The document has more than ${maxDocumentLength} characters.`)
  }
  const { document, errors } = prepare(text)
  if (!document) return errors.slice(0, 5).flatMap(({ message }) => wrong(message))
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  const [operation, second] = operations as OperationDefinitionNode[]
  if (!operation || second || operation.operation !== 'query') {
    return wrong('The document has to hold one operation, and that has to be a query.')
  }
  const issues = (operation.variableDefinitions ?? []).flatMap(({ variable, type }) => {
    const name = variable.name.value
    const known = Object.hasOwn(variableTypes, name) ? variableTypes[name] : undefined
    const names = Object.keys(variableTypes).map((each) => `$${each}`)
    if (!known) return wrong(`There is no variable "$${name}"; there are ${names.join(', ')}.`)
    if (print(type).replaceAll('!', '') === known) return []
    return wrong(`The variable "$${name}" is of type "${known}", not "${print(type)}".`)
  })
  visit(document, {
    Directive: ({ name }) => {
      if (!['defer', 'stream'].includes(name.value)) return
      issues.push(...wrong(`"@${name.value}" means nothing to a message, which is sent at once.`))
    },
  })
  if (issues.length > 0) return issues
  const cost = costOf(schema, document, null, sampleVariables)?.complexity ?? 0
  if (cost <= maxDocumentCost) return []
  return wrong(`The document costs ${cost} points; ${maxDocumentCost} are allowed.`)
}

/** Values that every variable takes, so that the cost is known. */
const sampleVariables = Object.fromEntries(
  Object.entries(variableTypes).map(([name, type]) => [
    name,
    type === '[ID]' ? ['x'] : type === 'DateTime' ? '2026-01-01T00:00:00Z' : 'x',
  ]),
)
