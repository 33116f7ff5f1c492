// The seats of a world that are set aside, all of them in its first session, and who waits. Nobody
// is offered anything, or rows would come while others are counted: no party of six is taken.
import type { Database } from '../../src/db/client.ts'
import type { NodeName } from '../../src/graphql/ids.ts'

type Parts = { accountId: string; word: string; rows: Record<NodeName, string[]> }

export async function writeSpaces(
  prisma: Database['prisma'],
  { accountId, word, rows }: Parts,
  made: (index: number) => { createdAt: Date; updatedAt: Date },
): Promise<void> {
  await prisma.seatBlock.createMany({
    data: rows.SeatBlock.map((id, index) => ({
      accountId,
      id,
      sessionId: rows.Session[0] ?? '',
      seats: 1,
      reason: word,
      ...made(index),
    })),
  })
  await prisma.waitlistEntry.createMany({
    data: rows.WaitlistEntry.map((id, index) => ({
      accountId,
      id,
      serviceId: rows.Service[1] ?? '',
      sessionId: rows.Session[6] ?? '',
      staffIds: [rows.StaffMember[0] ?? ''],
      customerId: rows.Customer[0] ?? '',
      partySize: 6,
      looked: 1,
      failures: 8,
      lastError: word,
      failedAt: made(index).updatedAt,
      ...made(index),
    })),
  })
}
