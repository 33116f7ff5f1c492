// Whatever is sent, the answer has a known code and the process goes on: every argument and every
// input field of the schema is given what it does not expect, over real HTTP.
import {
  getNamedType,
  GraphQLList,
  GraphQLNonNull,
  isEnumType,
  isInputObjectType,
  type GraphQLInputType,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { insideOf } from '../support/inside.ts'
import { makeViewers } from '../support/viewers.ts'
import { documentOf, rightArgs, slotsOf, variablesOf, withValue, type Slot } from './asking.ts'
import { forApplications, waysTo } from './ways.ts'
import { fillWorld } from './world.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const mine = await fillWorld(app.db, accounts.first.id, 'hostile')
// Whoever asks may do everything, so that what is sent is what is refused.
await app.db.prisma.membership.updateMany({ data: { role: 'OWNER' } })

/** Codes that say what is wrong with what was sent. */
const known = ['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'NOT_FOUND', 'OPERATION_TOO_COMPLEX']

/** Each place once: inputs that many fields share are hostile in the first of them. */
function places(): Slot[] {
  const seen = new Set<string>()
  return waysTo(schema)
    .flatMap(slotsOf)
    .filter(({ way, path, name }) => {
      const [first = '', ...rest] = path
      const argument = way.field.args.find((each) => each.name === first)
      const input = argument && getNamedType(argument.type)
      const key = isInputObjectType(input) ? `${input.name} ${rest.join('.')}` : name
      const isPage = ['first', 'last', 'after', 'before'].includes(first)
      // Pages are asked for what they do not expect by the walk over all lists.
      if (seen.has(key) || (isPage && way.parent.name !== 'Query')) return false
      seen.add(key)
      return true
    })
}

/** JSON as text, for what would be too deep to be made of values. */
class Raw {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const nested = (depth: number, open: string, close: string) =>
  new Raw(`${open.repeat(depth)}1${close.repeat(depth)}`)
const deepList = nested(30_000, '[', ']')
const deepObject = nested(30_000, '{"a":', '}')

const anything: unknown[] = [
  true,
  [],
  -1,
  {},
  'text',
  1.5,
  [[]],
  '',
  [null],
  0,
  1e308,
  null,
  { unknown: 1 },
  deepList,
  deepObject,
]
const texts: unknown[] = [
  '\0',
  'x\udc00',
  'x'.repeat(100_000),
  '\u0001\u007f',
  '\u202e\ufeff',
  `'; DROP TABLE "Booking"; --`,
  '%_\\',
  '{{7*7}}${7*7}',
  'x'.repeat(10_001),
]
const numbers: unknown[] = [
  2_147_483_647,
  2_147_483_648,
  -2_147_483_648,
  Number.MAX_SAFE_INTEGER,
  0,
  -1,
]
const times: unknown[] = [
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '2026-02-30T00:00:00Z',
  '2026-03-03T24:00:00Z',
  '2026-03-03T10:00:00+23:59',
  8.64e15,
]
const dates: unknown[] = [
  '0001-01-01',
  '9999-12-31',
  '0000-00-00',
  '-0001-01-01',
  '1970-01-01',
  '10000-01-01',
  '2026-02-30',
]
const objects: unknown[] = [
  deepObject,
  { 'a\0': 1 },
  { a: '\0' },
  deepList,
  nested(30_000, '{"a":[', ']}'),
  nested(5_000, '{"a":[', ']}'),
  { a: '\ud800' },
  { a: 'x'.repeat(100_000) },
  new Raw('{"__proto__": {"polluted": true}, "constructor": 1, "toJSON": 1}'),
  new Raw('{"a": 1e999}'),
  Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index])),
]

const byScalar: Record<string, unknown[]> = {
  DateTime: times,
  LocalDate: dates,
  LocalTime: ['24:00', '24:01', '00:00', '12:60', '-1:00', '12:00:00.000000001'],
  Int: numbers,
  PositiveInt: numbers,
  NonNegativeInt: numbers,
  JSONObject: objects,
  TimeZone: ['Mars/Olympus', 'UTC+25', '+99:99', 'europe/london', 'Etc/GMT+12', '../etc/passwd'],
  EmailAddress: ['a@b', 'a@', `${'a'.repeat(9_000)}@example.com`, 'a\n@example.com', '"\0"@x.y'],
  PhoneNumber: ['+1', `+1${'1'.repeat(60)}!`, '+', '+999999999999999999999', '00'],
  Currency: ['XXX', 'eur', 'EURO', '€'],
}

let turn = 0

/** Some of what could be sent anywhere, others each time: in the end all of it to every type. */
function some<T>(values: readonly T[], count: number): T[] {
  turn += count
  return Array.from({ length: count }, (_, n) => values[(turn + n) % values.length] as T)
}

/** What a place of this type does not expect, and what lies at its edges. */
function hostile(slot: Slot, type: GraphQLInputType): unknown[] {
  if (type instanceof GraphQLNonNull) return hostile(slot, type.ofType)
  if (type instanceof GraphQLList) {
    // oxlint-disable-next-line no-explicit-any
    const list = slot.path.reduce<any>((value, part) => value?.[part], rightArgs(slot, mine))
    return [Array.from({ length: 1_000 }, () => list[0]), ...some([[], ...anything], 2)]
  }
  if (isInputObjectType(type) || isEnumType(type)) return some(anything, 2)
  // The first three of a kind always: they come closest to what is stored.
  const [one, two, three, ...more] = byScalar[type.name] ?? texts
  return [one, two, three, ...some(more, 1), ...some(anything, 1)]
}

