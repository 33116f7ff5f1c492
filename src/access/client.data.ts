// API clients as they are seen: through the accounts that they reach now, which are those chosen
// for them where their maker still administers. A client that reaches nothing is seen by nobody.

import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import type { AuditFact } from '../events/audit.ts'
import { Prisma, type ApiClient } from '../generated/prisma/client.ts'

/** A client, with one of the accounts that it reaches: the one through which it is seen. */
export type SeenClient = ApiClient & { accountId: string }

/** A row for every account that a living client reaches; to be read from, named `r`. */
export const reachingClients = Prisma.sql`(
  SELECT m."accountId", c.* FROM "ApiClient" c
    JOIN "Membership" m ON m."userId" = c."createdById" AND m."role" IN ('OWNER', 'ADMIN')
   WHERE c."revokedAt" IS NULL AND (c."allAccounts" OR EXISTS (
     SELECT FROM "ApiClientAccount" a
      WHERE a."clientId" = c."id" AND a."accountId" = m."accountId")))`

/** Condition that leaves one row of each client that reaches several of these accounts. */
export function onceEach(accountIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`NOT EXISTS (SELECT FROM ${reachingClients} x WHERE x."id" = r."id"
    AND x."accountId" < r."accountId" AND x."accountId" = ANY(${accountIds}::uuid[]))`
}

/** The client with this row id, if it reaches one of these accounts. One statement in any case. */
export async function seenClient(
  read: Reader,
  accountIds: readonly string[],
  id: string,
): Promise<SeenClient | null> {
  const [found] = await read<SeenClient>(Prisma.sql`SELECT r.* FROM ${reachingClients} r
    WHERE r."id" = ${id}::uuid AND r."accountId" = ANY(${accountIds}::uuid[])
    ORDER BY r."accountId" LIMIT 1`)
  return found ?? null
}

/** The same for several clients, in their order; null for those that are not seen. */
export async function seenClients(
  read: Reader,
  accountIds: readonly string[],
  ids: readonly string[],
): Promise<(SeenClient | null)[]> {
  const rows = await read<SeenClient>(Prisma.sql`SELECT DISTINCT ON (r."id") r.*
    FROM ${reachingClients} r
    WHERE r."id" = ANY(${ids}::uuid[]) AND r."accountId" = ANY(${accountIds}::uuid[])
    ORDER BY r."id", r."accountId"`)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** As `seenClient`; nobody else changes it until the transaction ends. */
export async function lockSeenClient(
  tx: Transaction,
  accountIds: readonly string[],
  id: string,
): Promise<SeenClient | null> {
  const read = transactionReader(tx)
  if (!(await seenClient(read, accountIds, id))) return null
  await read(Prisma.sql`SELECT 1 FROM "ApiClient" WHERE "id" = ${id}::uuid FOR UPDATE`)
  return seenClient(read, accountIds, id)
}

/** The accounts that each of these clients reaches now, ascending; in the order of the clients. */
export async function reachOfClients(
  read: Reader,
  clientIds: readonly string[],
): Promise<string[][]> {
  const rows = await read<Key>(Prisma.sql`SELECT r."id", r."accountId" FROM ${reachingClients} r
    WHERE r."id" = ANY(${clientIds}::uuid[]) ORDER BY r."accountId"`)
  const byClient = Map.groupBy(rows, ({ id }) => id)
  return clientIds.map((id) => (byClient.get(id) ?? []).map(({ accountId }) => accountId))
}

/**
 * Has the clients of a person that reach all accounts keep to those that the person is in now. What
 * is to be told of it is returned.
 */
export async function stopFollowing(
  tx: Transaction,
  userId: string,
  now: Date,
): Promise<AuditFact[]> {
  const clients = await tx.apiClient.updateManyAndReturn({
    where: { createdById: userId, allAccounts: true, revokedAt: null },
    data: { allAccounts: false, updatedAt: now },
    select: { id: true },
  })
  if (clients.length === 0) return []
  const memberships = await tx.membership.findMany({ where: { userId } })
  const kept = clients.flatMap(({ id: clientId }) =>
    memberships.map(({ accountId }) => ({ clientId, accountId })),
  )
  await tx.apiClientAccount.createMany({ data: kept, skipDuplicates: true })
  return kept.map(({ clientId, accountId }) => ({
    accountId,
    action: 'client.updated',
    subjectType: 'ApiClient',
    subjectId: clientId,
    changes: [{ field: 'allAccounts', from: true, to: false }],
  }))
}

/** Deletes the webhook endpoints of a client; what is to be told in these accounts is returned. */
export async function endClientEndpoints(
  tx: Transaction,
  clientId: string,
  accountIds: readonly string[],
): Promise<AuditFact[]> {
  const ended = await transactionReader(tx)<{ id: string }>(Prisma.sql`
    DELETE FROM "WebhookEndpoint" WHERE "clientId" = ${clientId}::uuid RETURNING "id"`)
  return ended.flatMap(({ id }) => accountIds.map((accountId) => endpointDeleted(accountId, id)))
}

export function endpointDeleted(accountId: string, subjectId: string): AuditFact {
  return { accountId, action: 'webhook.deleted', subjectType: 'WebhookEndpoint', subjectId }
}
