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
import { CredentialLost, type Listener, type Rights, type RightsRegistry } from './rights.ts'
import { createExecutions, type Delivered, type Operation } from './stream-executions.ts'

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

/** Whoever gets the results. */
export type Taker = {
  /** The next comes when what is returned resolves; at once when nothing is. */
  take(result: Delivered): Promise<void> | void
  /** Nothing comes any more; the error says what ended it, if something did. */
  onEnd(fault: GraphQLError | null): void
}

/** One result for each event. */
export type ResultStream = {
  /** Hands on each, one after the other, until the end. To be called once. */
  handTo(taker: Taker): void
  /** Ends at once, also while it waits. */
  end(): void
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

export function createStreams(options: Options): Streams {
  const { services, schema, rights } = options
  const { perCredential } = { ...streamLimits, ...options.limits }
  const within: Within = {
    rights,
    log: services.log,
    holds: createHolds(perCredential),
    executions: createExecutions(services, schema),
    count: 0,
  }

  const open = async (request: SubscribeRequest): Promise<ResultStream | ExecutionResult> => {
    const { requestId } = request
    const stream = new Stream(within, request)
    try {
      const viewer = await stream.rights.viewer(request.since ?? performance.now())
      stream.take(request)
      const source = await createSourceEventStream({
        schema,
        document: request.document,
        contextValue: {
          ...newContext(services, viewer, requestId),
          lastCursor: request.lastCursor,
        },
        variableValues: request.variables,
        operationName: request.operationName,
      })
      if (isEventSource(source)) return stream.begin(source)
      stream.end()
      return publicResult(source as ExecutionResult, stream.scope())
    } catch (error) {
      stream.fail(error)
      return { errors: [stream.fault ?? endOf(error, stream.scope())] }
    }
  }

  return { open, count: () => within.count }
}

/** So many of each credential. */
function createHolds(most: number) {
  const held = new Map<string | null, number>()
  return {
    take(credential: string | null): void {
      const before = held.get(credential) ?? 0
      if (before >= most) throw tooMany(most)
      held.set(credential, before + 1)
    },
    giveBack(credential: string | null): void {
      const left = (held.get(credential) ?? 1) - 1
      if (left === 0) held.delete(credential)
      else held.set(credential, left)
    },
  }
}

function tooMany(most: number): GraphQLError {
  return new GraphQLError(
    `This credential listens with ${most} subscriptions, which is the most. Complete one first.`,
    { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } },
  )
}

/** What all streams have in common. */
type Within = {
  rights: RightsRegistry
  log: Services['log']
  holds: ReturnType<typeof createHolds>
  executions: ReturnType<typeof createExecutions>
  /** How many are open. */
  count: number
}

// A class, because thousands are held at once and methods that are shared weigh nothing.
class Stream implements ResultStream, Listener {
  readonly rights: Rights
  fault: GraphQLError | null = null
  private readonly within: Within
  private readonly requestId: string
  private ended = false
  private isCounted = false
  private operation: Operation | null = null
  private source: EventSource | null = null

  constructor(within: Within, { authorization, requestId }: SubscribeRequest) {
    this.within = within
    this.requestId = requestId
    this.rights = within.rights.hold(authorization, this)
  }

  /** Takes its place among those of its credential. */
  take(request: SubscribeRequest): void {
    const { holds, executions } = this.within
    if (this.fault) throw this.fault
    holds.take(this.rights.authorization)
    this.isCounted = true
    this.operation = executions.hold(request)
  }

  begin(source: EventSource): ResultStream | ExecutionResult {
    if (this.ended) {
      // The credential was lost meanwhile.
      void source.return()
      return { errors: this.fault ? [this.fault] : [] }
    }
    this.source = source
    this.within.count += 1
    return this
  }

  handTo(taker: Taker): void {
    void this.flow(taker)
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    const { within, rights, operation, source } = this
    rights.release(this)
    if (this.isCounted) within.holds.giveBack(rights.authorization)
    if (operation) within.executions.letGo(operation)
    if (!source) return
    within.count -= 1
    void source.return()
  }

  fail(error: unknown): void {
    if (this.ended) return
    this.fault = endOf(error, this.scope())
    this.end()
  }

  onViewer(viewer: Viewer): void {
    try {
      this.source?.follow(viewer)
    } catch (error) {
      this.fail(error)
    }
  }

  onLost(lost: CredentialLost): void {
    this.fail(lost)
  }

  scope(): ErrorScope {
    return { log: this.within.log, requestId: this.requestId }
  }

  // One function from the event to whoever takes it: thousands of them wait, each for every event.
  private async flow(taker: Taker): Promise<void> {
    const { source, operation, rights, within, requestId } = this
    try {
      while (source && operation && !this.ended) {
        const { done, value: event } = await source.next()
        if (done) break
        const viewer = rights.known(event.readAt) ?? (await rights.viewer(event.readAt))
        source.follow(viewer)
        if (!source.mayHear(event)) continue
        const result = await within.executions.run(operation, event, viewer, requestId)
        if (this.ended) break
        // Nobody waits for what was taken at once.
        const taken = taker.take(result)
        if (taken) await taken
      }
    } catch (error) {
      this.fail(error)
    }
    this.end()
    taker.onEnd(this.fault)
  }
}

/** Why a stream ends, as the listener is told it. */
function endOf(error: unknown, scope: ErrorScope): GraphQLError {
  if (error instanceof CredentialLost) return error.toPublic()
  return publicError(error, scope)
}
