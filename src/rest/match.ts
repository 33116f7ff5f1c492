// From a path to the route that takes it. Pure.

import { isText } from '../graphql/text.ts'
import type { Route } from './route.ts'

export type Match =
  | { route: Route; path: Record<string, string> }
  /** The path is known, with these methods only; none when it is not. */
  | { route: null; methods: readonly string[] }

/** Finds routes by method and the path below a mount; one slash at the end does not matter. */
export function createMatcher(routes: readonly Route[]) {
  const exact = new Map<string, Map<string, Route>>()
  const patterns: { parts: readonly string[]; byMethod: Map<string, Route> }[] = []
  for (const route of routes) {
    let byMethod = exact.get(route.path)
    if (!byMethod) {
      byMethod = new Map()
      exact.set(route.path, byMethod)
      const parts = route.path.split('/')
      if (parts.some(isName)) patterns.push({ parts, byMethod })
    }
    byMethod.set(route.method, route)
  }
  return (method: string, path: string): Match => {
    const whole = path.endsWith('/') ? path.slice(0, -1) : path
    const known = whole.includes(':') ? undefined : exact.get(whole)
    if (known) return chosen(known, method, {})
    const parts = whole.split('/')
    for (const pattern of patterns) {
      const named = namedParts(pattern.parts, parts)
      if (named) return chosen(pattern.byMethod, method, named)
    }
    return { route: null, methods: [] }
  }
}

function chosen(
  byMethod: ReadonlyMap<string, Route>,
  method: string,
  path: Record<string, string>,
): Match {
  const route = byMethod.get(method === 'HEAD' ? 'GET' : method)
  return route ? { route, path } : { route: null, methods: [...byMethod.keys()] }
}

const isName = (part: string) => part.startsWith(':')

function namedParts(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | null {
  if (pattern.length !== parts.length) return null
  const named: [string, string][] = []
  for (const [index, part] of pattern.entries()) {
    const found = parts[index] ?? ''
    if (isName(part)) {
      const value = decoded(found)
      if (!value) return null
      named.push([part.slice(1), value])
    } else if (part !== found) return null
  }
  return Object.fromEntries(named)
}

/** Null for what no id can be: nothing, bytes that are no UTF-8, control characters. */
function decoded(part: string): string | null {
  try {
    const text = decodeURIComponent(part)
    return isText(text) ? text : null
  } catch {
    return null
  }
}
