// No route of any dialect shows the address or the phone number of a customer to a key that lacks
// customers:contact, also not in the answer to what the key itself wrote.
import { describe, expect, it } from 'vitest'
import { allScopes } from '../../src/auth/scope.ts'
import { dialects } from '../../src/rest/dialects.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'
import { askedRoutes } from './asked.ts'

const app = await testApp()
const { id: accountId } = await makeAccount(app.db, { timeZone: 'Europe/London' })
const mine = await fillWorld(app.db, accountId, 'tabled')
const contactless = allScopes.filter((scope) => scope !== 'customers:contact')
const sees = (await makeApiKey(app.db, { accountId, role: 'ADMIN' })).key
const blind = (await makeApiKey(app.db, { accountId, role: 'ADMIN', scopes: contactless })).key

await app.db.prisma.customer.updateMany({ where: { accountId }, data: { phone: '+15550100' } })

/** Routes that find nothing for these askers, or nothing any more; their own tests ask them. */
const elsewhere: Record<string, string[]> = {
  bookeo: [
    'getHold',
    'deleteHold',
    'cancelBooking',
    'deleteCustomer',
    'recordPayment',
    'replaceResourceBlock',
    'listSubaccounts',
    'authorizeSubaccount',
    'endSubaccount',
    'getWebhook',
    'deleteWebhook',
  ],
}

/** Addresses and numbers of people, but for those of staff, which are another matter. */
const contact = /@[\w.]*example\.\w+|\+15550100/
const shown = (text: string) => text.replaceAll(/[\w.]+\.staff\d+@example\.com/g, '')

describe.each(askedRoutes)('$dialect', ({ dialect: name, requests, shows }) => {
  const dialect = dialects.find((each) => each.name === name)!

  it('shows no customer’s address or phone number without customers:contact', async () => {
    const told: string[] = []
    /** What is used up by doing it is done by the first who asks. */
    const done = new Set<string>()
    for (const route of dialect.routes) {
      const request = requests[route.name]!
      for (const [n, token] of [blind, sees].entries()) {
        const { path, body, headers } = await request(n + 1, mine, app)
        const bearer = { authorization: `Bearer ${token}` }
        const response = await fetch(`${app.url}${dialect.mounts[0]}${path}`, {
          method: route.method,
          headers: {
            'content-type': 'application/json',
            ...((await shows?.(app, 'admin', token)) ?? bearer),
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const answer = shown(await response.text())
        expect([route.name, response.status > 499]).toEqual([route.name, false])
        if (response.ok) done.add(route.name)
        if (token === blind) expect([route.name, contact.exec(answer)]).toEqual([route.name, null])
        else if (contact.test(answer)) told.push(route.name)
      }
    }
    const undone = dialect.routes.map((each) => each.name).filter((each) => !done.has(each))
    expect(undone).toEqual(elsewhere[name] ?? [])
    // Whoever holds the scope is shown some.
    expect(told).not.toEqual([])
  })
})
