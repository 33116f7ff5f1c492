// Reads of attempts to deliver.

import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { Prisma, type WebhookAttempt } from '../generated/prisma/client.ts'

/** The last attempts of each of these deliveries, the newest first; in the order of the keys. */
export async function attemptsOf(
  read: Reader,
  keys: readonly Key[],
  most: number,
): Promise<WebhookAttempt[][]> {
  const rows = await read<WebhookAttempt>(Prisma.sql`
    SELECT a.* FROM unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
        ${keys.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      CROSS JOIN LATERAL (SELECT * FROM "WebhookAttempt" x
        WHERE x."accountId" = u."accountId" AND x."deliveryId" = u."id"
        ORDER BY x."number" DESC LIMIT ${most}::int) a
    ORDER BY a."number" DESC`)
  const byDelivery = Map.groupBy(rows, ({ deliveryId }) => deliveryId)
  return keys.map(({ id }) => byDelivery.get(id) ?? [])
}
