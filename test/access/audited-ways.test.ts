// Whatever way a change comes in by, its audit entry says who, whence and by which request.
import { expect, it } from 'vitest'
import { systemViewer } from '../../src/auth/viewer.ts'
import { expireHolds } from '../../src/booking/hold.actions.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { base, openSalon } from '../rest/relentify/relentify-world.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'

const app = await testApp()

const entriesOf = (accountId: string) =>
  app.db.prisma.auditEntry.findMany({ where: { accountId }, orderBy: { id: 'asc' } })

it('is so for a dialect', async () => {
  const salon = await openSalon(app)
  const response = await app.post(`${base}/bookings`, {
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${salon.key}`,
      'x-request-id': 'by-rest',
    },
    body: JSON.stringify({
      slug: salon.slug,
      start_time: '2026-03-04T10:00:00Z',
      contact_name: 'Alice Example',
      contact_email: 'alice@example.com',
      answers: [{ question_id: 'interest', answer: 'Cut' }],
    }),
  })
  expect([response.status, await response.text()]).toEqual([201, expect.any(String)])
  const entries = await entriesOf(salon.accountId)
  expect(entries.map(({ action }) => action)).toContain('booking.created')
  const { createdById: userId } = await app.db.prisma.apiKey.findFirstOrThrow({
    where: { accountId: salon.accountId },
  })
  for (const entry of entries) {
    expect(entry).toMatchObject({
      actorKind: 'API_KEY',
      actorName: 'A bot',
      userId,
      requestId: 'by-rest',
      address: '127.0.0.1',
    })
  }
  expect(JSON.stringify(entries)).not.toMatch(/Alice|alice/)
})

it('is so for what the gateway does by itself', async () => {
  const salon = await openSalon(app)
  const { accountId, serviceId } = salon
  const { key } = await makeApiKey(app.db, { accountId })
  const wish = { serviceId: encodeId('Service', { accountId, id: serviceId }) }
  await done(app, key, 'placeHold', { ...wish, startsAt: '2026-03-04T10:00:00Z', ttlSeconds: 60 })
  app.clock.advance(61_000)
  await expireHolds({ ...app.app.services, viewer: systemViewer([]) })
  expect((await entriesOf(accountId)).at(-1)).toMatchObject({
    action: 'hold.expired',
    actorKind: 'SYSTEM',
    actorName: 'Slotgraph',
    userId: null,
    requestId: null,
    address: null,
  })
})
