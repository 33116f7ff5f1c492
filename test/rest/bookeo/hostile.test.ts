// What an application should not send: every answer is 4xx in the dialect's own form, and changes
// nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { bookeo } from '../../../src/rest/bookeo/bookeo.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { caller, rawCall } from '../support/calling.ts'
import { withstands, type Sound } from '../support/hostile.ts'
import { mount, openHarbour, shown, type Harbour } from './bookeo-world.ts'

const app = await testApp()
let harbour: Harbour
let other: Harbour

beforeAll(async () => {
  harbour = await openHarbour(app, { sessions: [new Date('2026-03-04T00:00:00Z')] })
  other = await openHarbour(app, { sessions: [new Date('2026-03-04T00:00:00Z')] })
})

const isOwnError = (body: unknown) =>
  JSON.stringify(Object.keys(body as object)) ===
  JSON.stringify(['httpStatus', 'message', 'errorId'])

function sound(): Record<string, Sound> {
  const customer = harbour.id('Customer', harbour.customerId)
  const person = { firstName: 'Alice', lastName: 'Example' }
  return {
    listCustomers: { query: { searchText: 'a' } },
    createCustomer: { body: { ...person, phoneNumbers: [{ number: '1' }], streetAddress: {} } },
    getCustomer: { path: { id: customer } },
    replaceCustomer: { path: { id: customer }, body: person },
    deleteCustomer: { path: { id: customer } },
  }
}

describe('every route', () => {
  withstands({
    dialect: bookeo,
    sound,
    call: () => harbour.call,
    foreign: () => [
      other.id('Customer', other.customerId),
      other.kayak,
      other.id('Session', other.sessionIds[0]),
    ],
    isOwnError,
    rows: () => rowCounts(app),
  })
})

describe('credentials', () => {
  const ask = (query: string, headers: Record<string, string> = {}) =>
    caller(app, mount, headers)(`/settings/business${query}`)

  it('are a pair, and of this form only', async () => {
    const { secretKey, apiKey } = harbour.keys
    const tries: [string, Record<string, string>?][] = [
      [''],
      [`?secretKey=${secretKey}`],
      [`?apiKey=${apiKey}`],
      [`?secretKey=${apiKey}&apiKey=${secretKey}`],
      [`?secretKey=${other.keys.secretKey}&apiKey=${apiKey}`],
      [`?secretKey=${secretKey}%20${apiKey}&apiKey=x`],
      [`?secretKey=&apiKey=`],
      ['', { authorization: `Installation ${secretKey} ${apiKey}` }],
      ['', { 'X-Bookeo-secretKey': `${secretKey} ${apiKey}`, 'X-Bookeo-apiKey': '' }],
    ]
    for (const [query, headers] of tries) {
      const { status, body } = await ask(query, headers)
      expect([query, status, isOwnError(body)]).toEqual([query, 401, true])
    }
    expect((await ask(`?secretKey=${secretKey}&apiKey=${apiKey}`)).status).toBe(200)
    expect((await ask('', shown(harbour.keys))).status).toBe(200)
  })

  it('that are no text are refused', async () => {
    const path = `${mount}/settings/business`
    const strange = { 'X-Bookeo-secretKey': 'ä€', 'X-Bookeo-apiKey': 'ö\u{1f600}' }
    const { status } = await rawCall(app, 'GET', path, strange)
    expect(status).toBe(401)
    expect((await ask('?secretKey=%00&apiKey=%ff')).status).toBe(401)
  })
})

describe('a page token', () => {
  const list = (query: string) => harbour.call(`/customers?${query}`)
  const token = (asked: unknown) => Buffer.from(JSON.stringify(asked)).toString('base64url')

  it('asks nothing that could not be asked without it', async () => {
    const own = await list('itemsPerPage=1')
    const mine = own.body.data.map(({ id }: { id: string }) => id)
    const forged = await list(`pageNavigationToken=${token({ list: 'customers', size: 100 })}`)
    expect(forged.body.data.map(({ id }: { id: string }) => id)).toEqual(mine)
    const { body } = await other.call(
      `/customers?pageNavigationToken=${token({ list: 'customers', size: 100 })}`,
    )
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([
      other.id('Customer', other.customerId),
    ])
  })

  it.each([
    ['a larger page', { list: 'customers', size: 101 }],
    ['no page', { list: 'customers', size: 0 }],
    ['another list', { list: 'products', size: 10 }],
    ['a filter of another form', { list: 'customers', size: 10, searchText: { not: '' } }],
    ['a filter that is not text', { list: 'customers', size: 10, createdSince: 'yesterday' }],
    ['a text', 'text'],
    ['nothing', null],
    ['a list', []],
  ])('with %s is refused', async (_what, asked) => {
    const { status, body } = await list(`pageNavigationToken=${token(asked)}`)
    expect([status, body.errorId]).toEqual([400, 'invalid_request'])
  })
})
