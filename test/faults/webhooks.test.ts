// Processes that send webhooks are killed in the middle of it, again and again, while clients
// write: whatever was changed is told to the receiver, in order for each subject, and what is told
// twice is told by the same id. ROUNDS says how often; then 200 things change between two kills.
import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { expect, it } from 'vitest'
import pg from 'pg'
import { encodeId } from '../../src/graphql/ids.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { startReceiver, type Received } from '../support/receiver.ts'
import { createCrowd } from './busy-client.ts'
import { faultsInRows, faultsOf } from './checker.ts'
import { createHistory, moreDone, tell } from './history.ts'
import { createListener, firstCursor, toHear } from './listener.ts'
import { readRows } from './rows.ts'
import { anyMoment, rounds, startServer } from './servers.ts'
import { openWorld, type World } from './world.ts'

const kills = rounds(2)
const changes = process.env['ROUNDS'] ? 200 : 15

type Told = { deliveryId: string; subjectId: string; version: number }

it(
  'servers that are killed while they send lose no change and repeat only what had its id',
  async () => {
    const url = await testDatabaseUrl({ migrated: true })
    const world = await openWorld(url, Date.now())
    const { accountId, key } = world
    const variables = {
      DATABASE_URL: url,
      WEBHOOKS_ALLOW_LOCAL: 'true',
      SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    }
    const servers = await Promise.all([startServer(variables), startServer(variables)])
    const urls = () => servers.map((server) => server.url)
    const verify: ((one: Received) => void)[] = []
    const refused: unknown[] = []
    // Slow now and then, so that kills come between its answer and our record.
    const receiver = await startReceiver((response, one) => {
      try {
        for (const accept of verify) accept(one)
      } catch (error) {
        refused.push(error)
      }
      setTimeout(() => response.writeHead(204).end(), Math.random() * 20)
    })
    const secret = await createEndpoint(urls()[0] ?? '', world, receiver.url)
    // As they come: a timestamp that is minutes old is refused.
    verify.push(
      ({ body, headers }) => void new Standard(secret).verify(body, headers),
      ({ body, headers }) => {
        new Svix(secret).verify(body, headers)
      },
    )
    const history = createHistory({ urls, key })
    const after = await firstCursor(urls, world, history)
    const listener = createListener({ urls, key, after })
    const crowd = createCrowd(world, history)
    for (let round = 0; round < kills; round += 1) {
      const doomed = round % 2
      await moreDone(history, changes)
      await anyMoment(history)
      servers[doomed]?.program.kill('SIGKILL')
      await servers[doomed]?.program.ended
      const again = await startServer(variables)
      expect(again.program.output().stderr).toBe('')
      servers[doomed] = again
    }
    await moreDone(history, 20)
    await crowd.stop()
    const rows = await readRows(url, accountId)
    expect(faultsInRows(rows)).toEqual([])
    expect(faultsOf(rows, history.calls)).toEqual([])
    expect(await listener.until(rows)).toEqual(toHear(rows))
    const expected = await allDelivered(url, accountId)
    const came = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(refused).toEqual([])
    const events = await readRows(url, accountId)
    expect(expected.length).toBe(events.events.length)
    const idOf = ({ deliveryId }: Told) =>
      encodeId('WebhookDelivery', { accountId, id: deliveryId })
    const once = [...new Set(came)]
    expect(once.toSorted()).toEqual(expected.map(idOf).toSorted())
    expect(outOfOrder(once, new Map(expected.map((one) => [idOf(one), one])))).toEqual([])
    expect(came.length - once.length).toBeLessThanOrEqual(kills * 10)
    tell(
      `${kills} kills of a sender, ${once.length} messages, ${came.length - once.length} twice`,
      history,
    )
  },
  240_000 + kills * 60_000,
)

/** An endpoint that is told everything; its secret. */
async function createEndpoint(server: string, world: World, url: string): Promise<string> {
  const scopes = ['bookings', 'services', 'staff', 'customers', 'availability', 'accounts']
  const input = {
    accountId: encodeId('Account', { accountId: world.accountId, id: world.accountId }),
    url,
    types: ['*'],
    scopes: scopes.map((noun) => `${noun}:read`),
  }
  const response = await fetch(`${server}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.key}` },
    body: JSON.stringify({
      query: `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) {
        ... on CreateWebhookEndpointSuccess { secret } ... on Refusal { message } } }`,
      variables: { input },
    }),
  })
  const answer = (await response.json()) as {
    data?: { createWebhookEndpoint: { secret?: string } }
  }
  const secret = answer.data?.createWebhookEndpoint.secret
  if (!secret) throw new Error(JSON.stringify(answer))
  return secret
}

/** What was delivered, once it is as much as happened and nothing waits. */
async function allDelivered(url: string, accountId: string): Promise<Told[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const left = async () => {
    const { rows } = await client.query<{ left: string }>(
      `SELECT count(*) FILTER (WHERE d."state" IS DISTINCT FROM 'DELIVERED') AS "left"
        FROM "Event" e LEFT JOIN "WebhookDelivery" d ON d."eventId" = e."id"
        WHERE e."accountId" = $1`,
      [accountId],
    )
    return Number(rows[0]?.left)
  }
  try {
    await expect.poll(left, { timeout: 120_000, interval: 200 }).toBe(0)
    const { rows } = await client.query<Told>(
      `SELECT d."id" AS "deliveryId", e."subjectId", e."seq"::int AS "version"
        FROM "WebhookDelivery" d JOIN "Event" e ON e."id" = d."eventId"
        WHERE d."accountId" = $1`,
      [accountId],
    )
    return rows
  } finally {
    await client.end()
  }
}

/** Ids that came after a later one of the same subject, each judged by when it came first. */
function outOfOrder(
  ids: readonly (string | undefined)[],
  told: ReadonlyMap<string, Told>,
): string[] {
  const last = new Map<string, number>()
  return ids.flatMap((id = '') => {
    const { subjectId, version } = told.get(id) ?? { subjectId: '', version: 0 }
    const isLate = version < (last.get(subjectId) ?? 0)
    last.set(subjectId, version)
    return isLate ? [`${id} of ${subjectId}`] : []
  })
}