const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${tokens.multiAccountAdmin}`,
}

type Fault = { extensions: { code: string } }

/** The answer as JSON; of a subscription, the first thing that is said. */
async function answerOf({ way }: Slot, body: string): Promise<{ status: number; text: string }> {
  if (way.operation !== 'subscription') {
    const response = await app.post('/graphql', { headers, body })
    return { status: response.status, text: await response.text() }
  }
  const leaving = new AbortController()
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream' },
    body,
    signal: leaving.signal,
  })
  const said = await response.body!.pipeThrough(new TextDecoderStream()).getReader().read()
  leaving.abort()
  // A comment says that it listens; nothing was wrong then.
  const text = /^data: (.+)$/m.exec(said.value ?? '')?.[1] ?? '{}'
  return { status: response.status, text: response.ok ? text : (said.value ?? '{}') }
}

/** What is wrong with the answer; null when nothing is. */
async function faultOf(slot: Slot, value: unknown, document: string): Promise<string | null> {
  const args = withValue(slot, rightArgs(slot, mine), value, mine)
  const variables = variablesOf(slot.way, args, mine)
  const given = JSON.stringify({ query: document, variables })
  const body = value instanceof Raw ? given.replace(JSON.stringify(value), value.text) : given
  const { status, text } = await answerOf(slot, body)
  const shown = (value instanceof Raw ? value.text : JSON.stringify(value)).slice(0, 80)
  if (status >= 500) return `${shown}: ${status}`
  const told = insideOf(text)
  if (told !== null) return `${shown}: tells of "${told}"`
  const { errors = [] } = JSON.parse(text) as { errors?: Fault[] }
  // Whoever asks here is no application.
  const may = forApplications.has(slot.way.name) ? [...known, 'FORBIDDEN'] : known
  const strange = errors.map(({ extensions }) => extensions.code).filter((c) => !may.includes(c))
  return strange.length > 0 ? `${shown}: ${strange.join()} ${text.slice(0, 300)}` : null
}

describe('every place of the schema', () => {
  it.each(places())('$name takes what comes', async (slot) => {
    const document = documentOf(slot.way)
    const values = hostile(slot, slot.type)
    const faults = await Promise.all(values.map((value) => faultOf(slot, value, document)))
    expect(faults.filter((fault) => fault !== null)).toEqual([])
  })
})

describe('a document', () => {
  const repeated = (count: number, part: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => part(index)).join(' ')
  const around = (depth: number, open: string, inner: string, close: string) =>
    open.repeat(depth) + inner + close.repeat(depth)
  const doubled = (n: number) =>
    `fragment F${n} on Query { ...F${n + 1} b${n}: viewer { name } ...F${n + 1} }`
  const documents: [string, string][] = [
    ['of a hundred thousand aliases', `{ ${repeated(100_000, (n) => `a${n}: __typename`)} }`],
    ['of two thousand lists', `{ ${repeated(2_000, (n) => `a${n}: bookings { nodes { id } }`)} }`],
    ['of a thousand roots', `{ ${repeated(1_000, (n) => `a${n}: serverInfo { version }`)} }`],
    ['that is nested', `{ node(id: "x") ${around(5_000, '{ ... on Account ', '{ id }', '}')} }`],
    [
      'of nested lists',
      `{ accounts { nodes ${around(20, '{ bookings { nodes { customer ', '{ id }', '} } }')} } }`,
    ],
    [
      'of fragments in a circle',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    ],
    [
      'of fragments that double',
      `{ ...F0 } ${repeated(30, doubled)} fragment F30 on Query { viewer { name } }`,
    ],
    ['of directives', `{ viewer ${'@include(if: true) '.repeat(2_000)}{ name } }`],
    [
      'of a deep value',
      `{ bookings(filter: ${'{startsAt: '.repeat(3_000)}1${'}'.repeat(3_000)}) { totalCount } }`,
    ],
    ['of a deep list', `{ nodes(ids: ${'['.repeat(3_000)}${']'.repeat(3_000)}) { id } }`],
    ['of a huge number', `{ bookings(first: ${'9'.repeat(50_000)}) { totalCount } }`],
    ['of a text with NUL', '{ account(slug: "\\u0000") { id } }'],
    ['of half a surrogate', '{ account(slug: "\\ud800") { id } }'],
    ['of nothing', ' '],
    ['of control characters', '\0\u0001'],
    [
      'of introspection, nested',
      `{ __schema { types ${around(50, '{ fields { type ', '{ name }', '} }')} } }`,
    ],
  ]
  const codes = [...known, 'GRAPHQL_PARSE_FAILED']

  it.each(documents)(
    '%s is answered in time and, when refused, by a known code',
    async (_, query) => {
      const began = performance.now()
      const response = await app.post('/graphql', { headers, body: JSON.stringify({ query }) })
      expect(response.status).toBeLessThan(500)
      const { errors = [] } = (await response.json()) as { errors?: Fault[] }
      expect(errors.filter(({ extensions: { code } }) => !codes.includes(code))).toEqual([])
      expect(performance.now() - began).toBeLessThan(5_000)
    },
  )
})

describe('the process', () => {
  it('is as healthy as before, and logged no fault of its own', async () => {
    expect((await fetch(`${app.url}/ready`)).status).toBe(200)
    expect(app.lines.filter(({ level }) => Number(level) >= 50)).toEqual([])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
