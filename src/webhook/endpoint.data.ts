// Rows of webhook endpoints.

import { reachingClients } from '../access/client.data.ts'
import type { Role } from '../auth/scope.ts'
import { accountsWithin, type Viewer } from '../auth/viewer.ts'
import { transactionReader, type Reader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import { Prisma, type WebhookEndpoint } from '../generated/prisma/client.ts'
import { filterFields, filterThings, type EventFilter } from './endpoint.ts'

/** An endpoint, whoever it belongs to. */
export type EndpointRow = WebhookEndpoint

/** An endpoint in one of the accounts whose events it is told. */
export type SeenEndpoint = EndpointRow & { accountId: string }

/** All columns of rows `e` but the account: what is of a client is of several. */
const withoutAccount = (columns: object) =>
  Prisma.raw(
    Object.keys(columns)
      .filter((column) => column !== 'accountId')
      .map((column) => `e."${column}"`)
      .join(', '),
  )

const others = withoutAccount(Prisma.WebhookEndpointScalarFieldEnum)

/** A row for every account whose events an endpoint is told now; to be read from, named `r`. */
function inEachAccount(clients: Prisma.Sql = Prisma.sql`TRUE`): Prisma.Sql {
  return Prisma.sql`(
    SELECT e."accountId", ${others} FROM "WebhookEndpoint" e WHERE e."accountId" IS NOT NULL
    UNION ALL
    SELECT c."accountId", ${others} FROM ${reachingClients} c
      JOIN "WebhookEndpoint" e ON e."clientId" = c."id" WHERE ${clients})`
}

/** The endpoints that are told of events in these accounts; paused ones are, and are sent later. */
export function endpointsFor(read: Reader, accountIds: readonly string[]): Promise<SeenEndpoint[]> {
  return read<SeenEndpoint>(Prisma.sql`SELECT r.* FROM ${inEachAccount()} r
    WHERE r."accountId" = ANY(${accountIds}::uuid[]) AND r."disabledAt" IS NULL`)
}

/** The person whose API clients are the viewer's: an application acts for itself alone. */
export function makerOf({ kind, userId }: Viewer): string | null {
  return kind === 'INSTALLATION' ? null : userId
}

/**
 * The endpoints that a viewer may see where it holds webhooks:read, with a row for each account
 * that they are told of; to be read from, named `r`. Those of an application are seen by no other
 * one; those of an API client by its maker alone, who must hold that scope wherever it reaches.
 */
export function seenEndpoints(viewer: Viewer): Prisma.Sql {
  const within = accountsWithin(viewer, ['webhooks:read'])
  return inEachAccount(Prisma.sql`c."createdById" = ${makerOf(viewer)}::uuid AND NOT EXISTS (
    SELECT FROM ${reachingClients} x
    WHERE x."id" = c."id" AND x."accountId" <> ALL(${within}::uuid[]))`)
}

/** Condition that leaves one row of each endpoint that is told of several of these accounts. */
export function endpointOnce(accountIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`(r."clientId" IS NULL OR NOT EXISTS (SELECT FROM ${reachingClients} x
    WHERE x."id" = r."clientId" AND x."accountId" < r."accountId"
      AND x."accountId" = ANY(${accountIds}::uuid[])))`
}

/** Of these endpoints of API clients those that the viewer sees, each once. */
export function seenOfClients(
  read: Reader,
  viewer: Viewer,
  ids: readonly string[],
): Promise<SeenEndpoint[]> {
  return read<SeenEndpoint>(Prisma.sql`SELECT DISTINCT ON (r."id") r.*
    FROM ${seenEndpoints(viewer)} r
    WHERE r."id" = ANY(${ids}::uuid[]) AND r."clientId" IS NOT NULL
    ORDER BY r."id", r."accountId"`)
}

/**
 * Deliveries of what happened in these accounts, without their account, which is their `home`; to
 * be read from, named `r`, where a list is of endpoints of clients.
 */
export function deliveriesToClients(accountIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`(SELECT '00000000-0000-0000-0000-000000000000'::uuid AS "accountId",
      e."accountId" AS "home", ${withoutAccount(Prisma.WebhookDeliveryScalarFieldEnum)}
    FROM "WebhookDelivery" e WHERE e."accountId" = ANY(${accountIds}::uuid[]))`
}

/** Condition on rows `r` of deliveries: to these endpoints, if of clients that the viewer made. */
export function toOwnClients(viewer: Viewer, ids: readonly string[]): Prisma.Sql {
  return Prisma.sql`r."endpointId" IN (SELECT w."id" FROM "WebhookEndpoint" w
    JOIN "ApiClient" c ON c."id" = w."clientId" AND c."createdById" = ${makerOf(viewer)}::uuid
    WHERE w."id" = ANY(${ids}::uuid[]))`
}

/** In whose name something is told: a role in the account, and what it is narrowed to. */
export type Standing = { role: Role; scopes: readonly string[] | null }

/**
 * The role that whoever made the endpoint has in the account now, and the scopes of the API client
 * that it is of. Null when that person has left, or the client does not reach the account any more.
 * What the gateway made itself has the role of an owner.
 */
export async function standingOf(
  read: Reader,
  { clientId, createdById }: Pick<EndpointRow, 'clientId' | 'createdById'>,
  accountId: string,
): Promise<Standing | null> {
  if (clientId === null && createdById === null) return { role: 'OWNER', scopes: null }
  const [found] = await read<Standing>(
    clientId === null
      ? Prisma.sql`SELECT "role", NULL AS "scopes" FROM "Membership"
          WHERE "accountId" = ${accountId}::uuid AND "userId" = ${createdById}::uuid`
      : Prisma.sql`SELECT m."role", c."scopes" FROM ${reachingClients} c
          JOIN "Membership" m ON m."accountId" = c."accountId" AND m."userId" = c."createdById"
          WHERE c."id" = ${clientId}::uuid AND c."accountId" = ${accountId}::uuid`,
  )
  return found ?? null
}

/** The sealed secret of the application whose installation made the endpoint; null for none. */
export async function applicationSecretOf(
  read: Reader,
  { accountId, installationId }: Pick<EndpointRow, 'accountId' | 'installationId'>,
): Promise<Uint8Array | null> {
  const [found] = await read<{ secretSealed: Uint8Array | null }>(Prisma.sql`
    SELECT a."secretSealed" FROM "Installation" i JOIN "Application" a ON a."id" = i."applicationId"
    WHERE i."accountId" = ${accountId}::uuid AND i."id" = ${installationId}::uuid`)
  return found?.secretSealed ?? null
}

/** Conditions on rows `r` of endpoints of an account: an application has to do with its own. */
export function endpointsOwnTo({ kind, id }: Viewer): Prisma.Sql[] {
  return kind === 'INSTALLATION' ? [Prisma.sql`r."installationId" = ${id}::uuid`] : []
}

/** The same as conditions on rows `r` of deliveries. */
export function deliveriesOwnTo({ kind, id }: Viewer): Prisma.Sql[] {
  if (kind !== 'INSTALLATION') return []
  return [
    Prisma.sql`EXISTS (SELECT FROM "WebhookEndpoint" e
      WHERE e."id" = r."endpointId" AND e."installationId" = ${id}::uuid)`,
  ]
}

/** Refuses NOT_FOUND where a filter names what none of these accounts has. */
export async function demandFiltered(
  tx: Transaction,
  accountIds: readonly string[],
  filter: EventFilter,
): Promise<void> {
  for (const name of filterFields) {
    const table = filterThings[name]
    const ids = [...new Set(filter[name])]
    if (ids.length === 0) continue
    const homes = ids.map((id) => filter.homes?.[id] ?? accountIds[0])
    const found = await transactionReader(tx)(Prisma.sql`SELECT r."id"
      FROM unnest(${homes}::uuid[], ${ids}::uuid[]) u("accountId", "id")
        JOIN ${Prisma.raw(`"${table}"`)} r ON r."accountId" = u."accountId" AND r."id" = u."id"
      WHERE r."accountId" = ANY(${accountIds}::uuid[])`)
    if (found.length < ids.length) throw notFound(table, 'filter', name)
  }
}
