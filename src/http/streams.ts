// A subscription as a stream of results, for every door. Each event is executed with a fresh
// context and the rights that the listener has by then; listeners who ask the same with the same
// rights share one execution. The stream ends when the rights do, when the reader is too slow, or
// at stop.

import {
  createSourceEventStream,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Services } from '../context.ts'
import { isEventSource, type EventSource } from '../events/source.ts'
import { publicError, publicResult, type ErrorScope } from '../graphql/public-errors.ts'
import { CredentialLost, type Rights, type RightsRegistry } from './rights.ts'
import { createExecutions, type Delivered, type Run } from './stream-executions.ts'

export type SubscribeRequest = {
  document: DocumentNode
  variables: Record<string, unknown> | null | undefined
  operationName: string | null | undefined
  /** The credential of whoever listens; null for none. */
  authorization: string | null
  requestId: string
  /** The cursor that was received last, when the transport knows it; it wins over the argument. */
  lastCursor?: string | null
  /** From when on (performance.now()) rights that were looked up count; now when left out. */
  since?: number
}

export const streamLimits = {
  /** Over all its sockets and requests, at this node. */
  perCredential: 10_000,
}

/** One result for each event. Ends with a public error when something ends it. */
export type ResultStream = AsyncIterableIterator<Delivered, undefined> & {
  /** Instead of next(): hands on each, one after the other, until the end. */
  each(take: (result: Delivered) => Promise<void> | void): Promise<void>
  return(): Promise<IteratorResult<Delivered, undefined>>
}

export type Streams = {
  /** The stream, or the errors that there is none. */
  open(request: SubscribeRequest): Promise<ResultStream | ExecutionResult>
  count(): number
}

type Options = {
  services: Services
  schema: GraphQLSchema
  rights: RightsRegistry
  limits?: Partial<typeof streamLimits>
}

type Stream = ResultStream & {
  onViewer(viewer: Viewer): void
  fail(error: unknown): void
}

export function createStreams(options: Options): Streams {
  const { services, schema, rights: registry } = options
  const { perCredential } = { ...streamLimits, ...options.limits }
  let count = 0
  const held = createHolds(perCredential)
  const executions = createExecutions(services, schema)

  const open = async (request: SubscribeRequest): Promise<ResultStream | ExecutionResult> => {
    const scope: ErrorScope = { log: services.log, requestId: request.requestId }
    let stream: Stream | undefined
    let release = () => {}
    const rights = registry.hold(request.authorization, {
      onViewer: (viewer) => stream?.onViewer(viewer),
      onLost: (lost) => stream?.fail(lost),
    })
    try {
      const viewer = await rights.viewer(request.since ?? performance.now())
      release = held.take(request.authorization)
      const run = executions.of(request)
      const source = await createSourceEventStream({
        schema,
        document: request.document,
        contextValue: {
          ...newContext(services, viewer, request.requestId),
          lastCursor: request.lastCursor,
        },
        variableValues: request.variables,
        operationName: request.operationName,
      })
      if (!isEventSource(source)) {
        rights.release()
        release()
        return publicResult(source as ExecutionResult, scope)
      }
      const onEnd = () => {
        count -= 1
        release()
      }
      stream = createStream({ source, rights, run, scope, onEnd })
      count += 1
      return stream
    } catch (error) {
      rights.release()
      release()
      return { errors: [endOf(error, scope)] }
    }
  }

  return { open, count: () => count }
}

/** So many of each credential; each is given back once. */
function createHolds(most: number) {
  const held = new Map<string | null, number>()
  return {
    take(credential: string | null): () => void {
      const before = held.get(credential) ?? 0
      if (before >= most) throw tooMany(most)
      held.set(credential, before + 1)
      return () => {
        const left = (held.get(credential) ?? 1) - 1
        if (left === 0) held.delete(credential)
        else held.set(credential, left)
      }
    },
  }
}

function tooMany(most: number): GraphQLError {
  return new GraphQLError(
    `This credential listens with ${most} subscriptions, which is the most. Complete one first.`,
    { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } },
  )
}

type StreamOptions = {
  source: EventSource
  rights: Rights
  run: Run
  scope: ErrorScope
  onEnd: () => void
}

function createStream({ source, rights, run, scope, onEnd }: StreamOptions): Stream {
  let ended = false
  let fault: GraphQLError | null = null

  const end = () => {
    if (ended) return
    ended = true
    rights.release()
    void source.return()
    onEnd()
  }

  const fail = (error: unknown) => {
    if (ended) return
    fault = endOf(error, scope)
    end()
  }

  const read = reader({ source, rights, run }, () => ended)

  const close = () => {
    end()
    if (!fault) return
    const error: GraphQLError = fault
    fault = null
    throw error
  }

  return {
    next: async () => {
      const result = await read().catch(fail)
      if (result) return { done: false, value: result }
      close()
      return { done: true, value: undefined }
    },
    each: async (take) => {
      try {
        await handOn(read, take)
      } catch (error) {
        fail(error)
      }
      close()
    },
    return: () => {
      end()
      return Promise.resolve({ done: true, value: undefined })
    },
    onViewer: (viewer) => {
      try {
        source.follow(viewer)
      } catch (error) {
        fail(error)
      }
    },
    fail,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

type Reader = () => Promise<Delivered | null>

/** Reads the result of the next event that may be heard; null when the stream has ended. */
function reader(
  { source, rights, run }: Pick<StreamOptions, 'source' | 'rights' | 'run'>,
  ended: () => boolean,
): Reader {
  return async () => {
    while (!ended()) {
      const step = await source.next()
      if (step.done) return null
      const viewer = await rights.viewer(step.value.readAt)
      source.follow(viewer)
      if (!source.mayHear(step.value)) continue
      const result = await run(step.value, viewer)
      if (!ended()) return result
    }
    return null
  }
}

// Nobody waits for what was taken at once: thousands do this for every event.
async function handOn(read: Reader, take: (result: Delivered) => Promise<void> | void) {
  for (let result = await read(); result; result = await read()) {
    const taken = take(result)
    if (taken) await taken
  }
}

/** Why a stream ends, as the listener is told it. */
function endOf(error: unknown, scope: ErrorScope): GraphQLError {
  if (error instanceof CredentialLost) return error.toPublic()
  return publicError(error, scope)
}
