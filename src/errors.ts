// The closed list of refusals, their details, and the table refusal -> GraphQL type -> HTTP status.
// A refusal is an expected answer with a public sentence; whatever else is thrown is a bug.

const table = {
  NOT_FOUND: { type: 'NotFoundError', status: 404 },
  VALIDATION_FAILED: { type: 'ValidationError', status: 422 },
  SLOT_TAKEN: { type: 'SlotTakenError', status: 409 },
  OUTSIDE_AVAILABILITY: { type: 'OutsideAvailabilityError', status: 409 },
  TOO_SOON: { type: 'TooSoonError', status: 409 },
  TOO_LATE: { type: 'TooLateError', status: 409 },
  NO_CAPACITY: { type: 'NoCapacityError', status: 409 },
  HOLD_EXPIRED: { type: 'HoldExpiredError', status: 409 },
  VERSION_CONFLICT: { type: 'VersionConflictError', status: 409 },
  IDEMPOTENCY_CONFLICT: { type: 'IdempotencyConflictError', status: 409 },
  ILLEGAL_TRANSITION: { type: 'IllegalTransitionError', status: 409 },
  ALREADY_CANCELLED: { type: 'AlreadyCancelledError', status: 409 },
  ROUTING_REJECTED: { type: 'RoutingRejectedError', status: 403 },
  LIMIT_REACHED: { type: 'LimitReachedError', status: 409 },
  PAYMENT_REQUIRED: { type: 'PaymentRequiredError', status: 402 },
  IN_USE: { type: 'InUseError', status: 409 },
  CURSOR_EXPIRED: { type: 'CursorExpiredError', status: 410 },
} as const satisfies Record<string, { type: string; status: number }>

export type RefusalCode = keyof typeof table

export const refusalCodes = Object.keys(table) as RefusalCode[]

/** The name of the GraphQL type that carries this refusal. */
export function refusalType(code: RefusalCode): string {
  return table[code].type
}

/** The HTTP status a dialect answers with, unless the dialect's own table says otherwise. */
export function refusalStatus(code: RefusalCode): number {
  return table[code].status
}

/** A free start or session offered in place of the refused one; epoch milliseconds. */
export type FreeSlot = {
  startsAt: number
  endsAt: number
  staffIds: string[]
  sessionId: string | null
}

export type Issue = { path: string[]; message: string }

/** What a refusal carries beside code and sentence; which parts are set depends on the code. */
export type RefusalDetails = {
  /** Path of the input field that is at fault, from the root of `input`. */
  path?: string[]
  issues?: Issue[]
  /** Looked up only when somebody reads it: a lost race must stay cheap. */
  nextSlots?: () => Promise<FreeSlot[]>
  accountId?: string
  currentVersion?: number
  from?: string
  to?: string
  remaining?: number
}

export type Refusal = { code: RefusalCode; message: string } & RefusalDetails

/**
 * Thrown by actions so that the transaction rolls back; caught by the face, which answers it as
 * data.
 */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.name = 'Refused'
    this.refusal = refusal
  }
}

/** Makes a refusal to throw: `throw refused('IN_USE', 'Service "Cut" has …')`. */
export function refused(code: RefusalCode, message: string, details: RefusalDetails = {}): Refused {
  return new Refused({ code, message, ...details })
}

/**
 * The one sentence for everything that is absent or out of reach. `what` is the public type name.
 */
export function notFound(what: string, ...path: string[]): Refused {
  return refused('NOT_FOUND', `No ${what} with this id exists.`, { path })
}

/** Refuses one input field. */
export function invalid(path: string[], message: string): Refused {
  return refused('VALIDATION_FAILED', message, { path, issues: [{ path, message }] })
}

/** Refuses an input with everything that is wrong with it; does nothing for an empty list. */
export function invalidAll(issues: Issue[]): void {
  const [first] = issues
  if (first) throw refused('VALIDATION_FAILED', first.message, { path: first.path, issues })
}

/** Refuses a write that expected another version than the thing has. */
export function checkVersion(what: string, current: number, expected?: number | null): void {
  if (expected == null || expected === current) return
  throw refused(
    'VERSION_CONFLICT',
    `${what} has version ${current}, not ${expected}: read it again before changing it.`,
    { path: ['expectedVersion'], currentVersion: current },
  )
}
