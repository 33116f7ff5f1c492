// What a dialect is made of: routes as data, tables of words for what goes wrong, and the form of
// an error. A dialect is a client of the graph: it knows documents, never rows, rules or rights.

import { z } from 'zod'
import type { Scope } from '../auth/scope.ts'
import type { RefusalCode } from '../errors.ts'
import type { Formats } from '../webhook/format.ts'

export type Shape = z.ZodObject

/** Of an answer that has no body. */
export const noBody = z.undefined()

/** A request after its schemas. */
export type Input<Query = Record<string, unknown>, Body = Record<string, unknown>> = {
  /** The parts of the path that are named in it, decoded. */
  path: Readonly<Record<string, string>>
  query: Query
  body: Body
  /**
   * Of the header Idempotency-Key, which every dialect takes with every write. The runner sees to
   * it that said once is done once; a document need not be given it.
   */
  idempotencyKey: string | null
}

/** How a dialect says that something went wrong; left out, the message is the gateway's own. */
export type Word = { status: number; code: string; message?: string }

/** A refusal as the graph answers it. */
export type PublicRefusal = {
  code: RefusalCode
  message: string
  path: string[] | null
  /** Whatever else the document selected of it. */
  details?: Readonly<Record<string, unknown>>
}

/** As Word; left out, the status is the one that the refusal has everywhere. */
export type RefusalWord = Omit<Word, 'status'> & { status?: number }

export type RefusalWords = Partial<
  Record<RefusalCode, RefusalWord | ((refusal: PublicRefusal) => RefusalWord)>
>

/** What can go wrong beside refusals. */
export type Trouble =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NO_ROUTE'
  | 'WRONG_METHOD'
  | 'WRONG_CONTENT_TYPE'
  | 'TOO_LONG'
  | 'NOT_JSON'
  | 'MISSING_FIELD'
  | 'INVALID_FIELD'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL'

/** One field at fault; `name` as the sender spelled it, `place` where it was looked for. */
export type FieldFault = { place: 'query' | 'body' | 'header'; name: string; message: string }

export type Problem = Required<Word> & {
  /** Those missing first; empty when no field is at fault. */
  fields: readonly FieldFault[]
  /** When the graph refused. */
  refusal: PublicRefusal | null
  /** When to come again, where that is known. */
  retryAfterSeconds: number | null
}

export type Reply = { status: number; headers?: Record<string, string>; body?: unknown }

/** What documents before the last one answered, their root fields side by side. */
// Each route knows the shape of what it asked for.
// oxlint-disable-next-line no-explicit-any
export type Found = any

/** A document that is run before the last one; what it answers is told to those that follow. */
export type Step<Query extends Shape, Body extends Shape> = {
  document: string
  /** Null leaves the step out. */
  variables: (
    input: Input<z.output<Query>, z.output<Body>>,
    found: Found,
  ) => Record<string, unknown> | null
}

/** A request and its answer, as the description shows them. */
export type Example = {
  path?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  answer?: unknown
}

type Spec<Query extends Shape, Body extends Shape, Answer extends z.ZodType, Data> = {
  /** Unique in its dialect; the operation id of its description. */
  name: string
  summary: string
  /** Answered without a credential, with the `publicScopes`, where the tenant allows it. */
  public?: boolean
  /** What a reader has to know beside the summary; above all what is ours and not the vendor's. */
  description?: string
  /** Under which heading it is described; left out, the first part of its path. */
  group?: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the mount; `:name` is one part. */
  path: `/${string}`
  /** Members that no schema names are ignored. */
  query: Query
  /** Left out: the route takes no body. */
  body?: Body
  /**
   * Run in order before `document`. A route that changes anything is one unit: when one document is
   * refused, nothing of the others is kept. May throw `Absent` and `Unacceptable`.
   */
  before?: readonly Step<Query, Body>[]
  /** The document that is run with the caller's own rights; null: `before` found all there is. */
  document: string | null
  variables: (
    input: Input<z.output<Query>, z.output<Body>>,
    found: Found,
  ) => Record<string, unknown>
  /** What a done request is answered with; `noBody` is the schema of a 204. */
  answer: { status: number; description: string; schema: Answer }
  /**
   * From the documents' data to the body; throws `Absent` for what is not there. `base` is the
   * address of the mount.
   */
  reply: (
    data: Data,
    input: Input<z.output<Query>, z.output<Body>>,
    found: Found,
    base: string,
  ) => z.input<Answer>
  /** Headers of a done request, such as Location; `base` is the address of the mount. */
  headers?: (
    data: Data,
    input: Input<z.output<Query>, z.output<Body>>,
    base: string,
    found: Found,
  ) => {
    [name: string]: string
  }
  /** Where its words differ from its dialect's. */
  refusals?: RefusalWords
  /** What functions in `refusals` can say beside what they say of no field; for the description. */
  otherWords?: readonly Word[]
  /** Shown in the description; a test holds it to the schemas. */
  example?: Example
}

