// GET /me: which organization a key has, and what it may do there.

import { z } from 'zod'
import { route } from '../route.ts'
import { enveloped, ok } from './suite.ts'

type Account = { id: string; name: string; slug: string; timeZone: string; currency: string }
type Data = {
  viewer: {
    name: string
    scopes: string[]
    accounts: { nodes: { scopes: string[]; account: Account | null }[] }
  }
}

const schema = z.object({
  organization: z
    .object({
      organizationId: z.string(),
      name: z.string(),
      slug: z.string(),
      timeZone: z.string(),
      currency: z.string(),
    })
    .nullable(),
  key: z.object({ name: z.string(), access: z.enum(['read-only', 'read-write']) }),
  permissions: z.array(z.string()),
})

export const getMe = route({
  name: 'getMe',
  summary: 'Which organization a key has, and what it may do',
  description:
    'The form is ours. `organization` is null for a key without `accounts:read`, and for what ' +
    'reaches several. `access` is read-only when no permission writes.',
  method: 'GET',
  path: '/me',
  query: z.object({}),
  document: `query BookingFlowMe {
    viewer { name scopes
      accounts(first: 2) { nodes { scopes account { id name slug timeZone currency } } }
    }
  }`,
  variables: () => ({}),
  answer: { status: 200, description: 'The key.', schema: enveloped(schema) },
  reply: ({ viewer: { name, scopes, accounts } }: Data) => {
    const [only, another] = accounts.nodes
    // What the key has here, which is less when its maker may do less by now.
    const permissions = only && !another ? only.scopes : scopes
    const account = another ? null : (only?.account ?? null)
    const writes = permissions.some((scope) => scope.endsWith(':write'))
    return ok({
      organization: account && {
        organizationId: account.id,
        name: account.name,
        slug: account.slug,
        timeZone: account.timeZone,
        currency: account.currency,
      },
      key: { name, access: writes ? ('read-write' as const) : ('read-only' as const) },
      permissions,
    })
  },
  example: {
    answer: {
      ok: true,
      data: {
        organization: {
          organizationId: 'AQGh_AJxTz6fAyzuBEFxRQ',
          name: 'Zagadka Escape Room',
          slug: 'zagadka',
          timeZone: 'Europe/Warsaw',
          currency: 'PLN',
        },
        key: { name: 'Our website', access: 'read-only' },
        permissions: ['bookings:read', 'services:read'],
      },
    },
  },
})
