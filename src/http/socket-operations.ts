// What is done over one WebSocket: who it speaks for, and the operations that it asks for.

import type { IncomingHttpHeaders } from 'node:http'
import type { SubscribePayload } from 'graphql-ws'
import { getOperationAST, GraphQLError, type DocumentNode, type ExecutionResult } from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Context, type Services } from '../context.ts'
import { admit, prepare, run } from '../graphql/documents.ts'
import { publicError } from '../graphql/public-errors.ts'
import type { Spending } from '../graphql/spending.ts'
import { shownCredential } from './authenticate.ts'
import { HttpFault } from './exchange.ts'
import { CredentialLost, type RightsRegistry } from './rights.ts'
import { csrfHeader } from './session-cookie.ts'
import type { Connection, SocketOperation } from './socket-connection.ts'
import type { Hooks } from './socket-protocol.ts'
import type { Streams } from './streams.ts'

type Options = {
  services: Services
  streams: Streams
  rights: RightsRegistry
  initTimeoutMs: number
  operationsPerSocket: number
  socketsPerCredential: number
}

export function createOperations(options: Options): Hooks {
  const sockets = new Map<string | null, number>()
  return {
    initTimeoutMs: options.initTimeoutMs,
    connect: (connection, params) => connect(options, sockets, connection, params),
    subscribe: (operation, payload) => begin(options, operation, payload),
    closed: (connection) => {
      const { rights, authorization } = connection
      if (!rights) return
      rights.release(connection)
      const left = (sockets.get(authorization) ?? 1) - 1
      if (left === 0) sockets.delete(authorization)
      else sockets.set(authorization, left)
    },
  }
}

const noHeaders: IncomingHttpHeaders = {}

// False closes with 4403, as the protocol says.
async function connect(
  { rights: registry, services, socketsPerCredential }: Options,
  sockets: Map<string | null, number>,
  connection: Connection,
  params: Record<string, unknown> | undefined,
): Promise<boolean> {
  const authorization = credentialOf(services, params, connection.headers)
  connection.headers = noHeaders
  if (authorization === undefined) return false
  const open = sockets.get(authorization) ?? 0
  if (open >= socketsPerCredential) {
    connection.close(1013, `At most ${socketsPerCredential} sockets of one credential`)
    return true
  }
  sockets.set(authorization, open + 1)
  const rights = registry.hold(authorization, connection)
  connection.rights = rights
  try {
    await rights.viewer(performance.now())
    return true
  } catch (error) {
    if (error instanceof CredentialLost) return false
    services.log.warn({ err: error }, 'a socket could not be authenticated')
    connection.close(1013, 'Try again later')
    return true
  }
}

/**
 * What is shown in connection_init or on the upgrade; undefined when it is no text, or a cookie
 * that does not count.
 */
function credentialOf(
  { baseUrl }: Services,
  params: Record<string, unknown> | undefined,
  headers: IncomingHttpHeaders,
): string | null | undefined {
  const authorization = textIn(params, 'authorization')
  const csrfToken = textIn(params, 'csrftoken') ?? textIn(params, csrfHeader)
  if (authorization === undefined || csrfToken === undefined) return undefined
  try {
    const inside = { authorization: authorization ?? headers.authorization, csrfToken }
    return shownCredential(headers, inside, baseUrl)
  } catch (error) {
    if (error instanceof HttpFault) return undefined
    throw error
  }
}

/** A text in connection_init, or in `headers` there; undefined when it is none, null if absent. */
function textIn(params: Record<string, unknown> | undefined, wanted: string) {
  for (const place of [params, params?.['headers']]) {
    if (typeof place !== 'object' || place === null) continue
    for (const [name, value] of Object.entries(place)) {
      if (name.toLowerCase() !== wanted) continue
      return typeof value === 'string' ? value : undefined
    }
  }
  return null
}

type Asked = SubscribePayload & {
  document: DocumentNode
  /** When it began (performance.now()). */
  at: number
}

async function begin(
  options: Options,
  operation: SocketOperation,
  payload: SubscribePayload,
): Promise<void> {
  const { connection } = operation
  const { operationsPerSocket, services } = options
  if (connection.operations.size > operationsPerSocket) {
    return operation.refuse([tooMany(operationsPerSocket)])
  }
  connection.begun += 1
  const at = performance.now()
  const prepared = prepare(payload.query)
  const { address } = connection
  const found = await viewerAt(connection, at)
  // Whoever could not be identified is told so when it is run.
  const { spending, refusal } =
    'viewer' in found
      ? admit(
          { viewer: found.viewer, address, budgets: services.budgets },
          prepared,
          payload.operationName,
          payload.variables,
        )
      : { spending: undefined, refusal: null }
  if (refusal) return operation.refuse([refusal])
  const { document, errors } = prepared
  if (!document) return operation.refuse(errors)
  const chosen = getOperationAST(document, payload.operationName)
  if (!chosen) return operation.refuse([unknownOperation()])
  if (!('viewer' in found)) return operation.answer(failed(found.error, connection))
  const asked = { ...payload, document, at }
  if (chosen.operation === 'subscription') return openStream(options, operation, asked)
  const result = await executeFor(services, connection, found.viewer, asked, spending)
  operation.answer(result)
}

type Found = { viewer: Viewer } | { error: unknown }

async function viewerAt({ rights }: Connection, at: number): Promise<Found> {
  try {
    if (!rights) throw new Error('An operation ran before its connection was acknowledged.')
    return { viewer: await rights.viewer(at) }
  } catch (error) {
    return { error }
  }
}

async function executeFor(
  services: Services,
  connection: Connection,
  viewer: Viewer,
  { document, operationName, variables }: Asked,
  spending: Spending | undefined,
): Promise<ExecutionResult> {
  try {
    const { requestId, address } = connection
    const ctx: Context = newContext(services, viewer, requestId, address)
    if (spending) ctx.spending = spending
    return await run({ document, operationName, variables }, ctx)
  } catch (error) {
    return failed(error, connection)
  }
}

async function openStream(
  { streams }: Options,
  operation: SocketOperation,
  { document, variables, operationName, at }: Asked,
): Promise<void> {
  const { authorization, requestId } = operation.connection
  const opened = await streams.open({
    since: at,
    document,
    variables,
    operationName,
    authorization,
    requestId,
  })
  if ('handTo' in opened) operation.follow(opened)
  else operation.answer(opened)
}

function failed(error: unknown, connection: Connection): ExecutionResult {
  if (error instanceof CredentialLost) return { errors: [error.toPublic()] }
  return { errors: [publicError(error, connection.scope())] }
}

function tooMany(limit: number): GraphQLError {
  return new GraphQLError(
    `This socket runs ${limit} operations, which is the most. Complete one, or open another socket.`,
    { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } },
  )
}

function unknownOperation(): GraphQLError {
  return new GraphQLError('The document has several operations; name one in "operationName".', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  })
}
