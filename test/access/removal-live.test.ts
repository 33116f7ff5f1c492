// Whoever is removed stops hearing: a subscription by cookie ends within seconds, without an event.
import { createClient } from 'graphql-ws'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { documentOf } from '../support/ask.ts'
import { makeAccount } from '../support/makers.ts'
import { askAs, makePerson, signIn } from '../support/people.ts'

const app = await testApp()

it('ends the subscriptions of a person who was removed, and of one who signed out', async () => {
  const { id: accountId } = await makeAccount(app.db)
  const olga = await signIn(app, (await makePerson(app, { [accountId]: 'OWNER' })).email)
  const guest = await makePerson(app, { [accountId]: 'STAFF' })
  const [removed, left] = [await signIn(app, guest.email), await signIn(app, guest.email)]

  const listen = ({ cookie, csrfToken }: typeof olga) => {
    class Socket extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol, { headers: { cookie, origin: app.url } })
      }
    }
    const url = `${app.url.replace('http', 'ws')}/graphql`
    const client = createClient({
      url,
      webSocketImpl: Socket,
      connectionParams: { csrfToken },
      retryAttempts: 0,
    })
    const query = 'subscription { bookingEvents { cursor } }'
    const ended = new Promise<unknown>((resolve) =>
      client.subscribe(
        { query },
        { next: () => {}, error: resolve, complete: () => resolve(null) },
      ),
    )
    return ended
  }
  /** The server has begun it: what is taken away before is told in its one answer. */
  const listens = async () => {
    const told = async () => (await fetch(`${app.url}/metrics`)).text()
    await expect.poll(told).toMatch(/^event_subscribers 1$/m)
  }

  const signedOut = listen(left)
  await listens()
  await app.post('/console/sign-out', {
    headers: { cookie: left.cookie, 'x-csrf-token': left.csrfToken },
    body: '',
  })
  expect(JSON.stringify(await signedOut)).toMatch(/FORBIDDEN|4403/)

  const listening = listen(removed)
  await listens()
  const where = { accountId_userId: { accountId, userId: guest.id } }
  const membership = await app.db.prisma.membership.findUniqueOrThrow({ where })
  const input = { membershipId: encodeId('Membership', membership) }
  await askAs(app, olga, documentOf('removeUser', 'id'), { input })
  expect(JSON.stringify(await listening)).toMatch(/FORBIDDEN|4403/)
  const { errors } = await askAs(app, removed, '{ bookings { totalCount } }')
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
}, 30_000)
