// Batched reads of who and what takes part in sessions.

import type { Database } from '../db/client.ts'
import type { Key } from '../db/id.ts'
import type { Resource, StaffMember } from '../generated/prisma/client.ts'

const sessionKey = (row: { accountId: string; sessionId: string }) => row.accountId + row.sessionId

function whereOf(sessions: readonly Key[]) {
  return {
    accountId: { in: [...new Set(sessions.map(({ accountId }) => accountId))] },
    sessionId: { in: sessions.map(({ id }) => id) },
  }
}

/** Staff of each session, the leader first. */
export async function staffOf(
  { prisma }: Pick<Database, 'prisma'>,
  sessions: readonly Key[],
): Promise<StaffMember[][]> {
  const rows = await prisma.sessionStaff.findMany({
    where: whereOf(sessions),
    orderBy: [{ position: 'asc' }, { staffId: 'asc' }],
    include: { staff: true },
  })
  const bySession = Map.groupBy(rows, sessionKey)
  return sessions.map(({ accountId, id }) =>
    (bySession.get(accountId + id) ?? []).map(({ staff }) => staff),
  )
}

/** Resources of each session, in the order in which they were named. */
export async function resourcesOf(
  { prisma }: Pick<Database, 'prisma'>,
  sessions: readonly Key[],
): Promise<Resource[][]> {
  const rows = await prisma.sessionResource.findMany({
    where: whereOf(sessions),
    orderBy: [{ position: 'asc' }, { resourceId: 'asc' }],
    include: { resource: true },
  })
  const bySession = Map.groupBy(rows, sessionKey)
  return sessions.map(({ accountId, id }) =>
    (bySession.get(accountId + id) ?? []).map(({ resource }) => resource),
  )
}
