// What no client should send, made from the routes themselves: for every field of a body and a
// query all wrong types and texts, for every id in a path one that is not there or another's. Every
// answer has to be 4xx in the dialect's own form, and nothing may change.
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Dialect, Route } from '../../../src/rest/route.ts'
import type { Answered, Call } from './calling.ts'

/** A request that can be done: what is made hostile begins with it. */
export type Sound = {
  path?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, unknown>
}

type Options = {
  dialect: Dialect
  /** By route name. */
  sound: () => Record<string, Sound>
  call: () => Call
  /** Ids of another account, in the dialect's form; tried in every path. */
  foreign: () => string[]
  /** Whether a body has the dialect's own form of an error. */
  isOwnError: (body: unknown) => boolean
  /** Counts every row, so that nothing changes unseen. */
  rows: () => Promise<Record<string, number>>
  /** Routes whose hostile requests may be accepted because the vendor ignores what is wrong. */
  lenient?: readonly string[]
}

type Json = {
  type?: string | string[]
  properties?: Record<string, Json>
  required?: string[]
  items?: Json
  anyOf?: Json[]
  enum?: unknown[]
}

/** One test for each route. Call it where tests are described. */
export function withstands(options: Options): void {
  const { dialect } = options
  it.each(dialect.routes)('$method $path withstands what it should not be sent', async (route) => {
    const before = await options.rows()
    const faults: string[] = []
    const sent = new Set<string>()
    const tryOne = async (what: string, path: string, init: Parameters<Call>[1]) => {
      const key = JSON.stringify([path, init])
      if (sent.has(key)) return
      sent.add(key)
      const found = await options.call()(path, { method: route.method, ...init })
      const fault = faultOf(options, route, found)
      if (fault !== null) faults.push(`${what}: ${fault}`)
    }
    const sound = options.sound()[route.name] ?? {}
    for (const { what, path, init } of hostileTo(route, sound, options.foreign())) {
      await tryOne(what, path, init)
    }
    expect(faults).toEqual([])
    expect(await options.rows()).toEqual(before)
  })
}

function faultOf({ isOwnError, lenient = [] }: Options, { name }: Route, found: Answered) {
  const { status, body } = found
  const isLenient = lenient.includes(name) && status < 300
  if (isLenient) return null
  if (status < 400 || status > 499) return `${status} ${JSON.stringify(body)?.slice(0, 200)}`
  if (!isOwnError(body)) return `not the dialect's form: ${JSON.stringify(body)?.slice(0, 200)}`
  const told = /GraphQL|Prisma|zod|\bSQL\b|\$input|postgres|undefined|\[object/i.exec(
    JSON.stringify(body),
  )
  return told ? `tells "${told[0]}"` : null
}

type Hostile = { what: string; path: string; init: Parameters<Call>[1] }

const wrongKinds: unknown[] = [7, true, ['x'], { not: '' }, [[[{}]]], 'a\u0000b', 'a\ud800']

/** `{"a":"?"}` with a byte that no text in UTF-8 has. */
const noText = new Uint8Array([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])

const otherTypes = ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']

export function* hostileTo(route: Route, sound: Sound, foreign: string[]): Generator<Hostile> {
  const address = pathOf(route, sound.path ?? {})
  const whole = address + queryText(sound.query ?? {})
  const init = route.body ? { body: sound.body ?? {} } : {}
  for (const name of namesIn(route)) {
    for (const id of ['0', 'nothing', '%00', '..', 'a'.repeat(300), "' OR 1=1 --", ...foreign]) {
      const path = pathOf(route, { ...sound.path, [name]: id }) + queryText(sound.query ?? {})
      yield { what: `path ${name} ${id.slice(0, 20)}`, path, init }
    }
  }
  const asked = schemaOf(route.query)
  for (const [name, json] of Object.entries(asked.properties ?? {})) {
    for (const value of ['\u0000', '[object Object]\u0007', 'x'.repeat(5000)]) {
      const query = queryText({ ...sound.query, [name]: value })
      yield { what: `query ${name} ${value.slice(0, 9)}`, path: address + query, init }
    }
    if (accepts(json, ['1', '2'])) continue
    const twice = `${queryText({ ...sound.query, [name]: '1' })}&${name}=2`
    yield { what: `query ${name} twice`, path: address + twice, init }
  }
  for (const name of asked.required ?? []) {
    const { [name]: _, ...rest } = sound.query ?? {}
    yield { what: `query without ${name}`, path: address + queryText(rest), init }
  }
  if (route.method !== 'GET') {
    for (const key of ['', ' ', 'k'.repeat(256)]) {
      const headers = { 'idempotency-key': key }
      yield { what: `Idempotency-Key of ${key.length}`, path: whole, init: { ...init, headers } }
    }
  }
  if (!route.body) return
  yield { what: 'body of no text', path: whole, init: { raw: noText } }
  for (const raw of ['{', '[]', '7', '"text"', 'NaN', '{"a":1}{"b":2}', '['.repeat(9999)]) {
    yield { what: `body ${raw.slice(0, 9)}`, path: whole, init: { raw } }
  }
  for (const type of otherTypes) {
    const raw = JSON.stringify(sound.body ?? {})
    yield { what: `body as ${type}`, path: whole, init: { raw, headers: { 'content-type': type } } }
  }
  for (const { place, json, required } of placesIn(schemaOf(route.body), sound.body ?? {})) {
    for (const value of wrongKinds) {
      if (accepts(json, value)) continue
      const body = replaced(sound.body ?? {}, place, value)
      yield { what: `${place.join('.')} = ${JSON.stringify(value)}`, path: whole, init: { body } }
    }
    if (required) {
      const body = replaced(sound.body ?? {}, place, undefined)
      yield { what: `without ${place.join('.')}`, path: whole, init: { body } }
    }
  }
}

const namesIn = ({ path }: Route) => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)

