// One runner for every dialect: finds the route, asks who calls, reads the input, runs the route's
// document in process with the caller's own rights, and answers in the dialect's words. It knows no
// dialect and no rule; whatever goes wrong, the answer has the dialect's own form.

import type { Standing } from '../auth/budget.ts'
import type { CredentialFailure } from '../auth/credential.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Origin, Services } from '../context.ts'
import { networkOf, standingHeaders } from '../graphql/spending.ts'
import { callerOf } from './caller.ts'
import type { Call } from './call.ts'
import { isFaults, readInput } from './input.ts'
import { createMatcher } from './match.ts'
import { Failed, failedFor, failedInput, replyTo } from './problems.ts'
import type { Dialect, Input, Reply, Route } from './route.ts'
import { runRoute } from './run-route.ts'

type Parts = {
  services: Services
  identify: (authorization: string | null, origin: Origin) => Promise<Viewer | CredentialFailure>
}

export type DialectRunner = (call: Call) => Promise<Reply>

export function createRunner(dialect: Dialect, parts: Parts): DialectRunner {
  const match = createMatcher(dialect.routes)
  return async (call) => {
    let route: Route | null = null
    let standing: Standing | null = null
    let input: Input | null = null
    const sent = (reply: Reply) => withHeaders(reply, headersOf(dialect, call, standing, input))
    try {
      const found = match(call.method, call.path)
      if (!found.route) throw noRoute(call, found.methods)
      route = found.route
      const viewer = await callerOf({ ...parts, dialect, route, call })
      standing = countRequest(dialect, parts.services, viewer, call)
      const { path } = found
      const { query, headers } = call
      const read = readInput(route, { path, query, headers, body: await bodyOf(route, call) })
      if (isFaults(read)) throw failedInput(read)
      input = read
      return sent(await runRoute({ dialect, route, input, viewer, services: parts.services, call }))
    } catch (error) {
      return sent(replyTo(dialect, route, failedFor(error, call)))
    }
  }
}

function noRoute({ method, path }: Call, methods: readonly string[]): Failed {
  if (methods.length === 0) return new Failed('NO_ROUTE', `There is nothing at "${path}".`)
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
  const message = `"${path}" does not take ${method}; it takes ${allow}.`
  return new Failed('WRONG_METHOD', message, { headers: { allow } })
}

/** Counts the request as the vendor does, and says how many are left; null when none count. */
function countRequest(
  dialect: Dialect,
  { budgets }: Services,
  viewer: Viewer,
  { address }: Call,
): Standing | null {
  const { name, requestsPerMinute: limit, standingHeaders: tell = standingHeaders } = dialect
  if (limit === undefined || budgets.limits.credential === 0) return null
  const asker = viewer.kind === 'ANONYMOUS' ? `address ${networkOf(address)}` : viewer.id
  const charge = { key: `${name} ${asker}`, points: 1, limit }
  const { taken, standing } = budgets.take([charge])
  if (taken || !standing) return standing
  const seconds = String(standing.resetsInSeconds)
  const message = `A key has ${limit} requests a minute. Try again in ${seconds} seconds.`
  const headers = { ...tell(standing), 'retry-after': seconds }
  throw new Failed('RATE_LIMITED', message, { headers })
}

/** What every answer carries. */
function headersOf(
  dialect: Dialect,
  call: Call,
  standing: Standing | null,
  input: Input | null,
): Record<string, string> {
  const { contentType, answerHeaders, standingHeaders: tell = standingHeaders } = dialect
  return {
    ...(contentType && { 'content-type': contentType(call.headers) }),
    ...answerHeaders?.(input),
    ...(standing && tell(standing)),
  }
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...headers, ...reply.headers } }
}

async function bodyOf(route: Route, call: Call): Promise<unknown> {
  if (!route.body) return undefined
  const read = await call.readBody()
  if ('fault' in read) throw new Failed(read.fault, read.message)
  if (read.text.trim() === '') return undefined
  if (!/^application\/([\w.+-]+\+)?json$/.test(call.contentType)) {
    const is = call.contentType === '' ? 'has no content type' : `is "${call.contentType}"`
    throw new Failed('WRONG_CONTENT_TYPE', `The body ${is}. Send "application/json".`)
  }
  try {
    return JSON.parse(read.text)
  } catch {
    throw new Failed('NOT_JSON', 'The body is not JSON.')
  }
}
