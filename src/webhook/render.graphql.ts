// What an event becomes for an endpoint: the body, by the endpoint's document or the usual way, and
// the headers with the signature. It tells what the scopes of the endpoint and the present role of
// its maker both allow, and is asked afresh at every try: a message tells how things are when it is
// sent.

import {
  Kind,
  print,
  visit,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { effectiveScopes, type Scope } from '../auth/scope.ts'
import type { Sealer } from '../auth/seal.ts'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Context, type Services } from '../context.ts'
import { poolReader } from '../db/reader.ts'
import type { Issue } from '../errors.ts'
import type { LoggedEvent } from '../events/event.ts'
import { costOf } from '../graphql/cost.ts'
import type { Prepared } from '../graphql/documents.ts'
import { encodeId } from '../graphql/ids.ts'
import type { Reach } from '../outbound/address.ts'
import { signatureHeaders } from '../outbound/signature.ts'
import { roleOfMaker, type EndpointRow } from './endpoint.data.ts'
import type { CustomHeader } from './endpoint.ts'
import { testType } from './event-type.ts'
import {
  MakerLeft,
  type Message,
  type Told,
  type WebhookContext,
  type WebhookFormat,
} from './message.ts'
import { dataOf, variablesOf, variableTypes } from './payload.graphql.ts'

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

type Parts = {
  graph: Graph
  /** Asked for at each message: they hold what is made here. */
  services: () => Services
  sealer: Sealer
  reach: Reach
  /** Those of dialects. */
  formats?: readonly WebhookFormat[]
}

/** The gateway's own format: Standard Webhooks. */
const standard: WebhookFormat = {
  name: 'standard',
  body: (told) => JSON.stringify(told),
  headers: signatureHeaders,
}

const maxDocumentLength = 10_000
const maxDocumentCost = 5_000

const hidden = '[hidden]'

export function createWebhooks(parts: Parts): WebhookContext['webhooks'] {
  const formats = [standard, ...(parts.formats ?? [])]
  const formatOf = ({ format }: EndpointRow) => {
    const found = formats.find(({ name }) => name === format)
    if (!found) throw new Error(`There is no format "${format}".`)
    return found
  }
  return {
    formats: formats.map(({ name }) => name),
    reach: parts.reach,
    documentIssues: (document) => documentIssues(parts.graph, document),
    render: async (endpoint, event, message) => {
      const format = formatOf(endpoint)
      const body = format.body(await told(parts, endpoint, event))
      const signed = { id: messageId(event, message), at: message.at }
      const signature = format.headers(signed, body, secretsOf(parts, endpoint, message))
      const custom = headersOf(parts, endpoint).map(({ name, value }) => [name, value])
      return { headers: { ...Object.fromEntries(custom), ...usualHeaders, ...signature }, body }
    },
    preview: async (endpoint, event, message) => {
      const format = formatOf(endpoint)
      const content = await told(parts, endpoint, event)
      const body = format.body(content)
      const signed = { id: messageId(event, message), at: message.at }
      const signature = { ...format.headers(signed, body, []) }
      for (const name of Object.keys(signature)) {
        if (name.includes('signature')) signature[name] = hidden
      }
      const custom = headersOf(parts, endpoint).map(({ name }) => [name, hidden])
      const headers = { ...Object.fromEntries(custom), ...usualHeaders, ...signature }
      const errors = (content.errors ?? []).map((error) => (error as { message: string }).message)
      return { headers, body, errors }
    },
  }
}

const usualHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'user-agent': 'Slotgraph-Webhooks',
}

/** As the graph names the delivery. */
function messageId({ accountId }: LoggedEvent, { id }: Message): string {
  return encodeId('WebhookDelivery', { accountId, id })
}

function secretsOf({ sealer }: Parts, endpoint: EndpointRow, { at }: Message): string[] {
  const { secretSealed, previousSecretSealed: previous, previousUntil } = endpoint
  const overlaps = previous && previousUntil && previousUntil.getTime() > at
  return [secretSealed, ...(overlaps ? [previous] : [])].map((sealed) => sealer.open(sealed))
}

/** Names in lower case. */
function headersOf({ sealer }: Parts, { headersSealed }: EndpointRow): CustomHeader[] {
  if (!headersSealed) return []
  const headers = JSON.parse(sealer.open(headersSealed)) as CustomHeader[]
  return headers.map(({ name, value }) => ({ name: name.toLowerCase(), value }))
}

async function told(parts: Parts, endpoint: EndpointRow, event: LoggedEvent): Promise<Told> {
  const { type, accountId } = event
  const common = { type, timestamp: event.occurredAt.toISOString() }
  const role = await roleOfMaker(poolReader(parts.services().db), endpoint)
  if (role === null) throw new MakerLeft()
  const scopes = effectiveScopes(endpoint.scopes, role)
  if (endpoint.document === null || type === testType) {
    return { ...common, data: dataOf(parts.graph.schema, scopes, event) }
  }
  const viewer = viewerOf(accountId, scopes)
  const ctx = newContext(parts.services(), viewer, `webhook-${event.id}`)
  const { data, errors } = await parts.graph.execute(endpoint.document, variablesOf(event), ctx)
  const faults = (errors ?? []).map(({ message, path, extensions }) => ({
    message,
    ...(path && { path }),
    code: extensions['code'],
  }))
  // Our own fault, or that of the moment: the try fails, and there is another one.
  if (faults.some(({ code }) => code === 'INTERNAL_SERVER_ERROR')) {
    throw new Error(`The document of webhook endpoint ${endpoint.id} could not be run.`)
  }
  return { ...common, data: data ?? null, ...(faults.length > 0 && { errors: faults }) }
}

function viewerOf(accountId: string, scopes: ReadonlySet<Scope>): Viewer {
  const grants = new Map([[accountId, { role: 'VIEWER' as const, scopes }]])
  return { kind: 'SYSTEM', id: 'system', name: 'Slotgraph', userId: null, grants }
}

function documentIssues({ prepare, schema }: Graph, text: string): Issue[] {
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
