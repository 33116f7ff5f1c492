// What an event becomes for an endpoint: the body, by the endpoint's document, its format or the
// usual way, and the headers with the signature. It tells what the scopes of the endpoint and the
// present role of its maker both allow, and is asked afresh at every try: a message tells how
// things are when it is sent.

import { effectiveScopes, type Scope } from '../auth/scope.ts'
import type { Sealer } from '../auth/seal.ts'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Services } from '../context.ts'
import { poolReader } from '../db/reader.ts'
import type { LoggedEvent } from '../events/event.ts'
import { encodeId } from '../graphql/ids.ts'
import type { Reach } from '../outbound/address.ts'
import { newSigningSecret } from '../outbound/signature.ts'
import { documentIssues, type Graph } from './document.graphql.ts'
import { applicationSecretOf, standingOf, type EndpointRow } from './endpoint.data.ts'
import type { CustomHeader } from './endpoint.ts'
import { testType } from './event-type.ts'
import {
  ownFormat,
  standardHeaders,
  tellingsOf,
  type Formats,
  type Sending,
  type WebhookFormat,
} from './format.ts'
import { MakerLeft, OutOfReach, type Message, type Told, type WebhookContext } from './message.ts'
import { dataOf, toldEventOf, variablesOf } from './payload.graphql.ts'
import { mannerOf, ownManner } from './retry.ts'

type Parts = {
  graph: Graph
  /** Asked for at each message: they hold what is made here. */
  services: () => Services
  sealer: Sealer
  reach: Reach
  /** Those of dialects. */
  formats?: Formats
}

const hidden = '[hidden]'

export function createWebhooks(parts: Parts): WebhookContext['webhooks'] {
  const formats = parts.formats ?? {}
  return {
    formats,
    reach: parts.reach,
    documentIssues: (document) => documentIssues(parts.graph, document),
    mannerOf: (format) => (formats[format] ? mannerOf(formats[format]) : ownManner),
    render: async (endpoint, event, message) => {
      const format = formatOf(formats, endpoint)
      const content = await contentOf(parts, format, endpoint, event)
      if (content === null) return null
      const { body } = content
      const secrets = await secretsOf(parts, format, endpoint, message)
      const signature = headersBy(format, sendingOf(endpoint, event, message, body), secrets)
      const custom = headersOf(parts, endpoint).map(({ name, value }) => [name, value])
      return { headers: { ...Object.fromEntries(custom), ...usualHeaders, ...signature }, body }
    },
    preview: async (endpoint, event, message) => {
      const format = formatOf(formats, endpoint)
      const content = await contentOf(parts, format, endpoint, event)
      if (content === null) return null
      const { body, faults } = content
      const signature = shownHeaders(format, sendingOf(endpoint, event, message, body))
      const custom = headersOf(parts, endpoint).map(({ name }) => [name, hidden])
      const headers = { ...Object.fromEntries(custom), ...usualHeaders, ...signature }
      return { headers, body, errors: faults.map(({ message: text }) => text) }
    },
  }
}

/** Null for the gateway's own. */
function formatOf(formats: Formats, { format }: EndpointRow): WebhookFormat | null {
  if (format === ownFormat) return null
  const found = Object.hasOwn(formats, format) ? formats[format] : undefined
  if (!found) throw new Error(`There is no format "${format}".`)
  return found
}

const usualHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'user-agent': 'Slotgraph-Webhooks',
}

type Unsigned = Omit<Sending, 'secrets'>

function sendingOf(
  { url, lostCount }: EndpointRow,
  { accountId }: LoggedEvent,
  { id, at, attempt }: Message,
  body: string,
): Unsigned {
  // As the graph names the delivery.
  const messageId = encodeId('WebhookDelivery', { accountId, id })
  return { messageId, timestampMs: at, url, body, lostBefore: lostCount > 0, attempt }
}

