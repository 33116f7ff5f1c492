// Applications as they are seen: by whoever registered them, and by the accounts that have them.

import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { accountsWithin, type Viewer } from '../auth/viewer.ts'
import { Prisma, type Application } from '../generated/prisma/client.ts'

/** An application, with one of the accounts through which it is seen. */
export type SeenApplication = Application & { accountId: string }

/** The applications that the viewer's person registered, as rows of one account, named `r`. */
export function registeredBy({ userId }: Viewer, accountId: string): Prisma.Sql {
  return Prisma.sql`(SELECT ${accountId}::uuid AS "accountId", a.* FROM "Application" a
    WHERE a."ownerId" = ${userId}::uuid AND a."deletedAt" IS NULL)`
}

/**
 * The living application with this row id, when the viewer's person registered it or an account
 * where the viewer may see applications has it. Its account is null for an owner who may see
 * applications nowhere. One statement in any case.
 */
export async function seenApplication(
  read: Reader,
  viewer: Viewer,
  id: string,
): Promise<(Application & { accountId: string | null }) | null> {
  const within = accountsWithin(viewer, ['apps:read'])
  const [found] = await read<Application & { accountId: string | null }>(Prisma.sql`
    SELECT a.*, coalesce(i."accountId", ${within[0] ?? null}::uuid) AS "accountId"
    FROM "Application" a
      LEFT JOIN "Installation" i ON i."applicationId" = a."id" AND i."uninstalledAt" IS NULL
        AND i."accountId" = ANY(${within}::uuid[])
    WHERE a."id" = ${id}::uuid AND a."deletedAt" IS NULL
      AND (a."ownerId" = ${viewer.userId}::uuid OR i."id" IS NOT NULL)
    ORDER BY i."accountId" LIMIT 1`)
  return found ?? null
}

/** The applications of these installations, in their order, each in its installation's account. */
export async function applicationsOf(
  read: Reader,
  installations: readonly Key[],
): Promise<SeenApplication[]> {
  const rows = await read<SeenApplication & { installationId: string }>(Prisma.sql`
    SELECT a.*, i."accountId", i."id" AS "installationId"
    FROM "Installation" i JOIN "Application" a ON a."id" = i."applicationId"
    WHERE i."id" = ANY(${installations.map(({ id }) => id)}::uuid[])`)
  const byId = new Map(rows.map((row) => [row.installationId, row]))
  return installations.flatMap(({ id }) => byId.get(id) ?? [])
}
