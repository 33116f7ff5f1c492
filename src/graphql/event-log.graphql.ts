// The log of events, read page by page: for whoever catches up before subscribing, with the cursors
// of subscriptions. Of what a viewer may not read no event is listed.

import type { Needs } from '../auth/scope.ts'
import { accountsWithin, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { timestamptz } from '../db/timestamp.ts'
import { encodeEventCursor, type EventCursor } from '../events/cursor.ts'
import type { LoggedEvent } from '../events/event.ts'
import { countLog, lastInLog, readLog, type ReadEvent } from '../events/log.data.ts'
import { subjectTypes, toldWithin } from '../events/subject.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { DAY, HOUR } from '../time/instant.ts'
import { AccountEventType } from './account-event.ts'
import { builder } from './builder.ts'
import { chosenTypes } from './event-args.ts'
import { decodeId } from './ids.ts'
import { connectionCost } from './limits.ts'
import { accountsArg, accountsOf, badInput, PageInfo, pageSize } from './lists.ts'
import { DateTimeRange, instantGiven } from './narrow.ts'

const listen: Needs = ['events:read']

type LogList = {
  rows: LoggedEvent[]
  hasNextPage: boolean
  hasPreviousPage: boolean
  cursorOf: (event: LoggedEvent) => string
  resumeAfter: EventCursor | null
  count: () => Promise<number>
}

const open = 'The events are guarded themselves.'

const EventEdge = builder.objectRef<LoggedEvent>('EventEdge').implement({
  description: 'One event in the log.',
  open,
  fields: (t) => ({
    cursor: t.field({
      type: 'EventCursor',
      description: 'Its place in the log.',
      resolve: ({ xid, seq }) => ({ xid, seq }),
    }),
    node: t.field({
      type: AccountEventType,
      description: 'The event.',
      resolve: (event) => event,
    }),
  }),
})

const EventConnection = builder.objectRef<LogList>('EventConnection').implement({
  description: 'A page of the log, oldest first.',
  open,
  fields: (t) => ({
    edges: t.field({
      type: [EventEdge],
      complexity: { field: 1, multiplier: 1 },
      description: 'The page, each with its cursor.',
      resolve: ({ rows }) => rows,
    }),
    nodes: t.field({
      type: [AccountEventType],
      complexity: { field: 1, multiplier: 1 },
      description: 'The page without cursors: the short way.',
      resolve: ({ rows }) => rows,
    }),
    pageInfo: t.field({
      type: PageInfo,
      description: 'Where the page stands.',
      resolve: (page) => page,
    }),
    resumeAfter: t.field({
      type: 'EventCursor',
      nullable: true,
      description:
        'Keep this: `after` it the next page, or a subscription, has what follows, with no gap ' +
        'and no repeat. On an empty page it is where the log ended; null while there is nothing.',
      resolve: (page) => page.resumeAfter,
    }),
    totalCount: t.int({
      complexity: 10,
      description: 'How many the whole log has for this filter; counted only when asked for.',
      resolve: (page) => page.count(),
    }),
  }),
})

const EventFilter = builder.inputType('EventFilter', {
  description: 'Narrows the log; what is left out does not narrow.',
  fields: (t) => ({
    types: t.stringList({
      description: 'Only these types of events; `booking.*` is all types of bookings.',
    }),
    subjectTypes: t.stringList({ description: `Only about these: ${subjectTypes.join(', ')}.` }),
    subjectIds: t.idList({ description: 'Only about these things, by global id; at most 100.' }),
    occurredAt: t.field({ type: DateTimeRange, description: 'Only in this time.' }),
  }),
})

type Filter = typeof EventFilter.$inferInput | null | undefined

const mostSubjects = 100

/** Ids that are none are those of nothing. */
function conditionsOf(filter: Filter): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  const types = chosenTypes(filter?.types)
  if (types) where.push(Prisma.sql`e."type" = ANY(${[...types]}::text[])`)
  for (const name of filter?.subjectTypes ?? []) {
    if ((subjectTypes as string[]).includes(name)) continue
    throw badInput(`"${name}" is no kind of subject; there are ${subjectTypes.join(', ')}.`)
  }
  if (filter?.subjectTypes) {
    where.push(Prisma.sql`e."subjectType" = ANY(${[...filter.subjectTypes]}::text[])`)
  }
  if (filter?.subjectIds) {
    const { length } = filter.subjectIds
    if (length > mostSubjects) throw badInput(`"subjectIds" has ${length} ids; 100 are allowed.`)
    const things = filter.subjectIds.flatMap((id) => decodeId(id) ?? [])
    where.push(Prisma.sql`(e."subjectType", e."subjectId") IN (SELECT * FROM unnest(
      ${things.map(({ name }) => name)}::text[], ${things.map(({ id }) => id)}::uuid[]))`)
  }
  const { from, to } = filter?.occurredAt ?? {}
  if (from) where.push(Prisma.sql`e."occurredAt" >= ${instantGiven(from)}`)
  if (to) where.push(Prisma.sql`e."occurredAt" < ${instantGiven(to)}`)
  return where
}