function headersBy(format: WebhookFormat | null, sending: Unsigned, secrets: readonly string[]) {
  return (format?.headers ?? standardHeaders)({ ...sending, secrets })
}

/** What depends on a secret is hidden, whatever it is called. */
function shownHeaders(format: WebhookFormat | null, sending: Unsigned): Record<string, string> {
  const one = headersBy(format, sending, [newSigningSecret()])
  const other = headersBy(format, sending, [newSigningSecret()])
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, other[name] === value ? value : hidden]),
  )
}

async function secretsOf(
  { sealer, services }: Parts,
  format: WebhookFormat | null,
  endpoint: EndpointRow,
  { at }: Message,
): Promise<string[]> {
  if (format?.signsWith === 'APPLICATION') {
    const secret = await applicationSecretOf(poolReader(services().db), endpoint)
    if (!secret) throw new Error(`Webhook endpoint ${endpoint.id} has no application to sign.`)
    return [sealer.open(secret)]
  }
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

type Fault = { message: string; path?: readonly (string | number)[]; code: unknown }

/** What is told, and what went wrong in the document; null when there is nothing to tell. */
type Content = { body: string; faults: readonly Fault[] }

async function contentOf(
  parts: Parts,
  format: WebhookFormat | null,
  endpoint: EndpointRow,
  event: LoggedEvent,
): Promise<Content | null> {
  const standing = await standingOf(poolReader(parts.services().db), endpoint, event.accountId)
  if (standing === null) throw endpoint.clientId === null ? new MakerLeft() : new OutOfReach()
  const own = endpoint.scopes.filter((scope) => standing.scopes?.includes(scope) ?? true)
  const scopes = effectiveScopes(own, standing.role)
  if (!format) return ownContent(parts, scopes, endpoint, event)
  const told = toldEventOf(parts.graph.schema, scopes, event)
  for (const { document, body } of tellingsOf(format, event.type)) {
    const { data, faults } = await run(parts, document, scopes, event)
    const content = body(data ?? {}, told)
    if (content != null) return { body: JSON.stringify(content), faults }
  }
  return null
}

async function ownContent(
  parts: Parts,
  scopes: ReadonlySet<Scope>,
  { document }: EndpointRow,
  event: LoggedEvent,
): Promise<Content> {
  const common = { type: event.type, timestamp: event.occurredAt.toISOString() }
  const written = (told: Told, faults: readonly Fault[] = []) => ({
    body: JSON.stringify(told),
    faults,
  })
  if (document === null || event.type === testType) {
    return written({ ...common, data: dataOf(parts.graph.schema, scopes, event) })
  }
  const { data, faults } = await run(parts, document, scopes, event)
  return written(
    { ...common, data: data ?? null, ...(faults.length > 0 && { errors: faults }) },
    faults,
  )
}

async function run(
  { graph, services }: Parts,
  document: string,
  scopes: ReadonlySet<Scope>,
  event: LoggedEvent,
): Promise<{ data: unknown; faults: Fault[] }> {
  const ctx = newContext(services(), viewerOf(event.accountId, scopes), `webhook-${event.id}`)
  const { data, errors } = await graph.execute(document, variablesOf(event), ctx)
  const faults = (errors ?? []).map(({ message, path, extensions }) => ({
    message,
    ...(path && { path }),
    code: extensions['code'],
  }))
  // Our own fault, or that of the moment: the try fails, and there is another one.
  if (faults.some(({ code }) => code === 'INTERNAL_SERVER_ERROR')) {
    throw new Error(`A document for webhooks could not be run for the event ${event.id}.`)
  }
  return { data, faults }
}

function viewerOf(accountId: string, scopes: ReadonlySet<Scope>): Viewer {
  const grants = new Map([[accountId, { role: 'VIEWER' as const, scopes }]])
  return { kind: 'SYSTEM', id: 'system', name: 'Slotgraph', userId: null, grants }
}
