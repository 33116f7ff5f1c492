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
import type { Receiver } from '../events/handoff.ts'
import type { ReadEvent } from '../events/log.data.ts'
import { isEventSource, type EventSource } from '../events/source.ts'
import { publicError, publicResult, type ErrorScope } from '../graphql/public-errors.ts'
import { createAudiences, type Audience, type Member } from './audience.ts'
import { CredentialLost, type Listener, type Rights, type RightsRegistry } from './rights.ts'
import type { Delivered } from './stream-executions.ts'

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

/** One result for each event. */
export type ResultStream = {
  /** Hands on each, one after the other, until the end. To be called once. */
  handTo(receiver: Receiver<Delivered, GraphQLError>): void
  /** The receiver takes the next. */
  goOn(): void
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
    audiences: createAudiences(services, schema),
    count: 0,
  }

  const open = async (request: SubscribeRequest): Promise<ResultStream | ExecutionResult> => {
    const { requestId } = request
    const stream = new Stream(within, request)
    try {
      const viewer = await stream.rights.viewer(request.since ?? performance.now())
      stream.hold(request)
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
  audiences: ReturnType<typeof createAudiences>
  /** How many are open. */
  count: number
}

// A class, because thousands are held at once and methods that are shared weigh nothing.
class Stream implements ResultStream, Listener, Member, Receiver<ReadEvent> {
  readonly rights: Rights
  readonly requestId: string
  fault: GraphQLError | null = null
  private readonly within: Within
  private ended = false
  private isCounted = false
  private audience: Audience | null = null
  private source: EventSource | null = null
  private receiver: Receiver<Delivered, GraphQLError> | null = null

  constructor(within: Within, { authorization, requestId }: SubscribeRequest) {
    this.within = within
    this.requestId = requestId
    this.rights = within.rights.hold(authorization, this)
  }

  /** Takes its place among those of its credential. */
  hold(request: SubscribeRequest): void {
    const { holds, audiences } = this.within
    if (this.fault) throw this.fault
    holds.take(this.rights.authorization)
    this.isCounted = true
    this.audience = audiences.hold(request, this.rights)
  }

  begin(source: EventSource): ResultStream | ExecutionResult {
    if (this.ended) {
      // The credential was lost meanwhile.
      void source.return()
    } else {
      this.source = source
      this.within.count += 1
      // Its rights may have changed meanwhile.
      const viewer = this.rights.known(0)
      if (viewer) this.onViewer(viewer)
    }
    return this.ended ? { errors: this.fault ? [this.fault] : [] } : this
  }

  handTo(receiver: Receiver<Delivered, GraphQLError>): void {
    if (this.ended) return receiver.onEnd(this.fault)
    this.receiver = receiver
    this.source?.handTo(this)
  }

  take(event: ReadEvent): boolean {
    if (!this.ended) this.audience?.join(event, this)
    return false
  }

  mayHear(event: ReadEvent): boolean {
    return !this.ended && this.source !== null && this.source.mayHear(event)
  }

  tell(result: Delivered | null): void {
    if (this.ended) return
    try {
      if (result === null || this.receiver?.take(result)) this.goOn()
    } catch (error) {
      this.fail(error)
    }
  }

  goOn(): void {
    this.source?.goOn()
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    const { within, rights, audience, source } = this
    rights.release(this)
    if (this.isCounted) within.holds.giveBack(rights.authorization)
    if (audience) within.audiences.giveBack(audience)
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

  /** The source ended. */
  onEnd(fault: unknown): void {
    if (fault === null) this.end()
    else this.fail(fault)
    this.receiver?.onEnd(this.fault)
  }

  scope(): ErrorScope {
    return { log: this.within.log, requestId: this.requestId }
  }
}

/** Why a stream ends, as the listener is told it. */
function endOf(error: unknown, scope: ErrorScope): GraphQLError {
  if (error instanceof CredentialLost) return error.toPublic()
  return publicError(error, scope)
}
