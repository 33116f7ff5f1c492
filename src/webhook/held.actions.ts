// Whose an endpoint is, and who deals with it: one of an account, whoever may write webhooks there;
// one of an application, that application and those; one of an API client, the client's maker
// alone, wherever the client reaches. What is not one's own is answered like what there is not.

import { reachOfClients } from '../access/client.data.ts'
import { demand, Forbidden, may, type Viewer } from '../auth/viewer.ts'
import type { Reader } from '../db/reader.ts'
import { notFound } from '../errors.ts'
import type { AuditFact } from '../events/audit.ts'
import type { Change } from '../events/event.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { endpointsOwnTo, makerOf, type EndpointRow, type SeenEndpoint } from './endpoint.data.ts'

/** Where an endpoint is found; no account for one of an API client. */
export type EndpointKey = { accountId: string | null; id: string }

/** An endpoint with all accounts whose events it is told now, at least one. */
export type HeldEndpoint = SeenEndpoint & { accountIds: readonly string[] }

/** Asked before anything is read. Refuses NOT_FOUND, FORBIDDEN. */
export function demandWritable(viewer: Viewer, { accountId }: EndpointKey): void {
  if (accountId !== null) demand(viewer, accountId, ['webhooks:write'], 'WebhookEndpoint', 'id')
}

/**
 * The endpoint, for whoever deals with it; `locked`, nobody else changes it until the transaction
 * ends. `demandWritable` comes first. Refuses NOT_FOUND, FORBIDDEN.
 */
export async function heldEndpoint(
  read: Reader,
  viewer: Viewer,
  key: EndpointKey,
  locked = true,
): Promise<HeldEndpoint> {
  const lock = locked ? Prisma.sql`FOR UPDATE OF r` : Prisma.empty
  const own =
    key.accountId === null
      ? ofMaker(viewer)
      : [Prisma.sql`r."accountId" = ${key.accountId}::uuid`, ...endpointsOwnTo(viewer)]
  const [row] = await read<EndpointRow>(Prisma.sql`SELECT r.* FROM "WebhookEndpoint" r
    WHERE r."id" = ${key.id}::uuid AND ${Prisma.join(own, ' AND ')} ${lock}`)
  if (!row) throw notFound('WebhookEndpoint', 'id')
  if (key.accountId !== null) {
    return { ...row, accountId: key.accountId, accountIds: [key.accountId] }
  }
  const held = await heldReach(read, viewer, row.clientId ?? row.id)
  // As with the client itself: what reaches nothing is seen by nobody.
  if (!held) throw notFound('WebhookEndpoint', 'id')
  return { ...row, ...held }
}

/**
 * All accounts that a client reaches now, and the first of them; null for none. Refuses FORBIDDEN
 * unless the viewer may write webhooks in each.
 */
export async function heldReach(
  read: Reader,
  viewer: Viewer,
  clientId: string,
): Promise<{ accountId: string; accountIds: readonly string[] } | null> {
  const [accountIds = []] = await reachOfClients(read, [clientId])
  const [accountId] = accountIds
  if (accountId === undefined) return null
  const isEverywhere = accountIds.every((each) => may(viewer, each, ['webhooks:write']))
  if (!isEverywhere) throw new Forbidden(['webhooks:write'])
  return { accountId, accountIds }
}

/** Conditions on rows `r` of endpoints of API clients: those of clients that the person made. */
function ofMaker(viewer: Viewer): Prisma.Sql[] {
  return [
    Prisma.sql`EXISTS (SELECT FROM "ApiClient" c WHERE c."id" = r."clientId"
      AND c."createdById" = ${makerOf(viewer)}::uuid AND c."revokedAt" IS NULL)`,
  ]
}

/** What is told of something done to an endpoint, in every account that it is told of. */
export function factsOf(
  action: string,
  { accountIds, id }: { accountIds: readonly string[]; id: string | null },
  changes?: Change[],
): AuditFact[] {
  return accountIds.map((accountId) => ({
    accountId,
    action,
    subjectType: 'WebhookEndpoint',
    subjectId: id,
    ...(changes && { changes }),
  }))
}
