// AuditEntry as the graph shows it, and its lists: over accounts, and of an account. What is read
// here was redacted when it was written. Ids in it are global ids wherever the graph has them.

import type { Scope } from '../auth/scope.ts'
import { may, type Viewer } from '../auth/viewer.ts'
import type { Change } from '../events/event.ts'
import { Prisma, type AuditEntry } from '../generated/prisma/client.ts'
import { AuditActor } from '../graphql/actor.ts'
import { builder } from '../graphql/builder.ts'
import { decodeId, encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType, contains } from '../graphql/lists.ts'
import { DateTimeRange, withinRange } from '../graphql/narrow.ts'
import { findable, findNode, Node } from '../graphql/node.ts'
import { forbidden } from '../graphql/scopes.ts'
import { globalId, toldChanges } from '../graphql/told.ts'

const read: readonly Scope[] = ['audit:read']

findable('AuditEntry', read)

const AuditOutcomeType = builder.enumType('AuditOutcome', {
  description: 'What became of it.',
  values: {
    DONE: { description: 'It was done.' },
    REFUSED: { description: 'It was tried, and nothing changed.' },
  },
})

type AccountChange = Change & { accountId: string }

const AuditChange = builder.objectRef<AccountChange>('AuditChange')

AuditChange.implement({
  description:
    'One changed field. Of what tells of a person or was written freely it says that it changed, ' +
    'with "[redacted]" for its values; a secret is never in it.',
  scopes: read,
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Name of the field.' }),
    from: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'What it was: things by global id, instants in RFC 3339; null for nothing. Prices and ' +
        'what was paid need `payments:read`, too.',
      resolve: (change, _args, { viewer }) => shown(viewer, change, change.from),
    }),
    to: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'What it is since, or was meant to be; null for nothing. Prices and what was paid need ' +
        '`payments:read`, too.',
      resolve: (change, _args, { viewer }) => shown(viewer, change, change.to),
    }),
  }),
})

const money: readonly Scope[] = [...read, 'payments:read']

function shown(viewer: Viewer, { accountId, field }: AccountChange, value: unknown): unknown {
  if (tellsMoney(field, value) && !may(viewer, accountId, money)) throw forbidden(money)
  return value
}

/** Amounts are stored in minor units, and named so; some stand inside of objects. */
function tellsMoney(field: string, value: unknown): boolean {
  if (field.endsWith('Minor')) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inner]) => tellsMoney(name, inner))
}

builder.prismaObject('AuditEntry', {
  description:
    'Who did, or tried to do, what to which thing, when and from where. Written with the change ' +
    'itself, and never changed; kept as long as the gateway is set to keep it.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id.',
      resolve: (row) => encodeId('AuditEntry', row),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When.' }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business that it concerns. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    action: t.exposeString('action', {
      description: 'Noun and verb, such as `booking.cancelled` or `key.rotated`.',
    }),
    outcome: t.expose('outcome', {
      type: AuditOutcomeType,
      description: 'Whether it was done.',
    }),
    actor: t.field({ type: AuditActor, description: 'Who.', resolve: (entry) => entry }),
    subjectType: t.exposeString('subjectType', {
      description: 'What kind of thing it was done to, such as `Booking` or `ApiKey`.',
    }),
    subjectId: t.id({
      nullable: true,
      description:
        'Global id of that thing, also when it is gone; null when there was none or it has none.',
      resolve: ({ accountId, subjectType, subjectId }) =>
        globalId(subjectType, accountId, subjectId),
    }),
    subject: t.field({
      type: Node,
      nullable: true,
      description: 'That thing as it is now; null when it is gone, or you may not see it.',
      resolve: ({ accountId, subjectType, subjectId }, _args, ctx) => {
        const id = globalId(subjectType, accountId, subjectId)
        return id === null ? null : findNode(ctx, id)
      },
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'The `X-Request-Id` of the request; null for what the gateway does by itself.',
    }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'Network address that it came from; null for what the gateway does by itself.',
    }),
    changes: t.field({
      type: [AuditChange],
      description: 'What changed; of a refused attempt what was asked for. Empty when nothing is.',
      resolve: ({ accountId, changes }) =>
        toldChanges(accountId, changes as Change[]).map((change) => ({ ...change, accountId })),
    }),
  }),
})

const AuditEntryConnection = connectionType<AuditEntry>('AuditEntry', 'AuditEntry')

const AuditLogFilter = builder.inputType('AuditLogFilter', {
  description: 'Narrows an audit log; what is left out does not narrow.',
  fields: (t) => ({
    actions: t.stringList({ description: 'Only these, such as `key.rotated`.' }),
    subjectTypes: t.stringList({ description: 'Only what was done to these kinds of things.' }),
    subjectId: t.id({ description: 'Only what was done to this thing, by its global id.' }),
    actorIds: t.idList({ description: 'Only by these credentials or users, by global id.' }),
    userIds: t.idList({ description: 'Only by these people, whatever credential they used.' }),
    outcome: t.field({ type: AuditOutcomeType, description: 'Only what was done, or refused.' }),
    occurredAt: t.field({ type: DateTimeRange, description: 'Only in this time.' }),
    search: t.string({
      description: 'Part of the action, or of the name of who did it; case does not matter.',
    }),
  }),
})

type Filter = typeof AuditLogFilter.$inferInput | null | undefined

/** Ids that are none, or of something that neither acts nor is acted upon, are those of nobody. */
function rowIds(ids: readonly string[]): string[] {
  return ids.flatMap((id) => decodeId(id)?.id ?? [])
}

function conditionsOf(filter: Filter): Prisma.Sql[] {
  if (!filter) return []
  const { actions, subjectTypes, subjectId, actorIds, userIds, outcome, occurredAt, search } =
    filter
  const where = [...withinRange('occurredAt', occurredAt)]
  if (actions) where.push(Prisma.sql`r."action" = ANY(${[...actions]}::text[])`)
  if (subjectTypes) where.push(Prisma.sql`r."subjectType" = ANY(${[...subjectTypes]}::text[])`)
  if (subjectId != null) {
    const thing = decodeId(subjectId)
    where.push(
      thing
        ? Prisma.sql`(r."subjectId" = ${thing.id} AND r."subjectType" = ${thing.name})`
        : Prisma.sql`false`,
    )
  }
  if (actorIds) where.push(Prisma.sql`r."actorId" = ANY(${rowIds(actorIds)}::text[])`)
  if (userIds) where.push(Prisma.sql`r."userId" = ANY(${rowIds(userIds)}::uuid[])`)
  if (outcome) where.push(Prisma.sql`r."outcome" = ${outcome}::"AuditOutcome"`)
  if (search != null) {
    where.push(Prisma.sql`(${contains('action', search)} OR ${contains('actorName', search)})`)
  }
  return where
}

const lists = listFields({
  type: AuditEntryConnection,
  table: 'AuditEntry',
  scopes: read,
  args: (t) => ({ filter: t.arg({ type: AuditLogFilter, description: 'Which entries.' }) }),
  where: ({ filter }) => conditionsOf(filter),
  order: () => ({ column: 'occurredAt', type: 'timestamptz', direction: 'DESC' }),
})

lists.over('auditLog', 'Who did what over accounts, the newest first.')
lists.below(
  'Account',
  'auditLog',
  'Who did what in the account, the newest first. Null when denied.',
)
