// Everything that can go wrong with a call, in the gateway's own words, and its way into a
// dialect's. Bugs are masked by the rule of the graph, so that all doors say the same of them.

import type { GraphQLError } from 'graphql'
import type { Logger } from 'pino'
import { bearerChallenge } from '../auth/challenge.ts'
import type { Needs } from '../auth/scope.ts'
import { refusalCodes, refusalStatus, type RefusalCode } from '../errors.ts'
import { publicError } from '../graphql/public-errors.ts'
import type { Faults } from './input.ts'
import type { Dialect, FieldFault, PublicRefusal, Reply, Route, Trouble, Word } from './route.ts'

type Details = {
  headers?: Record<string, string>
  fields?: readonly FieldFault[]
  refusal?: PublicRefusal
  /** What would have been enough, where scopes were missing. */
  requiredScopes?: Needs
}

/** Thrown inside the runner; becomes a reply in the dialect's form. */
export class Failed extends Error {
  readonly trouble: Trouble | 'REFUSED'
  readonly details: Details
  constructor(trouble: Trouble | 'REFUSED', message: string, details: Details = {}) {
    super(message)
    this.name = 'Failed'
    this.trouble = trouble
    this.details = details
  }
}

export function failedInput({ missing, invalid }: Faults): Failed {
  const fields = [...missing, ...invalid]
  const sentences = fields.map(({ message }) => message).join(' ')
  return new Failed(missing.length > 0 ? 'MISSING_FIELD' : 'INVALID_FIELD', sentences, { fields })
}

export function refusedBy(refusal: PublicRefusal): Failed {
  return new Failed('REFUSED', refusal.message, { refusal })
}

const codes: ReadonlySet<string> = new Set(refusalCodes)

/** The refusal that a mutation answered in place of what it does; null when it did it. */
export function refusalIn(value: unknown): PublicRefusal | null {
  if (typeof value !== 'object' || value === null) return null
  const { code, message, path, ...details } = value as Record<string, unknown>
  if (typeof code !== 'string' || !codes.has(code) || typeof message !== 'string') return null
  return { code: code as RefusalCode, message, path: Array.isArray(path) ? path : null, details }
}

type Scope = { log: Logger; requestId: string }

/** Of an error of the graph, which is public already. */
export function failedBy({ message, extensions }: GraphQLError, scope: Scope): Failed {
  const { code, argument } = extensions as { code?: string; argument?: string }
  const seconds = extensions['retryAfterSeconds']
  const later = typeof seconds === 'number' && { headers: { 'retry-after': String(seconds) } }
  switch (code) {
    case 'UNAUTHENTICATED':
      return new Failed(code, message)
    case 'FORBIDDEN':
      return new Failed(code, message, {
        requiredScopes: extensions['requiredScopes'] as Needs | undefined,
      })
    case 'NOT_FOUND':
    case 'CURSOR_EXPIRED':
      return refusedBy({ code, message, path: argument ? argument.split('.') : null })
    case 'BAD_USER_INPUT':
      if (argument !== undefined) {
        const fields = [{ place: 'query', name: argument, message }] as const
        return new Failed('INVALID_FIELD', message, { fields })
      }
      // Its sentence names arguments of the graph, which mean nothing to whoever calls.
      scope.log.warn('a dialect let through what the graph refused')
      return new Failed('INVALID_FIELD', 'A value of the request cannot be accepted.')
    case 'RATE_LIMITED':
    case 'OPERATION_TOO_COMPLEX':
      return new Failed('RATE_LIMITED', message, later || {})
    case 'INTERNAL_SERVER_ERROR':
      return later ? new Failed('UNAVAILABLE', message, later) : new Failed('INTERNAL', message)
    default:
      return failedFor(new Error(`A document of a dialect was refused: ${message}`), scope)
  }
}

/** Of whatever was thrown: logged once and masked, unless it is meant to be public. */
export function failedFor(thrown: unknown, scope: Scope): Failed {
  return thrown instanceof Failed ? thrown : failedBy(publicError(thrown, scope), scope)
}

/** The failure in the words and the form of the dialect. */
export function replyTo(dialect: Dialect, route: Route | null, failed: Failed): Reply {
  const { trouble, message, details } = failed
  const refusal = details.refusal ?? null
  const word = refusal ? wordFor(dialect, route, refusal) : dialect.troubles[trouble as Trouble]
  const { fields = [] } = details
  const headers: Record<string, string> = { ...challengeOf(dialect, failed), ...details.headers }
  const later = Number(headers['retry-after'])
  const retryAfterSeconds = Number.isFinite(later) ? later : null
  const body = dialect.errorBody({ message, ...word, fields, refusal, retryAfterSeconds })
  return { status: word.status, headers, body }
}

/** A bearer whose token has not the scopes is told which (RFC 6750 section 3.1). */
function challengeOf(dialect: Dialect, { message, details }: Failed): Record<string, string> {
  const { requiredScopes: scopes } = details
  if (dialect.challenge !== 'Bearer' || !scopes) return {}
  const fault = { error: 'insufficient_scope', description: message, scopes } as const
  return { 'www-authenticate': bearerChallenge(fault) }
}

/** What a dialect says of a refusal: the route's own word before that of the whole dialect. */
export function wordFor(dialect: Dialect, route: Route | null, refusal: PublicRefusal): Word {
  const { code } = refusal
  const word = route?.refusals?.[code] ?? dialect.refusals[code]
  return { status: refusalStatus(code), ...(typeof word === 'function' ? word(refusal) : word) }
}
