// Who and what a booking, a hold or a session occupies, as their faces show it; batched.

import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { Prisma, type Resource, type StaffMember } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'

type Assignment = { ownerId: string; staffId: string | null; resourceId: string | null }

/** Everybody who does it, the lead first; `leadId` alone where nobody is occupied. */
export async function staffMembersOf(
  ctx: Context,
  owner: Key,
  leadId: string | null = null,
): Promise<StaffMember[]> {
  const ids = (await assignmentsOf(ctx, owner)).flatMap(({ staffId }) => staffId ?? [])
  const all = ids.length > 0 || leadId === null ? ids : [leadId]
  const rows = [...new Set(all)].map((id) =>
    ctx.load('StaffMember', { accountId: owner.accountId, id }),
  )
  return (await Promise.all(rows)).filter((row) => row !== null)
}

/** What it occupies, in the order of what it requires. */
export async function resourcesOf(ctx: Context, owner: Key): Promise<Resource[]> {
  const ids = (await assignmentsOf(ctx, owner)).flatMap(({ resourceId }) => resourceId ?? [])
  const rows = [...new Set(ids)].map((id) =>
    ctx.load('Resource', { accountId: owner.accountId, id }),
  )
  return (await Promise.all(rows)).filter((row) => row !== null)
}

function assignmentsOf(ctx: Context, owner: Key): Promise<Assignment[]> {
  return batched(ctx, 'assignments', owner, (keys) => readAssignments(ctx, keys))
}

async function readAssignments(ctx: Context, keys: readonly Key[]): Promise<Assignment[][]> {
  const rows = await poolReader(ctx.db)<Assignment>(Prisma.sql`
    SELECT u."id"::text AS "ownerId", o."staffId", o."resourceId"
    FROM unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
        ${keys.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      JOIN "Occupancy" o ON o."accountId" = u."accountId" AND (o."bookingId" = u."id"
        OR o."holdId" = u."id" OR (o."sessionId" = u."id" AND o."active"))
    ORDER BY o."staffId" IS NULL, o."position", o."id"`)
  const byOwner = Map.groupBy(rows, ({ ownerId }) => ownerId)
  return keys.map(({ id }) => byOwner.get(id) ?? [])
}
