// Answers that need no more than to be written: of queries that were answered by a plan, without an
// error, to who takes them in one piece. All others are Yoga's, with the result that there is.

import type { ExecutionResult } from 'graphql'
import { newContext, type Services } from '../context.ts'
import { Written } from '../db/written.ts'
import { prepare } from '../graphql/documents.ts'
import { answerQuickly } from '../graphql/quick.ts'
import { schema } from '../graphql/schema.ts'
import { spendingExtensions } from '../graphql/spending.ts'
import { send, type Exchange } from './exchange.ts'
import type { Operation } from './yoga.ts'

const json = 'application/json; charset=utf-8'
const graphql = 'application/graphql-response+json; charset=utf-8'

/** What clients that are widely used say that they accept, and what Yoga answers them with. */
const types: Readonly<Record<string, string>> = {
  '*/*': json,
  'application/json': json,
  'application/graphql-response+json': graphql,
  'application/graphql-response+json, application/json': graphql,
  'application/graphql-response+json,application/json;q=0.9': graphql,
  'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json': graphql,
}

/** What a plan answers; undefined when the operation has to be executed. */
export async function resultOf(
  services: Services,
  { viewer, requestId, address, accept, spending, params }: Operation,
): Promise<ExecutionResult | undefined> {
  const { query, operationName, variables } = params ?? {}
  const { document } = prepare(query ?? '')
  if (!document) return undefined
  const ctx = newContext(services, viewer, requestId, address)
  if (spending) ctx.spending = spending
  const isSent = Object.hasOwn(types, accept)
  return answerQuickly({ schema, document, operationName, variables, isSent }, ctx)
}

/** Writes the answer, unless it is one for Yoga. */
export function answered(
  exchange: Exchange,
  { accept, spending }: Operation,
  { data, errors }: ExecutionResult,
): boolean {
  const type = types[accept]
  if (errors || !spending || type === undefined) return false
  const written = data instanceof Written ? data.text : JSON.stringify(data)
  const extensions = JSON.stringify(spendingExtensions(spending))
  const body = `{"data":${written},"extensions":${extensions}}`
  send(exchange, 200, { 'content-type': type }, body)
  return true
}
