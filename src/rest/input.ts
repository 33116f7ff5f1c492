// From a request as it came to what a route's schemas make of it, or to the sentences that say
// which fields are at fault. Pure.

import type { z } from 'zod'
import { isText } from '../graphql/text.ts'
import type { FieldFault, Headers, Input, Route } from './route.ts'

export type Faults = { missing: FieldFault[]; invalid: FieldFault[] }

type Sent = {
  path: Readonly<Record<string, string>>
  query: URLSearchParams
  headers: Headers
  /** The parsed body; undefined for none. */
  body: unknown
}

export function readInput(route: Route, sent: Sent): Input | Faults {
  const faults: Faults = { missing: [], invalid: [] }
  const query = checked(route.query, parametersOf(sent.query), 'query', faults)
  const body = route.body ? checked(route.body, sent.body ?? {}, 'body', faults) : {}
  const idempotencyKey = keyOf(route, sent.headers, faults)
  const { missing, invalid } = faults
  if (missing.length > 0 || invalid.length > 0) return faults
  return { path: sent.path, query, body, idempotencyKey }
}

export function isFaults(found: Input | Faults): found is Faults {
  return 'invalid' in found
}

/** What is repeated becomes a list, and so is refused where one value is wanted. */
function parametersOf(query: URLSearchParams): object {
  const names = new Set(query.keys())
  return Object.fromEntries(
    [...names].map((name) => {
      const values = query.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

const longestKey = 255

function keyOf({ method }: Route, headers: Headers, { invalid }: Faults): string | null {
  const key = headers['idempotency-key']
  if (method === 'GET' || key === undefined) return null
  if (key === '' || key.length > longestKey || !isText(key)) {
    const message = `"Idempotency-Key" has to have 1 to ${longestKey} characters.`
    invalid.push({ place: 'header', name: 'Idempotency-Key', message })
  }
  return key
}

function checked(
  schema: z.ZodObject,
  value: unknown,
  place: 'query' | 'body',
  faults: Faults,
): Record<string, unknown> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const named = new Set<string>()
  for (const issue of parsed.error.issues) {
    const name = nameOf(issue.path)
    // The first fault of a field says enough; others may only follow from it.
    if (named.has(name)) continue
    named.add(name)
    const found = at(value, issue.path)
    if (name !== '' && isLeftOut(found, issue)) {
      faults.missing.push({ place, name, message: `"${name}" is missing.` })
    } else {
      faults.invalid.push({ place, name, message: sentenceOf(issue, name, found) })
    }
  }
  return {}
}

function sentenceOf(issue: z.core.$ZodIssue, name: string, found: unknown): string {
  const subject = name === '' ? 'The body' : `"${name}"`
  if (issue.code === 'invalid_type') {
    return `${subject} is ${kindOf(found)}; it has to be ${article(issue.expected)}.`
  }
  if (issue.code === 'invalid_union') {
    const near = issue.errors.flat().find(({ code }) => code !== 'invalid_type')
    return near ? sentenceOf(near, name, found) : `${subject} cannot be ${kindOf(found)}.`
  }
  return `${subject} ${issue.message}.`
}

/** As people write it: `answers[0].question_id`. */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      return index === 0 ? String(part) : `.${String(part)}`
    })
    .join('')
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined
    found = (found as Record<PropertyKey, unknown>)[part]
  }
  return found
}

// Nothing between the quotes is as good as nothing, where a text is wanted.
function isLeftOut(value: unknown, issue: z.core.$ZodIssue): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'string' && value.trim() === '' && issue.code !== 'invalid_type'
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return value === null ? 'null' : article(typeof value)
}

const articles: Record<string, string> = {
  array: 'a list',
  object: 'an object',
  int: 'a whole number',
}

function article(type: string): string {
  return articles[type] ?? `a ${type}`
}
