// What a dialect is made of: routes as data, tables of words for what goes wrong, and the form of
// an error. A dialect is a client of the graph: it knows documents, never rows, rules or rights.

import type { z } from 'zod'
import type { RefusalCode } from '../errors.ts'

export type Shape = z.ZodObject

/** A request after its schemas. */
export type Input<Query = Record<string, unknown>, Body = Record<string, unknown>> = {
  /** The parts of the path that are named in it, decoded. */
  path: Readonly<Record<string, string>>
  query: Query
  body: Body
  /** Of the header Idempotency-Key, which every dialect takes with every write. */
  idempotencyKey: string | null
}

/** How a dialect says that something went wrong; left out, the message is the gateway's own. */
export type Word = { status: number; code: string; message?: string }

/** A refusal as the graph answers it. */
export type PublicRefusal = { code: RefusalCode; message: string; path: string[] | null }

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
}

export type Reply = { status: number; headers?: Record<string, string>; body?: unknown }

type Spec<Query extends Shape, Body extends Shape, Answer extends z.ZodType, Data> = {
  /** Unique in its dialect; the operation id of its description. */
  name: string
  summary: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the mount; `:name` is one part. */
  path: `/${string}`
  /** Members that no schema names are ignored. */
  query: Query
  /** Left out: the route takes no body. */
  body?: Body
  /** The document that is run with the caller's own rights. */
  document: string
  variables: (input: Input<z.output<Query>, z.output<Body>>) => Record<string, unknown>
  /** What a done request is answered with. */
  answer: { status: number; description: string; schema: Answer }
  /** From the document's data to the body; throws `Absent` for what is not there. */
  reply: (data: Data, input: Input<z.output<Query>, z.output<Body>>) => z.input<Answer>
  /** Where its words differ from its dialect's. */
  refusals?: RefusalWords
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

export type Dialect = {
  /** One word, as in its first path segment. */
  name: string
  title: string
  /** Where its routes are, each with every route. */
  mounts: readonly `/${string}`[]
  routes: readonly Route[]
  /** What the caller shows of itself, as an Authorization header of the gateway; null: nothing. */
  credential: (headers: Headers) => string | null
  /** The challenge of a 401 (RFC 9110, 11.6.1). */
  challenge: string
  /** What one credential may ask in a minute, as the vendor says. */
  requestsPerMinute?: number
  /** Whether to do everything and keep nothing. */
  rehearses?: (input: Input) => boolean
  troubles: Readonly<Record<Trouble, Word>>
  refusals: Readonly<Record<RefusalCode, RefusalWord>>
  /** The body of an error. */
  errorBody: (problem: Problem) => unknown
}

export type Headers = Readonly<Record<string, string | undefined>>

/** Thrown by `reply` when the document found nothing: answered as the refusal NOT_FOUND. */
export class Absent extends Error {
  override readonly name = 'Absent'
}
