// What a database error means to the caller, whichever way it came: through Prisma or from pg.
// The only place that reads SQLSTATE or Prisma codes. Reads nothing but the error it is given.

export type FailureKind =
  /** An exclusion constraint: the time is taken. */
  | 'OVERLAP'
  | 'UNIQUE'
  | 'FOREIGN_KEY'
  | 'CHECK'
  /** Nothing is wrong but the moment: the same transaction may succeed when run again. */
  | 'RETRY'
  /** A value that PostgreSQL cannot store, such as a text with a NUL byte. */
  | 'BAD_INPUT'
  /** The database does not answer, or not in time. */
  | 'UNAVAILABLE'
  | 'UNKNOWN'

export type Failure = { kind: FailureKind; constraint?: string }

const BY_STATE: Record<string, FailureKind> = {
  '23P01': 'OVERLAP',
  '23505': 'UNIQUE',
  '23503': 'FOREIGN_KEY',
  '23001': 'FOREIGN_KEY',
  '23514': 'CHECK',
  '40001': 'RETRY',
  '40P01': 'RETRY',
  '55P03': 'RETRY',
  '25006': 'UNAVAILABLE',
  '25P03': 'UNAVAILABLE',
  '28000': 'UNAVAILABLE',
  '28P01': 'UNAVAILABLE',
  '3D000': 'UNAVAILABLE',
}

// The first two characters name a class of states.
const BY_CLASS: Record<string, FailureKind> = {
  '08': 'UNAVAILABLE',
  '22': 'BAD_INPUT',
  '53': 'UNAVAILABLE',
  '57': 'UNAVAILABLE',
  '58': 'UNAVAILABLE',
}

// For what Prisma reports without a SQLSTATE.
const BY_PRISMA_KIND: Record<string, FailureKind> = {
  TransactionWriteConflict: 'RETRY',
  DatabaseNotReachable: 'UNAVAILABLE',
  ConnectionClosed: 'UNAVAILABLE',
  SocketTimeout: 'UNAVAILABLE',
  TooManyConnections: 'UNAVAILABLE',
  TlsConnectionError: 'UNAVAILABLE',
}

const BY_PRISMA_CODE: Record<string, FailureKind> = {
  P1001: 'UNAVAILABLE',
  P1002: 'UNAVAILABLE',
  P1008: 'UNAVAILABLE',
  P1017: 'UNAVAILABLE',
  P2024: 'UNAVAILABLE',
  P2028: 'UNAVAILABLE',
  P2034: 'RETRY',
  P2037: 'UNAVAILABLE',
}

const SOCKET_CODE = /^E(CONN|PIPE|TIMEDOUT|NOTFOUND|HOSTUNREACH|NETUNREACH|AI_AGAIN)/
// Errors that pg and its pool throw with nothing but a sentence.
const PG_SENTENCE = new RegExp(
  [
    'timeout exceeded when trying to connect',
    'Connection terminated',
    'Query read timeout',
    'Client has encountered a connection error',
    'Cannot use a pool after calling end',
  ].join('|'),
)

type Shape = {
  code?: string
  message?: string
  constraint?: string
  meta?: { driverAdapterError?: { cause?: Cause } }
  cause?: Cause
}

type Cause = {
  kind?: string
  originalCode?: string
  originalMessage?: string
  constraint?: { index?: string }
}

/** Says what a thrown value means; UNKNOWN for whatever is not a database's. */
export function databaseFailure(error: unknown): Failure {
  if (typeof error !== 'object' || error === null) return { kind: 'UNKNOWN' }
  const shape = error as Shape
  const cause = shape.meta?.driverAdapterError?.cause ?? shape.cause
  const state = cause?.originalCode ?? shape.code
  const kind =
    fromState(state) ??
    BY_PRISMA_KIND[cause?.kind ?? ''] ??
    BY_PRISMA_CODE[shape.code ?? ''] ??
    fromConnection(shape) ??
    'UNKNOWN'
  const constraint = constraintOf(shape, cause)
  return constraint === undefined ? { kind } : { kind, constraint }
}

function fromState(state: string | undefined): FailureKind | undefined {
  if (state === undefined || !/^[0-9A-Z]{5}$/.test(state)) return undefined
  return BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)]
}

function fromConnection({ code, message }: Shape): FailureKind | undefined {
  const broken = SOCKET_CODE.test(code ?? '') || PG_SENTENCE.test(message ?? '')
  return broken ? 'UNAVAILABLE' : undefined
}

// Prisma keeps the name of a unique or foreign key constraint, and of the others only the sentence.
function constraintOf(shape: Shape, cause: Cause | undefined): string | undefined {
  return (
    shape.constraint ??
    cause?.constraint?.index ??
    cause?.originalMessage?.match(/constraint "([^"]+)"/)?.[1]
  )
}
