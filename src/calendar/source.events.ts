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

/** Whom an event of a connected calendar concerns. */
export function aboutOf({ staffId, resourceId }: Pick<CalendarSource, 'staffId' | 'resourceId'>) {
  return {
    ...(staffId && { staffIds: [staffId] }),
    ...(resourceId && { resourceIds: [resourceId] }),
  }
}
