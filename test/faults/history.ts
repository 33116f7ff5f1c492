// What clients said and what they heard, as they saw it: every call with when it began and ended,
// what was asked, and the answer, or that none came. Ids are those of the database.
import { expect } from 'vitest'
import { decodeId } from '../../src/graphql/ids.ts'

/** A booking as an answer told it. */
export type Told = {
  id: string
  version: number
  status: string
  startsAt: string
  endsAt: string
  staffId: string | null
  sessionId: string | null
  partySize: number
  externalRef: string | null
  notes: string | null
}

export type Answer =
  /** `id` is of what was made or changed; a series tells of all of its bookings. */
  | { kind: 'DONE'; id: string; bookings: Told[] }
  | { kind: 'REFUSED'; code: string }
  /** Nobody there, cut off, or the server said that it cannot answer now: done or not. */
  | { kind: 'UNKNOWN'; why: string }
  /** What no client should ever see. */
  | { kind: 'WRONG'; why: string }

export type Call = {
  by: string
  /** A mutation, or "read". */
  asked: string
  input: Record<string, unknown>
  key: string | null
  startedAt: number
  endedAt: number
  answer: Answer
}

type Options = { urls: () => string[]; key: string; at?: (urls: string[]) => string }

const patienceMs = 25_000

const bookingFields = `id version status startsAt endsAt externalRef notes
  staff { id } session { id } party { total }`

const fieldsOf: Record<string, string> = {
  placeHold: 'id',
  createBlock: 'id',
  createBookingSeries: `id bookings(first: 50) { nodes { ${bookingFields} } }`,
}

/** Asks any of the servers, and writes down what was said. */
export function createHistory({ urls, key, at = anyOf }: Options) {
  const calls: Call[] = []

  const send = async (query: string, variables: object): Promise<Answer> => {
    try {
      const response = await fetch(`${at(urls())}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(patienceMs),
      })
      return answerOf(response.status, (await response.json()) as Body)
    } catch (error) {
      // Refused, reset, or gone before the answer was whole.
      if (error instanceof TypeError || error instanceof SyntaxError) {
        return { kind: 'UNKNOWN', why: 'no answer' }
      }
      return { kind: 'WRONG', why: String(error) }
    }
  }

  const record = async (
    call: Pick<Call, 'by' | 'asked' | 'input'>,
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    const startedAt = performance.now()
    const answer = await ask()
    const idempotencyKey = call.input['idempotencyKey']
    calls.push({
      ...call,
      input: plainInput(call.input),
      key: typeof idempotencyKey === 'string' ? idempotencyKey : null,
      startedAt,
      endedAt: performance.now(),
      answer,
    })
    return answer
  }

  return {
    calls,
    /** Says a mutation once. */
    call: (by: string, mutation: string, input: Record<string, unknown>): Promise<Answer> => {
      const stem = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
      const query = `mutation ($input: ${stem}Input!) { result: ${mutation}(input: $input) {
        __typename ... on Refusal { code }
        ... on ${stem}Success { data { ${fieldsOf[mutation] ?? bookingFields} } }
      } }`
      return record({ by, asked: mutation, input }, () => send(query, { input }))
    },
    /** Reads a booking once. */
    read: (by: string, id: string): Promise<Answer> => {
      const query = `query ($id: ID!) { read: node(id: $id) {
        ... on Booking { ${bookingFields} } } }`
      return record({ by, asked: 'read', input: { id } }, () => send(query, { id }))
    },
  }
}

export type History = ReturnType<typeof createHistory>

/** Resolves when this many calls more were answered with what they asked for. */
export async function moreDone({ calls }: History, count: number): Promise<void> {
  const from = calls.length
  const done = () => calls.slice(from).filter(({ answer }) => answer.kind === 'DONE').length
  await expect.poll(done, { timeout: 120_000, interval: 20 }).toBeGreaterThanOrEqual(count)
}

/** What a long run did, for whoever reads its output. */
export function tell(what: string, { calls }: History): void {
  if (!process.env['ROUNDS']) return
  const kinds = Map.groupBy(calls, ({ answer }) => answer.kind)
  const counts = [...kinds].map(([kind, all]) => `${all.length} ${kind.toLowerCase()}`)
  const longestMs = Math.max(...calls.map(({ startedAt, endedAt }) => endedAt - startedAt))
  const said = `${calls.length} calls, ${counts.join(', ')}, the longest ${longestMs.toFixed()} ms`
  process.stdout.write(`${what}: ${said}\n`)
}

const anyOf = (urls: string[]) => urls[Math.floor(Math.random() * urls.length)] ?? ''

type Found = Omit<Told, 'staffId' | 'sessionId' | 'partySize'> & {
  staff: { id: string } | null
  session: { id: string } | null
  party: { total: number }
  bookings?: { nodes: Found[] }
}

type Body = {
  data?: { result?: { code?: string; data?: Found }; read?: Found | null } | null
  errors?: { message: string; extensions?: { retryAfterSeconds?: number } }[]
}

function answerOf(status: number, { data, errors }: Body): Answer {
  if (errors?.length || status === 503) {
    const isClear = status === 503 || errors?.[0]?.extensions?.retryAfterSeconds !== undefined
    return { kind: isClear ? 'UNKNOWN' : 'WRONG', why: JSON.stringify(errors ?? status) }
  }
  const found = data?.result?.data ?? data?.read
  if (found) {
    const bookings = found.bookings?.nodes ?? ('version' in found ? [found] : [])
    return { kind: 'DONE', id: plainId(found.id), bookings: bookings.map(told) }
  }
  const code = data?.read === null ? 'NOT_FOUND' : data?.result?.code
  return code ? { kind: 'REFUSED', code } : { kind: 'WRONG', why: JSON.stringify(data ?? status) }
}

function told({ staff, session, party, ...booking }: Found): Told {
  return {
    ...booking,
    id: plainId(booking.id),
    startsAt: new Date(booking.startsAt).toISOString(),
    endsAt: new Date(booking.endsAt).toISOString(),
    staffId: staff && plainId(staff.id),
    sessionId: session && plainId(session.id),
    partySize: party.total,
  }
}

const plainId = (id: string) => decodeId(id)?.id ?? id

function plainInput(input: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(input).map(([name, value]) => {
    if (value instanceof Date) return [name, value.toISOString()]
    return [name, typeof value === 'string' ? plainId(value) : value]
  })
  return Object.fromEntries(entries)
}
