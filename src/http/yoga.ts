// GraphQL Yoga, cut to what it is needed for: running one operation and writing its result in the
// form that was asked for (JSON, SSE, multipart). Parsing, validation, contexts and public errors
// are ours; authentication, limits and faults of HTTP were settled by the door before, and
// subscriptions never come here.

import { GraphQLError, type ExecutionResult } from 'graphql'
import { createYoga, type GraphQLParams, type Plugin } from 'graphql-yoga'
import type { Logger } from 'pino'
import { anonymous } from '../auth/viewer.ts'
import { newContext, type Services } from '../context.ts'
import { prepare } from '../graphql/documents.ts'
import { publicError, publicResult } from '../graphql/public-errors.ts'
import { schema } from '../graphql/schema.ts'
import type { ErrorScope } from '../graphql/public-errors.ts'
import { spendingExtensions, type Spending } from '../graphql/spending.ts'
import { headerOf, type Exchange } from './exchange.ts'

/** What the door settled; `params` is null when `fault` stands instead of an operation. */
export class Operation implements ErrorScope {
  readonly requestId: string
  readonly address: string | null
  readonly method: string
  readonly accept: string
  viewer = anonymous
  params: GraphQLParams | null = null
  /** What it took; null when that was not settled. */
  spending: Spending | null = null
  fault: GraphQLError | null = null
  /** What it was answered with already. */
  result: ExecutionResult | undefined
  private readonly exchange: Exchange

  constructor(exchange: Exchange) {
    const { requestId, address, method } = exchange
    this.requestId = requestId
    this.address = address
    this.method = method === 'HEAD' ? 'GET' : method
    this.accept = headerOf(exchange, 'accept') ?? 'application/json'
    this.exchange = exchange
  }

  get log(): Logger {
    return this.exchange.log
  }

  /** Aborted when the client has gone. Made when it is asked for: most answers need none. */
  leaving(): AbortSignal {
    const { res } = this.exchange
    const controller = new AbortController()
    if (res.destroyed) controller.abort()
    else res.once('close', () => controller.abort())
    return controller.signal
  }
}

type ServerContext = { operation: Operation }

export type OperationRunner = (operation: Operation) => Promise<Response>

type Parts = {
  services: Services
  /** Called for every error that a client is given. */
  onError: (code: string) => void
}

export function createOperationRunner({ services, onError }: Parts): OperationRunner {
  const yoga = createYoga<ServerContext>({
    schema,
    // Nothing of Yoga's that answers instead of the operation.
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    // An address never ends in a space, so this is never asked for.
    healthCheckEndpoint: ' ',
    context: ({ operation }) => {
      const { viewer, requestId, address, spending } = operation
      const ctx = newContext(services, viewer, requestId, address)
      if (spending) ctx.spending = spending
      return ctx
    },
    plugins: [useOperation(), useDocuments(), useResults(), usePublicResults(onError)],
  })
  return async (operation) => {
    const { method, accept } = operation
    const signal = operation.leaving()
    const request = new yoga.fetchAPI.Request('http://localhost/graphql', {
      method,
      headers: { accept },
      signal,
    })
    return yoga.handleRequest(request, { operation } as never)
  }
}

/** The parameters are known already, or the fault that there are none. */
function useOperation(): Plugin<object, ServerContext> {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      const { params, fault } = serverContext.operation
      setRequestParser(() => {
        if (!params) throw fault
        return params
      })
    },
  }
}

function useDocuments(): Plugin {
  return {
    onParse({ params, setParsedDocument }) {
      const { document, errors } = prepare(String(params.source))
      // Thrown together: Yoga unfolds them.
      if (!document) throw new AggregateError(errors)
      setParsedDocument(document)
    },
    onValidate({ setResult }) {
      setResult([])
    },
  }
}

function useResults(): Plugin<object, ServerContext> {
  return {
    onExecute({ args, setExecuteFn }) {
      const { result } = (args.contextValue as unknown as ServerContext).operation
      if (result) setExecuteFn(() => result)
    },
  }
}

function usePublicResults(onError: Parts['onError']): Plugin<object, ServerContext> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      const { operation } = serverContext
      const make = <R extends ExecutionResult>(found: R): R => {
        const made = publicResult(found, operation)
        for (const { extensions } of made.errors ?? []) onError(String(extensions['code']))
        return made
      }
      if (Symbol.asyncIterator in result) {
        const fail = (error: unknown) => make({ errors: [publicError(error, operation)] })
        setResult(mapStream(result, telling(operation, make), fail))
      } else {
        setResult(withStatus(telling(operation, make)(result as ExecutionResult)))
      }
    },
  }
}

/** Tells with the first result what the operation took. */
function telling({ spending }: Operation, make: <R extends ExecutionResult>(result: R) => R) {
  let told = !spending
  return <R extends ExecutionResult>(found: R): R => {
    const result = make(found)
    if (told || !spending) return result
    told = true
    return { ...result, extensions: { ...result.extensions, ...spendingExtensions(spending) } }
  }
}

/** Maps every result and the error that ends the stream, if one does. */
function mapStream<R extends ExecutionResult>(
  source: AsyncIterable<R>,
  make: (result: R) => R,
  fail: (error: unknown) => ExecutionResult,
): AsyncIterableIterator<R> {
  const iterator = source[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      try {
        const step = await iterator.next()
        return step.done ? step : { done: false, value: make(step.value) }
      } catch (error) {
        void iterator.return?.()
        return { done: false, value: fail(error) as R }
      }
    },
    async return(value) {
      await iterator.return?.(value)
      return { done: true, value }
    },
  }
}

/**
 * What GraphQL over HTTP says of a request that failed before it ran; Yoga reads and removes it.
 */
function withStatus(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result
  const ran = 'data' in result
  const errors = result.errors.map((error) => {
    const http = httpOf(error, ran)
    if (!http) return error
    const { nodes, source, positions, path, extensions } = error
    return new GraphQLError(error.message, {
      nodes,
      source,
      positions,
      path,
      extensions: { ...extensions, http },
    })
  })
  return { ...result, errors }
}

function httpOf({ extensions }: GraphQLError, ran: boolean): object | null {
  if (extensions['http']) return null
  const seconds = extensions['retryAfterSeconds']
  if (seconds !== undefined) {
    const status = extensions['code'] === 'RATE_LIMITED' ? 429 : 503
    return { status, headers: { 'retry-after': String(seconds) } }
  }
  if (ran) return null
  return extensions['code'] === 'INTERNAL_SERVER_ERROR'
    ? { status: 500 }
    : { status: 400, spec: true }
}
