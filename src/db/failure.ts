// What a database error means to the caller, whichever way it came: through Prisma or from pg.
// The only place that reads SQLSTATE or Prisma codes. Reads nothing but the error it is given.

export type FailureKind =
  /** An exclusion constraint: the time is taken. */
  | 'OVERLAP'
  | 'UNIQUE'
  | 'FOREIGN_KEY'
  | 'CHECK'
  /** A row that was to be changed is not there any more. */
  | 'GONE'
  /** Nothing is wrong but the moment: the same transaction may succeed when run again. */
  | 'RETRY'
  /** A value that PostgreSQL cannot store, such as a text with a NUL byte. */
  | 'BAD_INPUT'
  /** The database does not answer, or not in time, or a lock was not to be had in time. */
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
  '55P03': 'UNAVAILABLE',
  // Of the class of data only what a value can cause: the others are mistakes in a statement.
  '22001': 'BAD_INPUT',
  '22003': 'BAD_INPUT',
  '22007': 'BAD_INPUT',
  '22008': 'BAD_INPUT',
  '22009': 'BAD_INPUT',
  '22021': 'BAD_INPUT',
  '22023': 'BAD_INPUT',
  '22P02': 'BAD_INPUT',
  '22P03': 'BAD_INPUT',
  '22P05': 'BAD_INPUT',
  // A text that is too long for the index on its column.
  '54000': 'BAD_INPUT',
  '25006': 'UNAVAILABLE',
  '25P03': 'UNAVAILABLE',
  '28000': 'UNAVAILABLE',
  '28P01': 'UNAVAILABLE',
  '3D000': 'UNAVAILABLE',
}

// The first two characters name a class of states.
const BY_CLASS: Record<string, FailureKind> = {
  '08': 'UNAVAILABLE',
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
  P2025: 'GONE',
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
    'Client was closed',
    'Cannot use a pool after calling end',
  ].join('|'),
)

/** Nobody asked the database, because it would not have answered in time. For the log. */
export class DatabaseSilent extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DatabaseSilent'
  }
}

type Shape = {
  code?: string
  syscall?: string
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
  if (error instanceof DatabaseSilent) return { kind: 'UNAVAILABLE' }
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

/** Whether the same request may succeed in a moment: nothing is wrong with what was asked. */
export function isPassing(error: unknown): boolean {
  const { kind } = databaseFailure(error)
  return kind === 'UNAVAILABLE' || kind === 'RETRY'
}

/**
 * How often a transaction is run at most, by how it failed. Whoever lost a race for a value or a
 * time meets it in the second run as something that is there, and refuses it in words of its own.
 */
const RUNS: Partial<Record<FailureKind, number>> = {
  RETRY: 3,
  OVERLAP: 2,
  UNIQUE: 2,
  FOREIGN_KEY: 2,
  GONE: 2,
}

/** How often a transaction may have run that failed so. Safe: the server said that it failed. */
export function runsAtMost(error: unknown): number {
  return RUNS[databaseFailure(error).kind] ?? 1
}

function fromState(state: string | undefined): FailureKind | undefined {
  if (state === undefined || !/^[0-9A-Z]{5}$/.test(state)) return undefined
  return BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)]
}

function fromConnection({ code, syscall, message }: Shape): FailureKind | undefined {
  // The socket of a server on this machine is a file.
  const noSocket = syscall === 'connect' && (code === 'ENOENT' || code === 'EACCES')
  const broken = noSocket || SOCKET_CODE.test(code ?? '') || PG_SENTENCE.test(message ?? '')
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
