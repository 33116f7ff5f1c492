// Every write of every dialect, said twice under one Idempotency-Key: done once, answered the same;
// under the same key with something else, refused.
import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/rest/dialects.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { rowCounts } from '../support/ask.ts'
import { giveRole, makeAccount, makeApiKey } from '../support/makers.ts'
import type { Route } from '../../src/rest/route.ts'
import { askedRoutes, type AskedRequest } from './asked.ts'

const app = await testApp()
const { id: accountId } = await makeAccount(app.db, { timeZone: 'Europe/London' })
const mine = await fillWorld(app.db, accountId, 'tabled')
const { key, userId } = await makeApiKey(app.db, { accountId })
// Some routes are about other accounts of the owner.
await giveRole(app.db, (await makeAccount(app.db)).id, userId, 'OWNER')

const writing = dialects.filter(({ routes }) => routes.some(({ method }) => method !== 'GET'))

describe.each(writing)('$name', (dialect) => {
  const { requests, shows } = askedRoutes.find((each) => each.dialect === dialect.name)!
  const writes = dialect.routes.filter(({ method }) => method !== 'GET')

  const asked = async ({ name }: Route, credential: Record<string, string>) =>
    requests[name]!(1, mine, app, credential)

  it.each(writes)('$method $path is done once', async (route) => {
    const credential = (await shows?.(app, 'admin', key)) ?? { authorization: `Bearer ${key}` }
    const once = { ...credential, 'idempotency-key': `${dialect.name} ${route.name}` }
    const say = async ({ method }: Route, { path, body, headers }: AskedRequest) => {
      const response = await fetch(app.url + dialect.mounts[0] + path, {
        method,
        headers: { 'content-type': 'application/json', ...once, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const location = response.headers.get('location')
      return { status: response.status, location, body: await response.text() }
    }
    const request = await asked(route, credential)
    const first = await say(route, request)
    expect(Math.floor(first.status / 100)).toBe(2)
    const rows = await rowCounts(app)
    expect(await say(route, request)).toEqual(first)
    expect(await rowCounts(app)).toEqual(rows)

    const another = writes[(writes.indexOf(route) + 1) % writes.length]!
    const other = await asked(another, credential)
    const before = await rowCounts(app)
    const refused = await say(another, other)
    expect([refused.status, await rowCounts(app)]).toEqual([409, before])
    expect(() => dialect.errorSchema.parse(JSON.parse(refused.body))).not.toThrow()
  })
})
