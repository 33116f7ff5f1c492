// The doors of the REST dialects: an exchange becomes a call of the dialect's runner, and its reply
// is sent. Everything below a mount is the dialect's, also what it refuses.

import type { Call } from '../rest/call.ts'
import { createRunner, type DialectRunner } from '../rest/runner.ts'
import type { Dialect } from '../rest/route.ts'
import type { Services } from '../context.ts'
import type { Authenticator } from './authenticate.ts'
import { contentType, HttpFault, readBody, send, type Exchange } from './exchange.ts'
import type { Route } from './router.ts'

/** Longest body of a request, in bytes. */
const maxBodyBytes = 262_144

type Parts = { services: Services; authenticator: Authenticator }

export function dialectRoutes(
  dialects: readonly Dialect[],
  { services, authenticator }: Parts,
): Route[] {
  return dialects.flatMap((dialect) => {
    const run = createRunner(dialect, { services, identify: authenticator.identify })
    const methods = [...new Set(dialect.routes.map(({ method }) => method))]
    return dialect.mounts.flatMap((mount) => {
      const door = (exchange: Exchange) => answer(run, exchange, mount)
      const common = { methods, refusesMethods: true, door, name: dialect.name }
      return [
        { ...common, path: mount },
        { ...common, path: `${mount}/*` },
      ]
    })
  })
}

/** Where clients of the dialect get their tokens, by the gateway's own endpoint. */
export function tokenPathsOf({ mounts, security }: Dialect): string[] {
  return Object.values(security).flatMap((scheme) =>
    scheme.type === 'oauth2' ? mounts.map((mount) => mount + scheme.tokenPath) : [],
  )
}

async function answer(run: DialectRunner, exchange: Exchange, mount: string): Promise<void> {
  const { status, headers = {}, body } = await run(callOf(exchange, mount))
  if (body === undefined) return send(exchange, status, headers, '')
  const type = { 'content-type': 'application/json; charset=utf-8' }
  send(exchange, status, { ...type, ...headers }, JSON.stringify(body))
}

function callOf(exchange: Exchange, mount: string): Call {
  const { req, method, path, query, requestId, address, log } = exchange
  return {
    method,
    mount,
    path: path.slice(mount.length),
    query,
    headers: flat(req.headers),
    contentType: contentType(exchange),
    readBody: () => bodyOf(exchange),
    requestId,
    address,
    log,
  }
}

/** A header that was sent more than once counts the first time. */
function flat(headers: Exchange['req']['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

async function bodyOf(exchange: Exchange): ReturnType<Call['readBody']> {
  try {
    return { text: await readBody(exchange, maxBodyBytes) }
  } catch (error) {
    if (!(error instanceof HttpFault)) throw error
    const fault = error.status === 413 ? 'TOO_LONG' : 'NOT_JSON'
    return { fault, message: error.message }
  }
}
