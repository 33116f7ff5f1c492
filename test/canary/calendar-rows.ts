// The calendars of a world: half of its first staff member, half of its first customer or resource.
import type { Database } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import { testSealer } from '../support/app.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { hashSecret } from '../../src/auth/secret.ts'

type Parts = {
  accountId: string
  word: string
  rows: Record<NodeName, string[]>
  createdById: string
}

export async function writeCalendars(
  prisma: Database['prisma'],
  { accountId, word, rows, createdById }: Parts,
  madeAt: (index: number) => Date,
): Promise<void> {
  const half = rows.CalendarFeed.length / 2
  await prisma.calendarFeed.createMany({
    data: rows.CalendarFeed.map((id, index) => ({
      accountId,
      id,
      staffId: index < half ? (rows.StaffMember[0] ?? '') : null,
      customerId: index < half ? null : (rows.Customer[0] ?? ''),
      name: `${word} ${index % 2}`,
      secretHash: new Uint8Array(hashSecret(id)),
      scopes: ['bookings:read', 'staff:read', 'customers:read'],
      createdById,
      createdAt: madeAt(index),
    })),
  })
  // Paused, so that nothing is read while rows are counted.
  await prisma.calendarSource.createMany({
    data: rows.CalendarSource.map((id, index) => ({
      accountId,
      id,
      staffId: index < half ? (rows.StaffMember[0] ?? '') : null,
      resourceId: index < half ? null : (rows.Resource[0] ?? ''),
      name: `${word} ${index % 2}`,
      urlSealed: testSealer.seal(`https://${word}.example.com/${id}`),
      host: `${word}.example.com`,
      pausedAt: madeAt(index),
      writeError: word,
      etag: word,
      lastModified: word,
      lastError: word,
      leasedBy: word,
      nextSyncAt: madeAt(index),
      createdById,
      createdAt: madeAt(index),
      updatedAt: madeAt(index),
    })),
  })
  const [sourceId = ''] = rows.CalendarSource
  await prisma.calendarWrite.createMany({
    // Of nothing that the log tells of, so that nobody marks them meanwhile.
    data: rows.CalendarWrite.map((id, index) => ({
      accountId,
      id,
      sourceId,
      entryId: newId(),
      etag: word,
      attempts: 9,
      lastError: word,
      failedAt: madeAt(index),
      leasedBy: word,
      createdAt: madeAt(index),
    })),
  })
}
