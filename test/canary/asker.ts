// Runs documents in process with the rights of a credential, and counts the statements that an
// answer costs: what is told by time is told too.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createSourceEventStream, parse, type ExecutionResult } from 'graphql'
import pg from 'pg'
import { cookieCredential, isFailure, viewerOf } from '../../src/auth/credential.ts'
import { newContext } from '../../src/context.ts'
import { isEventSource, type EventSource } from '../../src/events/source.ts'
import { execute, prepare } from '../../src/graphql/documents.ts'
import { publicResult } from '../../src/graphql/public-errors.ts'
import { answerQuickly } from '../../src/graphql/quick.ts'
import { schema } from '../../src/graphql/schema.ts'
import type { TestApp } from '../support/app.ts'

type Answer = ExecutionResult<Record<string, unknown>>

type Variables = Record<string, unknown>

/** What listening begins with: a source of events, or why there is none. */
type Listening = { source: EventSource; refusal: null } | { source: null; refusal: ExecutionResult }

const counting = new AsyncLocalStorage<{ statements: number }>()

// Every statement of the process passes here, also those of Prisma.
type Query = (...args: unknown[]) => unknown
const client = pg.Client.prototype as unknown as { query: Query }
const { query } = client
client.query = function counted(this: unknown, ...args: unknown[]) {
  const count = counting.getStore()
  if (count && !isOpening(args[0])) count.statements += 1
  return query.apply(this, args)
}

/** What every new connection begins with: when one is opened is nobody's doing. */
function isOpening(statement: unknown): boolean {
  return typeof statement === 'string' && statement.includes('SET TimeZone')
}

export type Asker = Awaited<ReturnType<typeof asker>>

/** Asks with the rights that a token, or a session, has now; null is without a credential. */
export async function asker(app: TestApp, token: string | null) {
  const shown = token?.startsWith('sgu_') ? cookieCredential(token) : token && `Bearer ${token}`
  const found = await viewerOf(app.db, shown, app.clock.now())
  if (isFailure(found)) throw new Error(found.sentence)
  const context = () => newContext(app.app.services, found.viewer, 'the request')
  const ask = async (document: string, variables: Variables): Promise<Answer> =>
    (await execute(document, variables, context())) as Answer
  const listen = async (document: string, variables: Variables): Promise<Listening> => {
    const ctx = context()
    const source = await createSourceEventStream({
      schema,
      document: parse(document),
      contextValue: ctx,
      variableValues: variables,
    })
    if (isEventSource(source)) return { source, refusal: null }
    return { source: null, refusal: publicResult(source as ExecutionResult, ctx) }
  }
  const counted = async <T>(work: () => Promise<T>) => {
    const count = { statements: 0 }
    const answer = await counting.run(count, work)
    return { answer, statements: count.statements }
  }
  return {
    ask,
    listen,
    /** The answer, and how many statements it took. */
    counted: (document: string, variables: Variables) => counted(() => ask(document, variables)),
    /** How many it takes where the answer is only to be sent. */
    countedSent: async (text: string, variables: Variables) => {
      const { document } = prepare(text)
      if (!document) throw new Error('The document is not valid.')
      const asked = { schema, document, variables, isSent: true }
      return (await counted(() => answerQuickly(asked, context()))).statements
    },
  }
}
