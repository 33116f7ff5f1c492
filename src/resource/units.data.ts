// The units of a resource whose capacity changes: a block takes all units there are, so it has to
// grow and shrink with them. The resource's row must be locked.

import type { Key } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'

/** Makes blocks that are not over take the new units too, `from` up to `to` without it. */
export async function blockNewUnits(
  tx: Transaction,
  resource: Key,
  from: number,
  to: number,
  now: Date,
): Promise<void> {
  // A unit that somebody still has from an earlier, larger capacity stays theirs.
  await tx.$executeRaw`
    INSERT INTO "Occupancy" ("accountId", "id", "kind", "resourceId", "unit", "position",
      "startsAt", "endsAt", "blockId")
    SELECT o."accountId", gen_random_uuid(), o."kind", o."resourceId", n."unit", o."position",
      o."startsAt", o."endsAt", o."blockId"
    FROM "Occupancy" o CROSS JOIN generate_series(${from}::int, ${to - 1}::int) n("unit")
    WHERE o."accountId" = ${resource.accountId}::uuid AND o."resourceId" = ${resource.id}::uuid
      AND o."kind" = 'BLOCK' AND o."active" AND o."unit" = 0 AND o."endsAt" > ${now}
    ORDER BY n."unit", o."startsAt"
    ON CONFLICT DO NOTHING`
}

/** Takes the units that are no more, `from` on, out of blocks that are not over. */
export async function unblockUnits(
  tx: Transaction,
  resource: Key,
  from: number,
  now: Date,
): Promise<void> {
  await tx.occupancy.deleteMany({
    where: {
      accountId: resource.accountId,
      resourceId: resource.id,
      kind: 'BLOCK',
      unit: { gte: from },
      endsAt: { gt: now },
    },
  })
}
