// What a client is told when something failed. An error with a code of the contract is passed on;
// the sender's own faults get the code they deserve; everything else is a bug: logged once, here,
// and masked with the request id. Every door sends its results through this and adds nothing of
// its own.

import { GraphQLError, Kind, type ExecutionResult } from 'graphql'
import type { Logger } from 'pino'
import { Forbidden } from '../auth/viewer.ts'
import { isPassing } from '../db/failure.ts'
import { refusalOf } from '../db/refusal.ts'
import { Refused, type RefusalCode } from '../errors.ts'
import { forbidden } from './scopes.ts'

/** Every code that `errors[].extensions.code` may have. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CURSOR_EXPIRED'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'BAD_USER_INPUT'
  | 'OPERATION_TOO_COMPLEX'
  | 'RATE_LIMITED'
  | 'INTERNAL_SERVER_ERROR'

/** For whom an error is made public: where to log it, and under which id. */
export type ErrorScope = { log: Logger; requestId: string }

const codes: ReadonlySet<string> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CURSOR_EXPIRED',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_COMPLEX',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
])

/** Refusals that a query or subscription may give; in a mutation they are data. */
const refusalCodes: Partial<Record<RefusalCode, ErrorCode>> = {
  NOT_FOUND: 'NOT_FOUND',
  VALIDATION_FAILED: 'BAD_USER_INPUT',
  CURSOR_EXPIRED: 'CURSOR_EXPIRED',
}

/** After how many seconds to try again when the database does not answer. */
export const retryAfterSeconds = 5

/** The result with every error made public, in incremental parts too. */
export function publicResult<R extends ExecutionResult>(result: R, scope: ErrorScope): R {
  const { incremental } = result as { incremental?: readonly ExecutionResult[] }
  if (!result.errors && !incremental) return result
  return {
    ...result,
    ...(result.errors && { errors: result.errors.map((error) => publicError(error, scope)) }),
    ...(incremental && { incremental: incremental.map((part) => publicResult(part, scope)) }),
  }
}

export function publicError(error: unknown, scope: ErrorScope): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : null
  const thrown = originOf(error)
  if (thrown instanceof Forbidden) {
    return located(forbidden(thrown.scopes, thrown.sentence), graphqlError)
  }
  if (thrown instanceof Refused) {
    const { code, message, path } = thrown.refusal
    const publicCode = refusalCodes[code]
    if (publicCode) {
      const extensions = { code: publicCode, ...(path?.length && { argument: path.join('.') }) }
      return located(new GraphQLError(message, { extensions }), graphqlError)
    }
  }
  const byDatabase = refusalOf(thrown)
  if (byDatabase) {
    scope.log.warn({ err: thrown }, 'the database refused what the checks before it let through')
    const extensions = { code: 'BAD_USER_INPUT' }
    return located(new GraphQLError(byDatabase.message, { extensions }), graphqlError)
  }
  const code = graphqlError && codeOf(graphqlError, thrown)
  if (code) {
    const extensions = { ...graphqlError.extensions, code }
    return located(new GraphQLError(graphqlError.message, { extensions }), graphqlError)
  }
  return located(masked(thrown, scope), graphqlError)
}

/** What was thrown in the first place: graphql wraps errors to say where they happened. */
function originOf(error: unknown): unknown {
  let origin = error
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError
  return origin
}

function codeOf(error: GraphQLError, thrown: unknown): ErrorCode | null {
  const code = error.extensions['code']
  if (typeof code === 'string' && codes.has(code)) return code as ErrorCode
  const kind = error.nodes?.[0]?.kind
  if (!error.path && kind === Kind.VARIABLE_DEFINITION) return 'BAD_USER_INPUT'
  if (!(thrown instanceof GraphQLError)) return null
  // What graphql itself says of a request before it runs: which operation, of what type.
  if (!error.path) return 'GRAPHQL_VALIDATION_FAILED'
  // Arguments are coerced while it runs; then the error points at a value. A result that cannot be
  // serialized points at its field and is our fault.
  return kind !== undefined && kind !== Kind.FIELD ? 'BAD_USER_INPUT' : null
}

function masked(thrown: unknown, { log, requestId }: ErrorScope): GraphQLError {
  const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId }
  if (isPassing(thrown)) {
    log.error({ err: thrown }, 'the database is unavailable')
    return new GraphQLError(
      `The service cannot answer at the moment. Try again in ${retryAfterSeconds} seconds.`,
      { extensions: { ...extensions, retryAfterSeconds } },
    )
  }
  log.error({ err: thrown }, 'an operation failed unexpectedly')
  return new GraphQLError(
    `Something went wrong on our side. Tell us the request id "${requestId}" when you report it.`,
    { extensions },
  )
}

function located(error: GraphQLError, at: GraphQLError | null): GraphQLError {
  if (!at) return error
  const { nodes, source, positions, path } = at
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    path,
    extensions: error.extensions,
  })
}
