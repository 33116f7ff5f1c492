// Runs the documents of a route, in process, with the caller's own rights, and makes the reply.
// What changes something in several steps is one transaction, and so is what carries an
// Idempotency-Key: the answer is kept with it, sealed, and given again to the same caller with the
// same rights.

import { Kind, parse, type ExecutionResult, type GraphQLError } from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Context, type Services } from '../context.ts'
import type { Database } from '../db/client.ts'
import { idempotentText } from '../db/idempotency.ts'
import { transaction } from '../db/transaction.ts'
import { asOne, rehearse } from '../db/unit.ts'
import { Refused } from '../errors.ts'
import { execute } from '../graphql/documents.ts'
import type { Call } from './call.ts'
import { Failed, failedBy, failedInput, refusalIn, refusedBy } from './problems.ts'
import {
  Absent,
  Denied,
  Unacceptable,
  type Dialect,
  type Found,
  type Input,
  type Reply,
  type Route,
} from './route.ts'

export type Run = {
  dialect: Dialect
  route: Route
  input: Input
  viewer: Viewer
  services: Services
  call: Call
}

/** The reply of a request that can be read. Throws Failed, and whatever else goes wrong. */
export async function runRoute(run: Run): Promise<Reply> {
  const { dialect, route, input, services, viewer, call } = run
  const { db } = services
  const steps = (within: Database) => {
    const own = { ...services, db: within }
    return runSteps(run, () => newContext(own, viewer, call.requestId, call.address))
  }
  if (route.method === 'GET') return steps(db)
  if (dialect.rehearses?.(input)) return rehearse(db, steps)
  if (input.idempotencyKey !== null) return asOne(db, (within) => once(run, within, steps))
  return mutationsOf(route) > 1 ? asOne(db, steps) : steps(db)
}

const counted = new WeakMap<Route, number>()

/** How many things the route does; where it does one, that is a transaction already. */
function mutationsOf(route: Route): number {
  let count = counted.get(route)
  if (count === undefined) {
    const documents = [...(route.before ?? []).map(({ document }) => document), route.document]
    const definitions = documents.flatMap((text) => (text ? parse(text).definitions : []))
    count = definitions
      .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
      .filter(({ operation }) => operation === 'mutation')
      .reduce((sum, { selectionSet }) => sum + selectionSet.selections.length, 0)
    counted.set(route, count)
  }
  return count
}

async function runSteps({ route, input, call }: Run, context: () => Context): Promise<Reply> {
  const found: Found = {}
  try {
    for (const step of route.before ?? []) {
      const variables = step.variables(input, found)
      if (variables) Object.assign(found, await dataOf(step.document, variables, context(), call))
    }
    const data = route.document
      ? await dataOf(route.document, route.variables(input, found), context(), call)
      : found
    const base = context().baseUrl() + call.mount
    const headers = route.headers?.(data, input, base, found)
    const body = route.reply(data, input, found, base)
    return { status: route.answer.status, ...(headers && { headers }), body }
  } catch (error) {
    if (error instanceof Denied) throw new Failed('FORBIDDEN', error.message)
    if (error instanceof Unacceptable) throw unacceptable(error)
    if (!(error instanceof Absent)) throw error
    throw refusedBy({ code: 'NOT_FOUND', message: error.message, path: null })
  }
}

function unacceptable({ fault, code, message }: Unacceptable): Failed {
  return code === null
    ? failedInput({ missing: [], invalid: [fault] })
    : refusedBy({ code, message, path: [fault.name] })
}

async function dataOf(
  document: string,
  variables: Record<string, unknown>,
  ctx: Context,
  call: Call,
): Promise<Record<string, unknown>> {
  const result = await execute(document, variables, ctx)
  const failure = failureOf(result)
  if (failure) throw failedBy(failure, call)
  const data = result.data ?? {}
  for (const value of Object.values(data)) {
    const refusal = refusalIn(value)
    if (refusal) throw refusedBy(refusal)
  }
  return data
}

/** A denied field is null and the rest is answered; what denies the whole answer is a failure. */
function failureOf({ data, errors }: ExecutionResult): GraphQLError | null {
  if (!errors) return null
  const worse = errors.find(({ extensions }) => extensions['code'] !== 'FORBIDDEN')
  if (worse) return worse
  const answered = data && Object.values(data).some((value) => value !== null)
  return answered ? null : (errors[0] ?? null)
}

/** Does it once for the key; said again by the same caller, the first reply is given again. */
async function once(
  { dialect, route, input, viewer, services, call }: Run,
  db: Database,
  steps: (within: Database) => Promise<Reply>,
): Promise<Reply> {
  const { sealer } = services
  const [accountId] = [...viewer.grants.keys()].toSorted()
  // Who reaches nothing does nothing that could be repeated.
  if (accountId === undefined) return steps(db)
  const { path, query, body, idempotencyKey: key } = input
  const operation = `${dialect.name} ${route.name}`
  // Who may see less by now is not shown what was seen then.
  const rights = [...(viewer.grants.get(accountId)?.scopes ?? [])].toSorted().join(' ')
  const ctx = newContext({ ...services, db }, viewer, call.requestId, call.address)
  try {
    const kept = await transaction(db, (tx) =>
      idempotentText(
        tx,
        ctx,
        { accountId, key, operation, input: { path, query, body, rights } },
        async () => sealed(sealer, JSON.stringify(await steps(db))),
        (text) => text,
      ),
    )
    return JSON.parse(sealer.open(Buffer.from(kept, 'base64'))) as Reply
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { code, message, path: place = null } = error.refusal
    throw refusedBy({ code, message, path: place })
  }
}

function sealed(sealer: Services['sealer'], text: string): string {
  return Buffer.from(sealer.seal(text)).toString('base64')
}
