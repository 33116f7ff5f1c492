// The notices of a world, of its first booking or of who waits first, and done with, so that none
// is sent; and its own words for them.
import type { Database } from '../../src/db/client.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { isOfWaitlist, noticeKinds } from '../../src/notice/notice.ts'
import { newId } from '../../src/db/id.ts'
import { monday } from '../support/shop.ts'

type Parts = { accountId: string; word: string; rows: Record<NodeName, string[]> }

/** Of both kinds of thing that notices tell of. */
const kindOf = (index: number) => noticeKinds[(index + 3) % noticeKinds.length] ?? 'CHANGE'

/** How many of so many notices are of who waits; the others are of the booking. */
export function ofWaitlist(count: number): number {
  return Array.from({ length: count }, (_, index) => kindOf(index)).filter(isOfWaitlist).length
}

export async function writeNotices(
  prisma: Database['prisma'],
  { accountId, word, rows }: Parts,
  madeAt: (index: number) => Date,
): Promise<void> {
  await prisma.notice.createMany({
    data: rows.Notice.map((id, index) => ({
      accountId,
      id,
      eventId: newId(),
      kind: kindOf(index),
      customerId: index === 1 ? null : (rows.Customer[0] ?? ''),
      staffId: index === 1 ? (rows.StaffMember[0] ?? '') : null,
      ...(isOfWaitlist(kindOf(index))
        ? { waitlistEntryId: rows.WaitlistEntry[0] ?? '', bookingIds: [] }
        : { bookingId: rows.Booking[0] ?? '', bookingIds: [rows.Booking[0] ?? ''] }),
      state: 'FAILED' as const,
      dueAt: new Date(monday),
      attempts: 8,
      leasedBy: word,
      address: `${word}@example.com`.toLowerCase(),
      subject: word,
      reason: word,
      createdAt: madeAt(index),
      finishedAt: new Date(monday),
    })),
  })
  await prisma.noticeTemplate.createMany({
    data: rows.NoticeTemplate.map((id, index) => ({
      accountId,
      id,
      kind: kindOf(index),
      toStaff: false,
      language: word,
      subject: word,
      text: word,
      html: word,
      createdAt: madeAt(index),
      updatedAt: madeAt(index),
    })),
  })
}