// Data and input belong to one route only; the runner hands each what its own schemas made.
// oxlint-disable-next-line no-explicit-any
export type Route = Spec<any, any, any, any>

/** One route; the types of its parts are checked against each other. */
export function route<Query extends Shape, Body extends Shape, Answer extends z.ZodType, Data>(
  spec: Spec<Query, Body, Answer, Data>,
): Route {
  return spec
}

/** How many requests of a minute are left to a credential. */
export type Standing = {
  limit: number
  remaining: number
  /** Epoch milliseconds. */
  resetsAt: number
  resetsInSeconds: number
}

export type Dialect = {
  /** One word, as in its first path segment. */
  name: string
  title: string
  /** For its description: what it is for, and what in it is ours where the vendor says nothing. */
  about: string
  /** Where its routes are, each with every route. */
  mounts: readonly `/${string}`[]
  routes: readonly Route[]
  /** What the caller shows of itself, as an Authorization header of the gateway; null: nothing. */
  credential: (shown: Shown) => string | null
  /**
   * The slug of the account that a call names; null: none. Where there is this function, every call
   * has to name one that its credential reaches, and is held to it.
   */
  tenant?: (shown: Shown) => string | null
  /** How applications ask owners to install them, in this dialect's words; left out: not at all. */
  asking?: Asking
  /** What whoever has no credential may read by the routes that are `public`. */
  publicScopes?: readonly Scope[]
  /** How credentials are shown, as OpenAPI says it; each needed together with the others. */
  security: Readonly<Record<string, SecurityScheme>>
  /** Of these schemes, what a call of a `public` route has to show. */
  publicSecurity?: readonly string[]
  /** The challenge of a 401 (RFC 9110, 11.6.1). */
  challenge: string
  /** What one credential may ask in a minute: the vendor's number, or ours where it has none. */
  requestsPerMinute?: number
  /** How an answer says what is left; left out, by RateLimit-Limit, -Remaining and -Reset. */
  standingHeaders?: (standing: Standing) => Record<string, string>
  /** The media type of answers; left out, application/json with its charset. */
  contentType?: (headers: Headers) => string
  /** Headers of every answer. */
  answerHeaders?: (input: Input | null) => Record<string, string>
  /** Whether to do everything and keep nothing. */
  rehearses?: (input: Input) => boolean
  troubles: Readonly<Record<Trouble, Word>>
  refusals: Readonly<Record<RefusalCode, RefusalWord>>
  /** The body of an error, and its form. */
  errorBody: (problem: Problem) => unknown
  errorSchema: z.ZodType
  /** Its webhooks, by the names that endpoints choose them by; see `rest/webhooks.ts`. */
  formats?: Formats
}

/** The page on which an owner is asked to install an application, by the words of its address. */
export type Asking = {
  path: `/${string}`
  applicationParameter: string
  permissionsParameter: string
  /** The scopes of a permission; null for a word that is none. */
  scopesOf: (word: string) => readonly Scope[] | null
}

/** As OpenAPI 3.1 describes it. */
export type SecurityScheme =
  | { type: 'http'; scheme: 'bearer' | 'basic'; description: string }
  | { type: 'apiKey'; in: 'header' | 'query'; name: string; description: string }
  /** `tokenPath`, below the mount, is served: the gateway's token endpoint under another name. */
  | { type: 'oauth2'; tokenPath: `/${string}`; description: string }

/** As the gateway takes a key that a dialect takes in a header of its own. */
export function bearerOf(key: string | undefined): string | null {
  return key === undefined ? null : `Bearer ${key}`
}

/** What a request shows of who sends it. */
export type Shown = { headers: Headers; query: URLSearchParams }

export type Headers = Readonly<Record<string, string | undefined>>

/** Thrown by `reply` when the document found nothing: answered as the refusal NOT_FOUND. */
export class Absent extends Error {
  override readonly name = 'Absent'
}

/** Thrown for what the caller may not do where no document says so itself: FORBIDDEN. */
export class Denied extends Error {
  override readonly name = 'Denied'
}

/**
 * Thrown for a field that is well formed and cannot be accepted as things are: answered as
 * INVALID_FIELD, or as the refusal that is given, whose path is the name of the field.
 */
export class Unacceptable extends Error {
  override readonly name = 'Unacceptable'
  readonly fault: FieldFault
  readonly code: RefusalCode | null
  constructor(fault: FieldFault, code: RefusalCode | null = null) {
    super(fault.message)
    this.fault = fault
    this.code = code
  }
}
