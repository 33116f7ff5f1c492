// A salon as a Relentify client meets it: an account of its own, a booking link, keys.

import { encodeId } from '../../../src/graphql/ids.ts'
import type { Scope } from '../../../src/auth/scope.ts'
import type { Question } from '../../../src/link/link.ts'
import type { TestApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { interest, openLink } from '../../link/link-world.ts'

/** What the vendor's two scopes stand for here. */
export const botScopes: readonly Scope[] = [
  'bookings:read',
  'bookings:write',
  'customers:read',
  'customers:contact',
  'services:read',
  'staff:read',
]

export const base = '/relentify/api/v1'

export type Salon = Shop & {
  key: string
  linkId: string
  slug: string
  staff: string[]
  service: string
}

type Options = { questions?: readonly Question[]; timeZone?: string; staff?: number }

export async function openSalon(app: TestApp, options: Options = {}): Promise<Salon> {
  const { timeZone = 'Europe/London', questions = [interest], staff = 1 } = options
  const shop = await openShop(app.db, { timeZone, staff, service: { durationMinutes: 30 } })
  const { accountId, serviceId, staffIds } = shop
  const slug = '30min-discovery'
  const linkId = await openLink(app.db, shop, { slug, questions, staffIds })
  return {
    ...shop,
    slug,
    key: (await makeApiKey(app.db, { accountId, scopes: botScopes, name: 'A bot' })).key,
    linkId: encodeId('BookingLink', { accountId, id: linkId }),
    staff: staffIds.map((id) => encodeId('StaffMember', { accountId, id })),
    service: encodeId('Service', { accountId, id: serviceId }),
  }
}

export type Answered = {
  status: number
  headers: Headers
  // A test names what it expects of the body; its shape is not repeated in types.
  // oxlint-disable-next-line no-explicit-any
  body: any
}

type Init = { method?: string; headers?: Record<string, string>; body?: unknown; raw?: string }

/** Calls the dialect over HTTP; a body that is given is sent as JSON, `raw` as it is. */
export async function call(
  app: TestApp,
  token: string | null,
  path: string,
  init: Init = {},
): Promise<Answered> {
  const sends = init.raw !== undefined || init.body !== undefined
  const response = await fetch(`${app.url}${base}${path}`, {
    method: init.method ?? (sends ? 'POST' : 'GET'),
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(sends && { 'content-type': 'application/json' }),
      ...init.headers,
    },
    ...(sends && { body: init.raw ?? JSON.stringify(init.body) }),
  })
  const text = await response.text()
  const body = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, headers: response.headers, body }
}
