// Rows of webhook endpoints.

import type { Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import type { Reader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { EndpointRow } from './message.ts'

/** An endpoint of an account. */
export type AccountEndpoint = EndpointRow & { accountId: string }

/** The endpoints of these accounts that are told of events; paused ones are, and are sent later. */
export function endpointsFor(
  read: Reader,
  accountIds: readonly string[],
): Promise<AccountEndpoint[]> {
  return read<AccountEndpoint>(Prisma.sql`SELECT * FROM "WebhookEndpoint"
    WHERE "accountId" = ANY(${accountIds}::uuid[]) AND "disabledAt" IS NULL`)
}

/** The endpoint, so that nobody else changes it meanwhile. Refuses NOT_FOUND. */
export async function lockEndpoint(
  tx: Transaction,
  key: Key,
  path = 'id',
): Promise<AccountEndpoint> {
  await lockRow(tx, 'WebhookEndpoint', key)
  return endpointAt(tx, key, path)
}

/** The endpoint. Refuses NOT_FOUND. */
export async function endpointAt(
  db: Pick<Transaction, 'webhookEndpoint'>,
  { accountId, id }: Key,
  path = 'id',
): Promise<AccountEndpoint> {
  const row = await db.webhookEndpoint.findFirst({ where: { accountId, id } })
  if (!row) throw notFound('WebhookEndpoint', path)
  return { ...row, accountId }
}
