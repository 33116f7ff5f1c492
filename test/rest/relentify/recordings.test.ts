// Every published example and every error of the vendor's page, replayed in their order against one
// salon: request in, whole answer out. `{some id}` stands for an id that is made on the way.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../../src/graphql/ids.ts'
import { createMatcher } from '../../../src/rest/match.ts'
import { relentify } from '../../../src/rest/relentify/relentify.ts'
import { interest, openLink } from '../../link/link-world.ts'
import { testApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import { openShop } from '../../support/shop.ts'
import { botScopes, call } from './relentify-world.ts'

type Recording = {
  title: string
  request: {
    method: string
    path: string
    key?: 'none' | 'wrong' | 'readOnly' | 'writeOnly'
    body?: object
  }
  answer: { status: number; body: object }
}

const folder = join(import.meta.dirname, 'recordings')
const recordings = readdirSync(folder)
  .toSorted()
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recording)

const app = await testApp({ start: '2026-04-20T08:00:00Z' })
const names: Record<string, string> = {}
const keys: Record<string, string | null> = { none: null, wrong: 'nonsense' }

beforeAll(async () => {
  const shop = await openShop(app.db, {
    timeZone: 'Europe/London',
    hours: [600, 690],
    service: { durationMinutes: 30, slotStepMinutes: 30 },
  })
  const { accountId, serviceId, staffIds } = shop
  const linkId = await openLink(app.db, shop, { slug: '30min-discovery' })
  const asking = await openLink(app.db, shop, { slug: 'qualified', questions: [interest] })
  const scopes = { readOnly: ['bookings:read'], writeOnly: ['bookings:write'], bot: botScopes }
  for (const [name, own] of Object.entries(scopes)) {
    keys[name] = (await makeApiKey(app.db, { accountId, scopes: own as typeof botScopes })).key
  }
  names['linkId'] = encodeId('BookingLink', { accountId, id: linkId })
  names['askingLinkId'] = encodeId('BookingLink', { accountId, id: asking })
  names['serviceId'] = encodeId('Service', { accountId, id: serviceId })
  names['staffId'] = encodeId('StaffMember', { accountId, id: staffIds[0] ?? '' })
})

function filled<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll(/\{(\w+Id)\}/g, (_, name) => names[name] ?? '?')
  return JSON.parse(text) as T
}

// oxlint-disable-next-line no-explicit-any
function withSomeId(body: any): unknown {
  if (typeof body?.data?.id !== 'string') return body
  expect(body.data.id).toMatch(/^[\w-]{44}$/)
  return { ...body, data: { ...body.data, id: '{some id}' } }
}

/** By status; what else is refused is not for want of a credential. */
const challenges: Record<number, unknown> = {
  401: expect.stringMatching(/^Bearer realm="slotgraph"(, error="invalid_token"|$)/),
  403: expect.stringMatching(/^Bearer realm="slotgraph", error="insufficient_scope".* scope="\w+:/),
}

describe('the Relentify recordings', () => {
  it('are all there', () => {
    expect(recordings).toHaveLength(20)
  })

  it.each(recordings)('$title', async ({ request, answer }) => {
    const { method, path, key = 'bot', ...rest } = filled(request)
    const { status, headers, body } = await call(app, keys[key] ?? null, path, { method, ...rest })
    expect({ status, body: withSomeId(body) }).toEqual(filled(answer))
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('www-authenticate')).toEqual(challenges[status] ?? null)
  })

  it.each(recordings.filter(({ answer }) => answer.status < 300))(
    '$title, in the form that the route says',
    ({ request, answer }) => {
      const { route } = createMatcher(relentify.routes)(
        request.method,
        request.path.replace(/\?.*/, ''),
      )
      expect(route?.answer.status).toBe(answer.status)
      expect(route?.answer.schema.parse(answer.body)).toEqual(answer.body)
    },
  )
})
