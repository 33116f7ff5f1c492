// No route of any dialect shows the address or the phone number of a customer to a key that lacks
// customers:contact, also not in the answer to what the key itself wrote.
import { describe, expect, it } from 'vitest'
import { allScopes } from '../../src/auth/scope.ts'
import { dialects } from '../../src/rest/dialects.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { giveRole, makeAccount, makeApiKey } from '../support/makers.ts'
import { askedRoutes } from './asked.ts'

const app = await testApp()
const { id: accountId } = await makeAccount(app.db, { timeZone: 'Europe/London' })
const mine = await fillWorld(app.db, accountId, 'tabled')
const contactless = allScopes.filter((scope) => scope !== 'customers:contact')
const sees = await makeApiKey(app.db, { accountId })
const blind = await makeApiKey(app.db, { accountId, scopes: contactless })
// Some routes are about other accounts of the owner.
for (const { userId } of [sees, blind]) {
  await giveRole(app.db, (await makeAccount(app.db)).id, userId, 'OWNER')
}

await app.db.prisma.customer.updateMany({ where: { accountId }, data: { phone: '+15550100' } })

/** Addresses and numbers of people, but for those of staff, which are another matter. */
const contact = /@[\w.]*example\.\w+|\+15550100/
const shown = (text: string) => text.replaceAll(/[\w.]+\.staff\d+@example\.com/g, '')

describe.each(askedRoutes)('$dialect', ({ dialect: name, requests, shows }) => {
  const dialect = dialects.find((each) => each.name === name)!

  it('shows no customer’s address or phone number without customers:contact', async () => {
    const told: string[] = []
    for (const route of dialect.routes) {
      const request = requests[route.name]!
      for (const [n, { key: token }] of [blind, sees].entries()) {
        const bearer = { authorization: `Bearer ${token}` }
        const credential = (await shows?.(app, 'admin', token)) ?? bearer
        const { path, body, headers } = await request(n + 1, mine, app, credential)
        const response = await fetch(`${app.url}${dialect.mounts[0]}${path}`, {
          method: route.method,
          headers: {
            'content-type': 'application/json',
            ...credential,
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const answer = shown(await response.text())
        expect([route.name, Math.floor(response.status / 100)]).toEqual([route.name, 2])
        if (token === blind.key)
          expect([route.name, contact.exec(answer)]).toEqual([route.name, null])
        else if (contact.test(answer)) told.push(route.name)
      }
    }
    // Whoever holds the scope is shown some.
    expect(told).not.toEqual([])
  })
})
