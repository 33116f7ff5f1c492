// What an operation costs before it runs: the same as the plugin says that declares the costs, with
// every limit met exactly and passed by one.
import { complexityFromQuery } from '@pothos/plugin-complexity'
import { describe, expect, it } from 'vitest'
import { costOf } from '../../src/graphql/cost.ts'
import { prepare } from '../../src/graphql/documents.ts'
import { documentLimits, limits, refusalOfCost } from '../../src/graphql/limits.ts'
import { schema } from '../../src/graphql/schema.ts'

type Variables = Record<string, unknown>

function documentOf(text: string) {
  const { document, errors } = prepare(text)
  if (!document) throw errors[0]
  return document
}

const cost = (text: string, variables?: Variables, name?: string) =>
  costOf(schema, documentOf(text), name, variables)

const points = (text: string, variables?: Variables) => cost(text, variables)?.complexity

const codeOf = (text: string) => prepare(text).errors?.map(({ extensions }) => extensions['code'])

describe('the cost of an operation', () => {
  it.each<[string, Variables?]>([
    ['{ viewer { name kind } }'],
    ['{ __typename serverInfo { limits { maxCost } scopes { name } } }'],
    ['{ __schema { types { name fields { name } } } }'],
    ['{ accounts(first: 7) { totalCount nodes { name } edges { cursor node { slug } } } }'],
    ['query ($n: Int) { accounts(first: $n) { nodes { name } } }', { n: 3 }],
    ['query ($n: Int = 9) { accounts(first: $n) { nodes { name } } }'],
    ['query ($n: Int = 9) { accounts(first: $n) { nodes { name } } }', { n: null }],
    ['query ($a: [ID!]) { bookings(accounts: $a, first: 50) { nodes { id } } }', { a: ['x'] }],
    [
      `query ($n: Int, $m: Int) { accounts(first: $n) { nodes {
        services(last: $m) { nodes { ...S } } staff(first: $n) { nodes { name } } } } }
       fragment S on Service { name ... on Node { id } bookings(first: $m) { nodes { id } } }`,
      { n: 2, m: 4 },
    ],
    [
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { name } } }',
      { ids: ['a', 'b'] },
    ],
    [
      `query ($days: Int) { bookingLink(slug: "x") {
        availability(from: "2026-03-03", days: $days) { slots { startsAt } } } }`,
      { days: 31 },
    ],
    [
      'query ($ids: [ID!]!) { firstAvailable(serviceIds: $ids) { slots { startsAt } } }',
      { ids: [] },
    ],
    ['subscription { bookingEvents { type booking { id customer { name } } } }'],
    [
      `mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) {
        ... on CancelBookingSuccess { data { id } } ... on Refusal { code } } }`,
      { input: { id: 'x' } },
    ],
  ])('of %s is what the fields declare', (text, variables) => {
    const document = documentOf(text)
    const expected = complexityFromQuery(document, { schema, ...(variables && { variables }) })
    expect(costOf(schema, document, null, variables)).toEqual(expected)
    expect(costOf(schema, document, null, variables)).toEqual(expected)
  })

  it('multiplies nested pages', () => {
    const text = `query ($n: Int, $m: Int) {
      accounts(first: $n) { nodes { services(first: $m) { nodes { name } } } } }`
    // Each of m services has a name and is in nodes; so has each of n accounts its services.
    const of = (n: number, m: number) => 1 + n * (1 + 1 * (1 + m * (1 + 1 * 1)))
    for (const [n, m] of [
      [1, 1],
      [1, 100],
      [100, 1],
      [20, 30],
      [100, 100],
    ] as const) {
      expect(points(text, { n, m })).toBe(of(n, m))
    }
  })

  it('counts no page larger or smaller than there can be', () => {
    const text = 'query ($n: Int) { accounts(first: $n) { nodes { name } } }'
    expect(points(text, { n: 1_000_000 })).toBe(points(text, { n: 100 }))
    expect(points(text, { n: -5 })).toBe(points(text, { n: 1 }))
    expect(points(text)).toBe(points(text, { n: 25 }))
  })

  it('is that of the operation that is named', () => {
    const text = 'query A { viewer { name } } query B { accounts(first: 100) { nodes { name } } }'
    expect(cost(text, {}, 'A')?.complexity).toBe(2)
    expect(cost(text, {}, 'B')?.complexity).toBe(201)
    expect([cost(text, {}, 'C'), cost(text, {})]).toEqual([null, null])
  })

  it('is not known with wrong variables, and then nothing runs', () => {
    const text = 'query ($n: Int) { accounts(first: $n) { nodes { name } } }'
    expect(cost(text, { n: 'many' })).toBeNull()
  })

  it('counts nothing below a field whose arguments are not there, for it is never asked', () => {
    const text = `query ($ids: [ID!] = []) { a: viewer { name }
      nodes(ids: $ids) { ... on Account { bookings(first: 100) { nodes { id } } } } }`
    expect(points(text, { ids: null })).toBe(3)
  })

  it('takes time by its length, however often fragments repeat each other', () => {
    const fragments = Array.from({ length: 40 }, (_, n) => {
      const inner = n === 39 ? 'totalCount' : `...F${n + 1} x: nodes { role } ...F${n + 1}`
      return `fragment F${n} on ViewerAccountConnection { ${inner} }`
    })
    const text = `query ($n: Int) { viewer { accounts(first: $n) { ...F0 } } } ${fragments.join(' ')}`
    expect(points(text, { n: 1 })).toBeGreaterThan(2 ** 39)
  })
})

describe('a limit', () => {
  const at = { complexity: limits.complexity, depth: limits.depth, breadth: limits.breadth }

  it.each([
    ['cost', 'complexity', limits.complexity],
    ['depth', 'depth', limits.depth],
    ['number of fields', 'breadth', limits.breadth],
  ] as const)('of %s is met, and refused by name when it is passed by one', (word, key, limit) => {
    expect(refusalOfCost(at)).toBeNull()
    const refusal = refusalOfCost({ ...at, [key]: limit + 1 })
    expect(refusal?.message).toBe(
      `The ${word} of this operation is ${limit + 1}; ${limit} is allowed. ` +
        'Ask for smaller pages or fewer levels.',
    )
    expect(refusal?.extensions).toEqual({
      code: 'OPERATION_TOO_COMPLEX',
      is: limit + 1,
      limit,
    })
  })

  it('of aliases is met, and refused by name when it is passed by one', () => {
    const text = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ')} }`
    expect(prepare(text(documentLimits.aliases)).errors).toBeNull()
    expect(codeOf(text(documentLimits.aliases + 1))).toEqual(['OPERATION_TOO_COMPLEX'])
    expect(prepare(text(501)).errors?.[0]?.message).toBe(
      'The document has 501 aliases; 500 are allowed.',
    )
  })

  it('of directives is met, and refused by name when it is passed by one', () => {
    const text = (count: number) =>
      `{ ${Array.from({ length: count }, () => '... @include(if: true) { __typename }').join(' ')} }`
    expect(prepare(text(documentLimits.directives)).errors).toBeNull()
    expect(codeOf(text(documentLimits.directives + 1))).toEqual(['OPERATION_TOO_COMPLEX'])
    expect(prepare(text(201)).errors?.[0]?.message).toBe(
      'The document has 201 directives; 200 are allowed.',
    )
  })
})
