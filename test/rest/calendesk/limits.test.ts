// How often one may ask, as answers say it: by key, and of whoever has none by address.
import { expect, it } from 'vitest'
import { testApp } from '../../support/app.ts'
import { callerOf, openBusiness, start } from './calendesk-world.ts'

const app = await testApp({ start, config: { rateLimit: 1_000_000, rateLimitAccount: 1_000_000 } })

it('is 300 times a minute, said by X-RateLimit headers and ended by 429', async () => {
  const { accountId, slug, call } = await openBusiness(app)
  const first = await call('/admin/services')
  expect(first.headers.get('x-ratelimit-limit')).toBe('300')
  expect(first.headers.get('x-ratelimit-remaining')).toBe('299')
  for (let asked = 1; asked < 300; asked++) await call('/admin/services/77')
  const { status, headers, body } = await call('/admin/services')
  expect(status).toBe(429)
  expect(body).toEqual({ message: expect.stringMatching(/^A key has 300 requests a minute\./) })
  expect(headers.get('x-ratelimit-remaining')).toBe('0')
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)

  await app.db.prisma.account.update({
    where: { id: accountId },
    data: { publicAvailability: true },
  })
  const guest = callerOf(app, null, slug)
  const slots = await guest('/available-slots?service_id=5&start_date=2026-04-01')
  expect(slots.status).toBe(200)
  expect(slots.headers.get('x-ratelimit-remaining')).toBe('299')
})
