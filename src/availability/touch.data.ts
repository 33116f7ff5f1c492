// What decides which events touch a service: its staff, its resources, and who else takes those.

import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { ServiceLinks } from './touch.ts'

/** The links of these services; those that are gone are left out. */
export function linksOf(read: Reader, keys: readonly Key[]): Promise<ServiceLinks[]> {
  // A buffer belongs to its booking, so the longest of the account counts.
  return read<ServiceLinks>(Prisma.sql`
    SELECT s."accountId", s."id" AS "serviceId", a."timeZone",
      ARRAY(SELECT j."staffId" FROM "ServiceStaff" j
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id") AS "staffIds",
      ARRAY(SELECT j."resourceId" FROM "ServiceResource" j
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id") AS "resourceIds",
      ARRAY(SELECT DISTINCT o."serviceId" FROM "ServiceResource" j
        JOIN "ServiceResource" o ON o."accountId" = j."accountId" AND o."resourceId" = j."resourceId"
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id"
          AND o."serviceId" <> s."id") AS "rivalIds",
      GREATEST(s."durationMinutes", (SELECT max(j."durationMinutes") FROM "ServiceStaff" j
        WHERE j."accountId" = s."accountId" AND j."serviceId" = s."id"))
        + s."bufferBeforeMinutes" + s."bufferAfterMinutes"
        + (SELECT max(GREATEST(o."bufferBeforeMinutes", o."bufferAfterMinutes")) FROM "Service" o
          WHERE o."accountId" = s."accountId") AS "reachMinutes"
    FROM unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
        ${keys.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      JOIN "Service" s ON s."accountId" = u."accountId" AND s."id" = u."id"
      JOIN "Account" a ON a."id" = s."accountId"`)
}
