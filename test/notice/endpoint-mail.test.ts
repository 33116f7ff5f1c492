// Whoever made a webhook endpoint is told by mail, once, when it is not called any more.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, expect, it, vi } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { createFileMailer } from '../../src/outbound/mail.ts'
import { testApp } from '../support/app.ts'
import { done, issued } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { startReceiver } from '../support/receiver.ts'
import { openShop, tuesday } from '../support/shop.ts'

const folder = mkdtempSync(join(tmpdir(), 'outbox-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const app = await testApp({ mailer: createFileMailer(folder), start: '2026-03-02T08:00:00Z' })

it('of an endpoint that says that it is gone', async () => {
  const shop = await openShop(app.db)
  const { accountId } = shop
  const { key, userId } = await makeApiKey(app.db, { accountId })
  const receiver = await startReceiver((response) => response.writeHead(410).end())
  await issued(app, key, 'createWebhookEndpoint', {
    accountId: encodeId('Account', { accountId, id: accountId }),
    url: `${receiver.url}?token=hidden`,
    types: ['booking.*'],
    scopes: ['bookings:read'],
  })
  await done(app, key, 'createBooking', {
    serviceId: encodeId('Service', { accountId, id: shop.serviceId }),
    customerId: encodeId('Customer', { accountId, id: shop.customerId }),
    startsAt: tuesday(9),
    notify: { customer: false, staff: false, reminders: false },
  })
  await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1), { timeout: 15_000 })
  const [name = ''] = readdirSync(folder)
  const mail = await simpleParser(readFileSync(join(folder, name)))
  const { email } = await app.db.prisma.user.findUniqueOrThrow({ where: { id: userId ?? '' } })
  expect(JSON.stringify(mail.to)).toContain(email)
  expect(mail.subject).toMatch(/^A webhook of .* is disabled$/)
  expect(mail.text).toContain(receiver.url)
  expect(mail.text).not.toContain('hidden')
  await vi.waitFor(async () => {
    const { data } = await app.graphql(key, '{ notices { nodes { kind state booking { id } } } }')
    expect(data.notices.nodes).toEqual([{ kind: 'WEBHOOK_DISABLED', state: 'SENT', booking: null }])
  })
})