type Asked = { accountIds: string[]; where: Prisma.Sql[] }

/** What a viewer is told of, as accounts and conditions. */
function toldTo(viewer: Viewer, accountIds: readonly string[], filter: Filter): Asked {
  const groups = toldWithin(viewer, accountIds)
  const told = groups.map((group) => {
    const subjects = Prisma.sql`e."subjectType" = ANY(${[...group.subjectTypes]}::text[])`
    if (groups.length === 1) return subjects
    return Prisma.sql`(e."accountId" = ANY(${group.accountIds}::uuid[]) AND ${subjects})`
  })
  return {
    accountIds: groups.flatMap((group) => group.accountIds),
    where: [...conditionsOf(filter), ...(told.length ? [anyOf(told)] : [])],
  }
}

const anyOf = (terms: Prisma.Sql[]) => Prisma.sql`(${Prisma.join(terms, ' OR ')})`

/** Of what is this old it may happen while somebody pages that it is kept no more. */
const headroomMs = HOUR

async function logPage(
  ctx: Context,
  asked: Asked,
  after: EventCursor | null,
  first: number | null | undefined,
): Promise<LogList> {
  const { pool } = ctx.db
  const size = pageSize({ first })
  const oldest = ctx.clock.now() - ctx.events.retentionDays * DAY + headroomMs
  const recent = Prisma.sql`e."occurredAt" >= ${timestamptz(oldest)}`
  const { accountIds } = asked
  const where = after ? asked.where : [...asked.where, recent]
  const start = after && (await ctx.events.startAfter(after, accountsWithin(ctx.viewer, listen)))
  const from = start?.from ?? { xid: 0n, seq: 0n }
  const found = await readLog(pool, from, size + 1, accountIds, where)
  const rows: ReadEvent[] = found.events.slice(0, size)
  const last = rows.at(-1)
  // Nothing of what was named can be gone on from yet: something may still come before it.
  const end = start?.isEarly ? lastInLog(pool, accountIds) : after
  return {
    rows,
    hasNextPage: found.events.length > size || (start?.isEarly ?? false),
    hasPreviousPage: after !== null,
    cursorOf: encodeEventCursor,
    resumeAfter: last ? { xid: last.xid, seq: last.seq } : await end,
    count: () => countLog(pool, accountIds, [...asked.where, recent]),
  }
}

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    scopes: listen,
    description:
      'The log of everything that happened in accounts, in the order it was committed, for ' +
      'whoever catches up: read page by page, then subscribe `after` the last cursor. Without ' +
      '`after`, from the oldest that is kept. CURSOR_EXPIRED when that place is not kept any more.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      filter: t.arg({ type: EventFilter, description: 'Which events.' }),
      after: t.arg({ type: 'EventCursor', description: 'Start after this event.' }),
      first: t.arg.int({ description: 'How many, 0 to 100.' }),
    },
    resolve: (_root, { accounts, filter, after, first }, ctx) => {
      const asked = toldTo(ctx.viewer, accountsOf(ctx.viewer, accounts, listen), filter)
      return logPage(ctx, asked, after ?? null, first)
    },
  }),
)
