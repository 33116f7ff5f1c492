// What the runner promises dialects whose calls name the account: a credential counts only in the
// account that is named, and whoever has none sees what that account shows to all.
import { beforeAll, describe, expect, it } from 'vitest'
import pino from 'pino'
import { z } from 'zod'
import { isFailure, viewerOf } from '../../src/auth/credential.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { relentify } from '../../src/rest/relentify/relentify.ts'
import { route, type Dialect } from '../../src/rest/route.ts'
import { createRunner, type DialectRunner } from '../../src/rest/runner.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'

const app = await testApp()

const services = {
  summary: 'Names of services',
  method: 'GET',
  path: '/services',
  query: z.object({}),
  document: '{ services { nodes { name } } }',
  variables: () => ({}),
  answer: { status: 200, description: 'Names.', schema: z.object({}).loose() },
  reply: (data: object) => data as Record<string, unknown>,
} as const

const dialect: Dialect = {
  ...relentify,
  name: 'tenanted',
  mounts: ['/tenanted'],
  tenant: ({ headers }) => headers['x-tenant'] ?? null,
  publicScopes: ['services:read'],
  publicSecurity: ['tenant'],
  routes: [
    route({ ...services, name: 'open', path: '/open', public: true }),
    route({
      ...services,
      name: 'closed',
      path: '/closed',
      document: '{ viewer { accounts { nodes { account { slug } } } } }',
    }),
    route({
      ...services,
      name: 'tooMuch',
      path: '/too-much',
      public: true,
      document: '{ services { nodes { name } } customers { nodes { name } } }',
    }),
  ],
}

let run: DialectRunner
const account = { open: '', shut: '' }
const slugs: Record<'open' | 'shut', string> = { open: '', shut: '' }

beforeAll(async () => {
  for (const name of ['open', 'shut'] as const) {
    const made = await makeAccount(app.db, { name })
    account[name] = made.id
    slugs[name] = made.slug
  }
  const { key } = await makeApiKey(app.db, { accountId: account.open })
  const id = encodeId('Account', { accountId: account.open, id: account.open })
  await app.graphql(
    key,
    `mutation { updateAccount(input: { id: "${id}", publicAvailability: true }) { __typename } }`,
  )
  run = createRunner(dialect, {
    services: app.app.services,
    identify: async (authorization) => {
      const found = await viewerOf(app.db, authorization, app.clock.now())
      return isFailure(found) ? found : found.viewer
    },
  })
})

async function ask(path: string, tenant: string | null, token?: string) {
  const { status, body } = await run({
    method: 'GET',
    mount: '/tenanted',
    path,
    query: new URLSearchParams(),
    headers: {
      ...(tenant !== null && { 'x-tenant': tenant }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    contentType: '',
    readBody: async () => ({ text: '' }),
    requestId: 'the request',
    address: '192.0.2.1',
    log: pino({ level: 'silent' }),
  })
  // oxlint-disable-next-line no-explicit-any
  return { status, body: body as any }
}

const slugsIn = ({ viewer }: { viewer: { accounts: { nodes: { account: object }[] } } }) =>
  viewer.accounts.nodes.map(({ account: found }) => found)

describe('a credential', () => {
  it('of several accounts is held to the one that is named', async () => {
    const accountIds = [account.open, account.shut]
    const { token } = await makeApiClient(app.db, { accountIds, now: app.clock.now() })
    for (const slug of [slugs.open, slugs.shut]) {
      const { status, body } = await ask('/closed', slug, token)
      expect(status).toBe(200)
      expect(slugsIn(body)).toEqual([{ slug }])
    }
  })

  it('of another account is not known: answered as for one that is not there', async () => {
    const { key } = await makeApiKey(app.db, { accountId: account.open })
    const foreign = await ask('/open', slugs.shut, key)
    expect(foreign.status).toBe(401)
    for (const nobody of ['no-such-account', "' OR 1=1 --", 'x'.repeat(500)]) {
      expect(await ask('/open', nobody, key)).toEqual(foreign)
    }
    expect((await ask('/open', null, key)).status).toBe(401)
  })
})

describe('without a credential', () => {
  it('what the account shows to all can be read, and nothing else', async () => {
    const { status, body } = await ask('/open', slugs.open)
    expect(status).toBe(200)
    expect(body.services).toEqual({ nodes: [] })
  })

  it('an account that shows nothing is answered as one that is not there', async () => {
    const shut = await ask('/open', slugs.shut)
    expect(shut.status).toBe(401)
    expect(await ask('/open', 'no-such-account')).toEqual(shut)
  })

  it('routes that are not public stay shut', async () => {
    expect((await ask('/closed', slugs.open)).status).toBe(401)
    expect((await ask('/open', null)).status).toBe(401)
  })

  it('what goes beyond the public scopes is refused, whatever the route asks for', async () => {
    expect((await ask('/too-much', slugs.open)).status).toBe(401)
  })
})
