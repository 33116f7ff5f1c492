// Recordings: requests and their whole answers as data files, replayed in the order of their names
// against one world. In both, `{name}` stands for what the test or an earlier answer named so; in
// an answer `{=name}` takes whatever text stands there and names it, and `{#name}` a number.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createMatcher } from '../../../src/rest/match.ts'
import type { Dialect } from '../../../src/rest/route.ts'
import type { Call } from './calling.ts'
import { answerFault } from './described.ts'

export type Recording = {
  title: string
  request: {
    method: string
    path: string
    /** Whose credential is shown; `usual` when left out. */
    as?: string
    headers?: Record<string, string>
    body?: unknown
    raw?: string
  }
  answer: {
    status: number
    /** Those that matter; names in lower case. */
    headers?: Record<string, string>
    body?: unknown
  }
}

type Names = Record<string, string | number>

type Options = {
  dialect: Dialect
  folder: string
  /** By what `as` says. */
  calls: () => Record<string, Call>
  /** What `{name}` stands for; grows as answers name things. */
  names: Names
}

export function recordingsIn(folder: string): Recording[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recording)
}

/** One test for each recording. Call it where tests are described. */
export function replay({ dialect, folder, calls, names }: Options): void {
  it.each(recordingsIn(folder))('$title', async ({ request, answer }) => {
    const { method, path, as = 'usual', headers, body, raw } = filled(request, names)
    const call = calls()[as]
    if (!call) throw new Error(`Nobody is called "${as}".`)
    const found = await call(path, {
      method,
      ...(headers && { headers }),
      ...(raw === undefined ? { body } : { raw }),
    })
    const expected = named(answer.body, found.body, names)
    expect({ status: found.status, body: found.body }).toEqual({
      status: answer.status,
      body: filled(expected, names),
    })
    const told = named(answer.headers, Object.fromEntries(found.headers), names)
    expect(Object.fromEntries(found.headers)).toMatchObject(filled(told ?? {}, names) as object)
    const { route } = createMatcher(dialect.routes)(method, path.replace(/\?.*/, ''))
    if (route) expect(answerFault(dialect, route, found)).toBeNull()
  })
}

/** The value with every `{name}` in its texts replaced; a text that is one name is its value. */
export function filled<T>(value: T, names: Names): T {
  if (typeof value === 'string') {
    const only = /^\{(\w+)\}$/.exec(value)?.[1]
    if (only !== undefined && only in names) return names[only] as T
    return value.replaceAll(/\{(\w+)\}/g, (text, name) => String(names[name] ?? text)) as T
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, names)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [filled(name, names), filled(inner, names)]),
  ) as T
}

/** What was expected, with `{=name}` and `{#name}` replaced by what was found, which is kept. */
function named(expected: unknown, found: unknown, names: Names): unknown {
  if (typeof expected === 'string') {
    const [, kind, name = ''] = /^\{([=#])(\w+)\}$/.exec(expected) ?? []
    if (kind === undefined) return expected
    const wanted = kind === '=' ? 'string' : 'number'
    expect(typeof found, `${name} is a ${wanted}`).toBe(wanted)
    names[name] = found as string | number
    return found
  }
  if (Array.isArray(expected)) {
    return expected.map((each, index) => named(each, (found as unknown[])?.[index], names))
  }
  if (typeof expected !== 'object' || expected === null) return expected
  return Object.fromEntries(
    Object.entries(expected).map(([name, inner]) => [
      name,
      named(inner, (found as Record<string, unknown>)?.[name], names),
    ]),
  )
}
