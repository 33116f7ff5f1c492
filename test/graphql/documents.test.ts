// Documents in process: parsed once, bounded in what is remembered, and the same answers as at the
// doors.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { anonymous, systemViewer } from '../../src/auth/viewer.ts'
import { newContext } from '../../src/context.ts'
import {
  execute,
  maxDocumentLength,
  maxDocumentTokens,
  prepare,
} from '../../src/graphql/documents.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeAccount } from '../support/makers.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const codesOf = (text: string) => prepare(text).errors?.map(({ extensions }) => extensions['code'])

describe('preparing', () => {
  it('gives the same document for the same text', () => {
    const text = '{ viewer { name } }'
    expect(prepare(text).document).not.toBeNull()
    expect(prepare(text).document).toBe(prepare(text).document)
  })

  it('forgets what was not used for longest', () => {
    const [first, second] = ['{ viewer { kind } }', '{ viewer { scopes } }']
    const documents = [prepare(first).document, prepare(second).document]
    for (let n = 0; n < 998; n += 1) prepare(`{ a${n}: __typename }`)
    expect(prepare(first).document).toBe(documents[0])
    prepare('{ last: __typename }')
    expect(prepare(first).document).toBe(documents[0])
    expect(prepare(second).document).not.toBe(documents[1])
  })

  it('forgets by what is parsed, which weighs a multiple of its text', () => {
    const first = '{ viewer { kind name } }'
    const { document } = prepare(first)
    expect(document).not.toBeNull()
    const comment = ' '.repeat(90_000)
    for (let n = 0; n < 6; n += 1) prepare(`{ a: __typename } #${comment}${n}`)
    expect(prepare(first).document).toBe(document)
    for (let n = 0; n < 8; n += 1) prepare(`{ b: __typename } #${comment}${n}`)
    expect(prepare(first).document).not.toBe(document)
  })

  it('remembers nothing that is too long, which would take the place of everything else', () => {
    const first = '{ viewer { name kind } }'
    const { document } = prepare(first)
    expect(document).not.toBeNull()
    const long = ' '.repeat(maxDocumentLength)
    for (let n = 0; n < 12; n += 1) prepare(`{ __typename } #${long}${n}`)
    expect(prepare(first).document).toBe(document)
  })

  it('remembers errors without their traces, which hold all that was validated', () => {
    const [error] = prepare('{ nothing }').errors ?? []
    expect(error?.stack).toBe(error?.message)
  })

  it('refuses a document of too many characters or tokens', () => {
    const long = `{ __typename } #${' '.repeat(maxDocumentLength)}`
    expect(codesOf(long)).toEqual(['GRAPHQL_PARSE_FAILED'])
    const many = `{ ${'a:__typename '.repeat(maxDocumentTokens / 3)} }`
    expect(codesOf(many)).toEqual(['GRAPHQL_PARSE_FAILED'])
  })

  it('refuses a document that is nested beyond the stack', () => {
    expect(codesOf('{a'.repeat(4_900))).toEqual(['GRAPHQL_PARSE_FAILED'])
    expect(codesOf(`${'{a'.repeat(3_300)}${'}'.repeat(3_300)}`)).toHaveLength(1)
  })

  it('takes every form of introspection', () => {
    const everything = getIntrospectionQuery({
      schemaDescription: true,
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      oneOf: true,
    })
    expect(prepare(everything).errors).toBeNull()
    expect(prepare(getIntrospectionQuery()).errors).toBeNull()
  })

  it("calls a value that a scalar does not take the asker's input", () => {
    const zone =
      '{ bookingLink(slug: "x") { availability(from: "2026-03-03", timeZone: "Mars") { timeZone } } }'
    const date = '{ bookingLink(slug: "x") { availability(from: "soon") { timeZone } } }'
    const time = '{ bookings(filter: { startsAt: { from: "soon" } }) { totalCount } }'
    const number = '{ bookings(first: "many") { totalCount } }'
    for (const text of [zone, date, time, number]) expect(codesOf(text)).toEqual(['BAD_USER_INPUT'])
    expect(codesOf('{ bookings(first: MANY) { totalCount } }')).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ])
  })

  it('lets @defer stand on fragments only', () => {
    expect(codesOf('{ viewer { name ... @defer { kind } } }')).toBeUndefined()
    expect(codesOf('{ viewer { name @defer } }')).toEqual(['GRAPHQL_VALIDATION_FAILED'])
  })
})

describe('running in process', async () => {
  const app = await testApp()
  const account = await makeAccount(app.db, { name: 'Salon' })
  const id = encodeId('Account', { accountId: account.id, id: account.id })
  const context = (viewer = systemViewer([account.id])) =>
    newContext(app.app.services, viewer, 'request-1')

  it('answers with the rights of its context', async () => {
    const query = 'query Q($id: ID!) { account(id: $id) { name } }'
    expect(await execute(query, { id }, context())).toEqual({
      data: { account: { name: 'Salon' } },
    })
    const { errors } = await execute(query, { id }, context(anonymous))
    expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' })
  })

  it('lets go of a plan with its document', async () => {
    const run = async (query: string) => {
      await execute(query, {}, context())
      return new WeakRef(prepare(query).document?.definitions[0] as object)
    }
    const operation = await run('{ viewer { once: kind } }')
    for (let n = 0; n < 1_000; n += 1) prepare(`{ b${n}: __typename }`)
    const isGone = () => {
      collectGarbage()
      return operation.deref() === undefined
    }
    // What the other files of a run have left makes a collection slow.
    await expect.poll(isGone, { timeout: 10_000 }).toBe(true)
  })

  it('gives public errors for wrong documents and wrong variables', async () => {
    const wrong = await execute('{ nothing }', {}, context())
    expect(wrong.errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' })
    const query = 'query Q($id: ID!) { account(id: $id) { name } }'
    const missing = await execute(query, {}, context())
    expect(missing.errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
  })
})
