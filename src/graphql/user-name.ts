// The name of a person, as it stands beside what they made or approved. All that one selection asks
// for are read in one statement.

import type { Context } from '../context.ts'
import { poolReader } from '../db/reader.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from './batches.ts'
import { nowhere } from './ids.ts'

/** The name that the person with this row id has now; empty when there is none any more. */
export function userName(ctx: Context, userId: string): Promise<string> {
  return batched(ctx, 'User.name', { accountId: nowhere, id: userId }, async (users) => {
    const rows = await poolReader(ctx.db)<{ id: string; name: string }>(Prisma.sql`
      SELECT "id", "name" FROM "User" WHERE "id" = ANY(${users.map(({ id }) => id)}::uuid[])`)
    const names = new Map(rows.map(({ id, name }) => [id, name]))
    return users.map(({ id }) => names.get(id) ?? '')
  })
}
