// What is told of a connected calendar.

import { changesBetween, type Change } from '../events/event.ts'
import type { CalendarSource } from '../generated/prisma/client.ts'

/** Told when something differs: times, whether it can be read at all, or that it is read first. */
export function readEvent(before: CalendarSource, after: CalendarSource, changed: boolean) {
  const fails = after.lastError !== null
  const isFirst = before.syncedAt === null && !fails
  const differs = fails ? before.lastError !== after.lastError : before.lastError !== null
  if (!changed && !differs && !isFirst) return null
  const changes: Change[] = [
    { field: 'lastError', from: before.lastError, to: after.lastError },
    { field: 'busyCount', from: before.busyCount, to: after.busyCount },
    { field: 'unreadCount', from: before.unreadCount, to: after.unreadCount },
    ...changesBetween(before, after, ['pausedAt']),
  ]
  return {
    type: fails ? 'calendar.failed' : 'calendar.synced',
    accountId: after.accountId,
    subjectType: 'CalendarSource' as const,
    subjectId: after.id,
    subjectVersion: after.version,
    about: aboutOf(after),
    changes: changes.filter(({ from, to }) => from !== to),
  }
}

type Write = {
  accountId: string
  sourceId: string
  id: string
  entryId: string
  source: Pick<CalendarSource, 'staffId'>
}

/** Told of every entry of ours that is written there, or taken away. */
export function entryEvent(
  { accountId, sourceId, id, entryId, source }: Write,
  kind: 'BOOKING' | 'SESSION' | null,
  isWritten: boolean,
  version: number,
) {
  return {
    type: isWritten ? 'calendar.entry_written' : 'calendar.entry_removed',
    accountId,
    subjectType: 'CalendarSource' as const,
    subjectId: sourceId,
    subjectVersion: version,
    about: {
      ...aboutOf({ ...source, resourceId: null }),
      ...(kind === 'BOOKING' && { bookingId: entryId }),
      ...(kind === 'SESSION' && { sessionId: entryId }),
    },
    changes: [{ field: 'write', from: null, to: id }],
  }
}

/** Told when the calendar begins or ends to refuse entries, and when one is given up. */
export function writingEvent(
  { accountId, sourceId, id, source }: Write,
  before: Writing,
  after: Writing & { version: number },
  isGivenUp: boolean,
) {
  const changes: Change[] = changesBetween(before, after, ['writeError', 'pausedAt'])
  if (isGivenUp) changes.push({ field: 'failedWrite', from: null, to: id })
  return {
    type: after.writeError === null ? 'calendar.synced' : 'calendar.failed',
    accountId,
    subjectType: 'CalendarSource' as const,
    subjectId: sourceId,
    subjectVersion: after.version,
    about: aboutOf({ ...source, resourceId: null }),
    changes,
  }
}

type Writing = Pick<CalendarSource, 'writeError' | 'pausedAt'>

/** Whom an event of a connected calendar concerns. */
export function aboutOf({ staffId, resourceId }: Pick<CalendarSource, 'staffId' | 'resourceId'>) {
  return {
    ...(staffId && { staffIds: [staffId] }),
    ...(resourceId && { resourceIds: [resourceId] }),
  }
}
