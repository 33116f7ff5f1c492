// What is done over one WebSocket: who it speaks for, and the operations that it asks for. The
// protocol itself (graphql-transport-ws) is graphql-ws's; here is what it leaves to a server.

import type { IncomingHttpHeaders } from 'node:http'
import { makeServer, type ServerOptions, type SubscribePayload } from 'graphql-ws'
import {
  execute,
  getOperationAST,
  GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Context, type Services } from '../context.ts'
import { admit, prepare, type Prepared } from '../graphql/documents.ts'
import { publicError, publicResult, type ErrorScope } from '../graphql/public-errors.ts'
import type { Spending } from '../graphql/spending.ts'
import { shownCredential } from './authenticate.ts'
import { HttpFault } from './exchange.ts'
import { CredentialLost, type Rights, type RightsRegistry } from './rights.ts'
import { csrfHeader } from './session-cookie.ts'
import type { Delivered } from './stream-executions.ts'
import type { ResultStream, Streams } from './streams.ts'

/** One socket, from its upgrade to its end. */
export type Connection = {
  /** What came with the upgrade; empty from connection_init on, for it is held by thousands. */
  headers: IncomingHttpHeaders
  address: string | null
  requestId: string
  /** Null until connection_init was accepted. */
  rights: Rights | null
  authorization: string | null
  operations: number
  /** Sends a result of an operation; what is returned resolves when the client may get more. */
  deliver(operationId: string, result: Delivered): Promise<void> | void
  close(code: number, reason: string): void
}

/** One operation of a connection, with the rights that it began with. */
type Asked = {
  connection: Connection
  operationId: string
  /** When it began (performance.now()). */
  at: number
  viewer: Promise<Viewer>
  spending?: Spending
}

type Options = {
  services: Services
  schema: GraphQLSchema
  streams: Streams
  rights: RightsRegistry
  initTimeoutMs: number
  operationsPerSocket: number
  socketsPerCredential: number
}

type Hooks = ServerOptions<Record<string, unknown>, Connection>

export function createOperations(options: Options) {
  const { services, schema, streams, initTimeoutMs } = options
  const sockets = new Map<string | null, number>()

  const hooks: Hooks = {
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: ({ extra, connectionParams }) => connect(options, sockets, extra, connectionParams),
    onSubscribe: async ({ extra, subscriptions }, id, payload) => {
      const open = Object.keys(subscriptions).length
      if (open > options.operationsPerSocket) return [tooMany(options.operationsPerSocket)]
      extra.operations += 1
      const asked = askedBy(extra, id)
      const prepared = prepare(payload.query)
      const refusal = await refusalOf(services, asked, prepared, payload)
      if (refusal) return [refusal]
      const { document, errors } = prepared
      if (!document) return errors
      if (!getOperationAST(document, payload.operationName)) return [unknownOperation()]
      return {
        schema,
        document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        contextValue: asked,
      }
    },
    execute: (args: ExecutionArgs) => executeFor(services, args),
    subscribe: (args: ExecutionArgs) => openStream(services, streams, args) as never,
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => {
        const thrown = error.originalError ?? error
        return publicError(thrown, scopeOf(services, extra)).toJSON()
      }),
    onClose: ({ extra }) => {
      extra.rights?.release()
      if (extra.rights)
        sockets.set(extra.authorization, (sockets.get(extra.authorization) ?? 1) - 1)
      if (sockets.get(extra.authorization) === 0) sockets.delete(extra.authorization)
    },
  }
  return makeServer(hooks)
}

// False closes with 4403, as the protocol says.
async function connect(
  { rights: registry, services, socketsPerCredential }: Options,
  sockets: Map<string | null, number>,
  connection: Connection,
  params: Record<string, unknown> | undefined,
): Promise<boolean> {
  const authorization = credentialOf(services, params, connection.headers)
  connection.headers = {}
  if (authorization === undefined) return false
  const open = sockets.get(authorization) ?? 0
  if (open >= socketsPerCredential) {
    connection.close(1013, `At most ${socketsPerCredential} sockets of one credential`)
    return true
  }
  sockets.set(authorization, open + 1)
  const rights = registry.hold(authorization, {
    // What the subscriptions have to say about it goes out first.
    onLost: () => setImmediate(() => connection.close(4403, 'Forbidden')),
  })
  connection.rights = rights
  connection.authorization = authorization
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
    return shownCredential(headers, inside, baseUrl())
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

function askedBy(connection: Connection, operationId: string): Asked {
  const at = performance.now()
  const early = () =>
    Promise.reject(new Error('An operation ran before its connection was acknowledged.'))
  return { connection, operationId, at, viewer: connection.rights?.viewer(at) ?? early() }
}

/** Why the operation is not run. Whoever could not be identified is told so when it is. */
async function refusalOf(
  { budgets }: Services,
  asked: Asked,
  prepared: Prepared,
  { operationName, variables }: SubscribePayload,
): Promise<GraphQLError | null> {
  const viewer = await asked.viewer.catch(() => null)
  if (!viewer) return null
  const asker = { viewer, address: asked.connection.address, budgets }
  const { spending, refusal } = admit(asker, prepared, operationName, variables)
  asked.spending = spending
  return refusal
}

async function executeFor(services: Services, args: ExecutionArgs): Promise<ExecutionResult> {
  const { connection, viewer, spending } = args.contextValue as Asked
  const scope = scopeOf(services, connection)
  try {
    const ctx: Context = newContext(services, await viewer, scope.requestId, connection.address)
    if (spending) ctx.spending = spending
    return publicResult(await execute({ ...args, contextValue: ctx }), ctx)
  } catch (error) {
    return failed(error, scope)
  }
}

async function openStream(
  services: Services,
  streams: Streams,
  args: ExecutionArgs,
): Promise<AsyncIterableIterator<never> | ExecutionResult> {
  const { connection, operationId, viewer, at } = args.contextValue as Asked
  try {
    await viewer
  } catch (error) {
    return failed(error, scopeOf(services, connection))
  }
  const opened = await streams.open({
    since: at,
    document: args.document,
    variables: args.variableValues,
    operationName: args.operationName,
    authorization: connection.authorization,
    requestId: requestIdOf(connection),
  })
  if (!('each' in opened)) return opened
  return ending(opened, (result) => connection.deliver(operationId, result))
}

/** Results go past graphql-ws, which would write out each anew: it hears of the end alone. */
function ending(
  stream: ResultStream,
  deliver: (result: Delivered) => Promise<void> | void,
): AsyncIterableIterator<never> {
  return {
    next: async () => {
      await stream.each(deliver)
      return { done: true, value: undefined }
    },
    return: async () => {
      await stream.return()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function failed(error: unknown, scope: ErrorScope): ExecutionResult {
  return {
    errors: [error instanceof CredentialLost ? error.toPublic() : publicError(error, scope)],
  }
}

function requestIdOf({ requestId, operations }: Connection): string {
  return `${requestId}-${operations}`
}

function scopeOf({ log }: Services, connection: Connection) {
  const requestId = requestIdOf(connection)
  return { log: log.child({ requestId }), requestId }
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