function pathOf(route: Route, path: Record<string, string>): string {
  return route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    (path[name] ?? '').startsWith('%') ? (path[name] ?? '') : encodeURIComponent(path[name] ?? '0'),
  )
}

function queryText(query: Record<string, string>): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json

type Place = { place: (string | number)[]; json: Json; required: boolean }

/** Every field that the sound body has or could have at its first level, and below what it has. */
function placesIn(json: Json, value: unknown, path: Place['place'] = []): Place[] {
  const object = [json, ...(json.anyOf ?? [])].find(({ properties }) => properties)
  if (object?.properties) {
    return Object.entries(object.properties).flatMap(([name, field]) => {
      const place = [...path, name]
      const inner = (value as Record<string, unknown> | undefined)?.[name]
      const required = object.required?.includes(name) ?? false
      return [
        { place, json: field, required },
        ...(inner === undefined ? [] : placesIn(field, inner, place)),
      ]
    })
  }
  const list = [json, ...(json.anyOf ?? [])].find(({ items }) => items)
  const [first] = Array.isArray(value) ? (value as unknown[]) : []
  if (!list?.items || first === undefined) return []
  const place = [...path, 0]
  return [{ place, json: list.items, required: false }, ...placesIn(list.items, first, place)]
}

function accepts(json: Json, value: unknown): boolean {
  if (json.anyOf) return json.anyOf.some((each) => accepts(each, value))
  const types = [json.type ?? []].flat()
  if (json.enum) return json.enum.includes(value)
  if (types.length === 0) return true
  if (typeof value === 'string') return types.includes('string') && !/\u0000|\ud800/.test(value)
  if (typeof value === 'number') return types.includes('number') || types.includes('integer')
  if (Array.isArray(value)) return types.includes('array') && accepts(json.items ?? {}, value[0])
  if (typeof value === 'object') return types.includes('object')
  return types.includes(typeof value)
}

function replaced(whole: unknown, [name, ...rest]: Place['place'], value: unknown): unknown {
  if (name === undefined) return value
  if (Array.isArray(whole)) {
    return whole.map((each: unknown, index) =>
      index === name ? replaced(each, rest, value) : each,
    )
  }
  const inner = (whole as Record<string, unknown>)[name]
  return { ...(whole as object), [name]: replaced(inner, rest, value) }
}
