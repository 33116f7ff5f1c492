// Who listens, asked again and again while a connection is open. All connections of one credential
// share one watch: it is asked anew for every batch of events, and every few seconds without any,
// so that what was revoked is heard no longer.

import { GraphQLError } from 'graphql'
import type { Logger } from 'pino'
import { isFailure, type CredentialFailure } from '../auth/credential.ts'
import type { Viewer } from '../auth/viewer.ts'
import { inTurns, shared } from '../events/turns.ts'
import type { Authenticator } from './authenticate.ts'

/** The credential is not accepted (any more). */
export class CredentialLost extends Error {
  readonly failure: CredentialFailure
  constructor(failure: CredentialFailure) {
    super(failure.sentence)
    this.name = 'CredentialLost'
    this.failure = failure
  }
  /** As a listener is told it. */
  toPublic(): GraphQLError {
    return new GraphQLError(this.message, { extensions: { code: 'FORBIDDEN' } })
  }
}

export type Listener = {
  /** Called with every viewer that differs from the one before it. */
  onViewer?: (viewer: Viewer) => void
  onLost: (lost: CredentialLost) => void
}

/** One credential, for as long as it is held; all who hold it share it. */
export type Rights = {
  /** The Authorization header; null is the anonymous viewer. */
  authorization: string | null
  /** The viewer as it was then or later (performance.now()). Rejects with CredentialLost. */
  viewer(since: number): Promise<Viewer>
  /** The same without waiting, when it is known; else null. */
  known(since: number): Viewer | null
  release(listener: Listener): void
}

export type RightsRegistry = {
  /** By the Authorization header; null is the anonymous viewer. */
  hold(authorization: string | null, listener: Listener): Rights
}

type Options = {
  authenticator: Pick<Authenticator, 'identify'>
  log: Logger
  /** Longest time that a loss goes unnoticed without an event. */
  checkMs?: number
}

const asksAtOnce = 3

export function createRightsRegistry({
  authenticator,
  log,
  checkMs = 3_000,
}: Options): RightsRegistry {
  const watches = new Map<string | null, Watch>()
  const inTurn = inTurns(asksAtOnce)
  return {
    hold: (authorization, listener) => {
      let watch = watches.get(authorization)
      if (!watch) {
        watch = createWatch({
          authorization,
          ask: () => inTurn(() => authenticator.identify(authorization)),
          onEmpty: () => watches.delete(authorization),
          log,
          checkMs,
        })
        watches.set(authorization, watch)
      }
      watch.add(listener)
      return watch
    },
  }
}

type Watch = Rights & { add(listener: Listener): void }

type WatchOptions = {
  authorization: string | null
  ask: () => Promise<Viewer | CredentialFailure>
  onEmpty: () => void
  log: Logger
  checkMs: number
}

function createWatch({ authorization, ask, onEmpty, log, checkMs }: WatchOptions): Watch {
  const listeners = new Set<Listener>()
  let known: { viewer: Viewer; at: number } | null = null
  let asking: { answer: Promise<Viewer>; at: number } | null = null
  let timer: NodeJS.Timeout | undefined

  const take = (found: Viewer | CredentialFailure, at: number): Viewer => {
    if (isFailure(found)) {
      const lost = new CredentialLost(found)
      for (const listener of listeners) listener.onLost(lost)
      throw lost
    }
    // The same object while nothing differs: whoever holds it sees at a glance that it is so.
    const same = known && rightsOf(known.viewer) === rightsOf(found)
    const viewer = same && known ? known.viewer : found
    if (!known || at > known.at) known = { viewer, at }
    if (!same) for (const listener of listeners) listener.onViewer?.(viewer)
    return viewer
  }

  const askNow = shared(() => {
    const at = performance.now()
    const answer = ask()
      .then((found) => take(found, at))
      .finally(() => {
        if (asking?.answer === answer) asking = null
      })
    asking = { answer, at }
    return answer
  })

  const check = () => {
    askNow()
      .catch((error: unknown) => noteOutage(log, error))
      .finally(() => {
        if (listeners.size > 0) timer = setTimeout(check, checkMs)
      })
  }

  const knownSince = (since: number) => (known && known.at >= since ? known.viewer : null)

  return {
    authorization,
    known: knownSince,
    viewer: (since) => {
      const viewer = knownSince(since)
      if (viewer) return Promise.resolve(viewer)
      return asking && asking.at >= since ? asking.answer : askNow()
    },
    add: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) timer = setTimeout(check, checkMs)
    },
    release: (listener) => {
      if (!listeners.delete(listener) || listeners.size > 0) return
      clearTimeout(timer)
      onEmpty()
    },
  }
}

// A database that does not answer takes nobody's rights away; it gives no events either.
function noteOutage(log: Logger, error: unknown): void {
  if (!(error instanceof CredentialLost)) log.warn({ err: error }, 'could not check rights')
}

const texts = new WeakMap<Viewer, string>()

/** Equal for two viewers exactly when both may do the same things in the same accounts. */
export function rightsOf(viewer: Viewer): string {
  const known = texts.get(viewer)
  if (known !== undefined) return known
  // Most accounts have the same grant as others, so each is written out once.
  const numbers = new Map<string, number>()
  const accounts = [...viewer.grants]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, grant]) => {
      const words = `${grant.role} ${[...grant.scopes].toSorted().join(' ')}`
      const number = numbers.get(words) ?? numbers.size
      numbers.set(words, number)
      return `${id} ${number}`
    })
  const text = [viewer.kind, ...numbers.keys(), ...accounts].join('\n')
  texts.set(viewer, text)
  return text
}
