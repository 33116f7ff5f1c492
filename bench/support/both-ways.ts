// One call of a dialect, and the same documents with the same variables over /graphql; it is shown
// first that what these answer is what the dialect tells.

import { isDeepStrictEqual } from 'node:util'
import { isFaults, readInput } from '../../src/rest/input.ts'
import { createMatcher } from '../../src/rest/match.ts'
import type { Dialect, Found, Input, Route } from '../../src/rest/route.ts'
import type { Shown } from './callers.ts'
import { ask, graphqlCall, send, type Call } from './load.ts'
import type { Measured } from './server.ts'

export type Ways = {
  rest: (caller: Shown) => Call
  /** Each of its documents, by a request of its own. */
  graphql: ((caller: Shown) => Call)[]
  answer: unknown
}

type Asked = { document: string; variables: object }

/** A GET of a path below the dialect's mount. */
export async function bothWays(
  server: Measured,
  dialect: Dialect,
  path: string,
  caller: Shown,
): Promise<Ways> {
  const [mount = ''] = dialect.mounts
  const url = new URL(mount + path, server.url)
  const rest = (headers: Shown): Call => ({ path: url.pathname + url.search, headers })
  const overGraphql = (headers: Shown, { document, variables }: Asked): Call => ({
    ...graphqlCall('', document, variables),
    headers: { authorization: dialect.credential({ headers, query: url.searchParams }) ?? '' },
  })
  const { route, input } = matched(dialect, url.pathname.slice(mount.length), url.searchParams)
  const { asked, reply } = await documentsOf(route, input, server.url + mount, (each) =>
    ask(server, overGraphql(caller, each)),
  )
  const answer: unknown = JSON.parse(await send(server, rest(caller)))
  if (!isDeepStrictEqual(answer, JSON.parse(JSON.stringify(reply)))) {
    throw new Error(`${path} is not what its documents answer.`)
  }
  const graphql = asked.map((each) => (headers: Shown) => overGraphql(headers, each))
  return { rest, graphql, answer }
}

function matched({ routes }: Dialect, path: string, query: URLSearchParams) {
  const found = createMatcher(routes)('GET', path)
  if (!found.route) throw new Error(`There is nothing at "${path}".`)
  const sent = { path: found.path, query, headers: {}, body: undefined }
  const input = readInput(found.route, sent)
  if (isFaults(input)) throw new Error(`${path}: ${JSON.stringify(input)}`)
  return { route: found.route, input }
}

/** What the runner asks for the route, and what the route makes of the answers. */
async function documentsOf(
  route: Route,
  input: Input,
  base: string,
  answerTo: (asked: Asked) => Promise<object>,
): Promise<{ asked: Asked[]; reply: unknown }> {
  const asked: Asked[] = []
  const run = async (document: string, variables: object) => {
    asked.push({ document, variables })
    return revived(await answerTo({ document, variables })) as object
  }
  const found: Found = {}
  for (const { document, variables } of route.before ?? []) {
    const given = variables(input, found)
    if (given) Object.assign(found, await run(document, given))
  }
  const data = route.document ? await run(route.document, route.variables(input, found)) : found
  return { asked, reply: route.reply(data, input, found, base) }
}

/** With its times as the graph has them in process. */
function revived(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return new Date(value)
  if (Array.isArray(value)) return value.map(revived)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revived(inner)]))
}
