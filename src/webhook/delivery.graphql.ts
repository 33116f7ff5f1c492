// WebhookDelivery as the graph shows it, with its attempts, and its lists: over accounts, of an
// account, and of an endpoint.

import type { Scope } from '../auth/scope.ts'
import { accountsWithin, may, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import type { PageAsk } from '../db/keyset.ts'
import { poolReader } from '../db/reader.ts'
import { subjectOfType } from '../events/subject.ts'
import { Prisma, type WebhookAttempt, type WebhookDelivery } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, keyOf, nowhere } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { DateTimeRange, refersTo, withinRange } from '../graphql/narrow.ts'
import { findableBy, Node } from '../graphql/node.ts'
import { globalId } from '../graphql/told.ts'
import { attemptsOf } from './attempt.data.ts'
import {
  deliveriesOwnTo,
  deliveriesToClients,
  seenOfClients,
  toOwnClients,
  type SeenEndpoint,
} from './endpoint.data.ts'

const read: readonly Scope[] = ['webhooks:read']
const mostAttempts = 50

/** Null in the same way for what there is not and for what the viewer has nothing to do with. */
async function find(ctx: Context, key: Key): Promise<WebhookDelivery | null> {
  const { viewer, db, load } = ctx
  if (!may(viewer, key.accountId, read)) return null
  const own = deliveriesOwnTo(viewer)
  if (own.length === 0) return load('WebhookDelivery', key)
  const [found] = await poolReader(db)<WebhookDelivery>(Prisma.sql`
    SELECT r.* FROM "WebhookDelivery" r WHERE r."accountId" = ${key.accountId}::uuid
      AND r."id" = ${key.id}::uuid AND ${Prisma.join(own, ' AND ')}`)
  return found ?? null
}

findableBy('WebhookDelivery', find)

const DeliveryState = builder.enumType('WebhookDeliveryState', {
  description: 'What became of a message.',
  values: {
    WAITING: { description: 'It is to be sent, or sent again.' },
    DELIVERED: { description: 'The receiver answered that it has it.' },
    FAILED: { description: 'It was given up; `redeliverWebhook` sends it again.' },
    SKIPPED: { description: 'The format of its endpoint has nothing to say of it: it is done.' },
  },
})

const AttemptType = builder.objectRef<WebhookAttempt>('WebhookAttempt')

AttemptType.implement({
  description: 'One try to send a message.',
  scopes: read,
  fields: (t) => ({
    number: t.exposeInt('number', { description: '1 for the first.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    durationMs: t.exposeInt('durationMs', { description: 'How many milliseconds it took.' }),
    status: t.exposeInt('status', {
      nullable: true,
      description: 'The HTTP status of the answer; null when there was none.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why there was no answer that counts; null when there was one.',
    }),
    answer: t.exposeString('answer', {
      nullable: true,
      description: 'How the body of the answer begins, a few kilobytes; null when none was read.',
    }),
  }),
})

builder.prismaObject('WebhookDelivery', {
  description:
    'One event for one endpoint. Its id is the `webhook-id` of the message, the same over all ' +
    'attempts. It is kept for 30 days after it is done.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id, and the id of the message.',
      resolve: (row) => encodeId('WebhookDelivery', row),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business where it happened. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    endpoint: t.field({
      type: 'WebhookEndpoint',
      nullable: true,
      description:
        'Where it is sent; null when that is gone, or is of an API client that somebody else made.',
      resolve: async ({ accountId, endpointId }, _args, ctx) =>
        (await ctx.load('WebhookEndpoint', { accountId, id: endpointId })) ??
        ofClient(ctx, endpointId),
    }),
    eventType: t.exposeString('eventType', {
      description: 'Type of the event, such as `booking.created`.',
    }),
    subjectId: t.id({
      nullable: true,
      description: 'Global id of what the event is about; null when that has none.',
      resolve: ({ accountId, eventType, subjectId }) =>
        globalId(subjectOfType(eventType), accountId, subjectId),
    }),
    state: t.expose('state', { type: DeliveryState, description: 'What became of it.' }),
    attemptCount: t.exposeInt('attempts', {
      description: 'How often it was tried since it was to be sent, or sent again.',
    }),
    attempts: t.field({
      type: [AttemptType],
      description: `Its last tries, the newest first, at most ${mostAttempts}.`,
      complexity: { field: 1, multiplier: 15 },
      resolve: ({ accountId, id }, _args, ctx) =>
        batched(ctx, 'WebhookDelivery.attempts', { accountId, id }, (keys) =>
          attemptsOf(poolReader(ctx.db), keys, mostAttempts),
        ),
    }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried next, at the earliest; null when it is done.',
      resolve: ({ state, nextAttemptAt }) => (state === 'WAITING' ? nextAttemptAt : null),
    }),
    lastStatus: t.exposeInt('lastStatus', {
      nullable: true,
      description: 'The HTTP status of the last answer; null when there was none.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why the last try had no answer that counts; null when it had one.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it arrived or was given up; null while it waits.',
    }),
  }),
})

function ofClient(ctx: Context, id: string): Promise<SeenEndpoint | null> {
  return batched(ctx, 'WebhookDelivery.endpoint', { accountId: nowhere, id }, async (keys) => {
    const ids = keys.map((key) => key.id)
    const found = await seenOfClients(poolReader(ctx.db), ctx.viewer, ids)
    const byId = new Map(found.map((row) => [row.id, row]))
    return ids.map((each) => byId.get(each) ?? null)
  })
}

const DeliveryConnection = connectionType<WebhookDelivery>('WebhookDelivery', 'WebhookDelivery')

const DeliveryFilter = builder.inputType('WebhookDeliveryFilter', {
  description: 'Narrows a list of messages; what is left out does not narrow.',
  fields: (t) => ({
    endpointIds: t.idList({ description: 'Only to these endpoints.' }),
    states: t.field({ type: [DeliveryState], description: 'Only in one of these states.' }),
    types: t.stringList({ description: 'Only of events of these types.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only made in this time.' }),
  }),
})

type Filter = typeof DeliveryFilter.$inferInput | null | undefined

function listOf(viewer: Viewer, filter: Filter, more: Prisma.Sql[] = []) {
  const { endpointIds, states, types, createdAt } = filter ?? {}
  const where = [...deliveriesOwnTo(viewer), ...more, ...withinRange('createdAt', createdAt)]
  if (endpointIds) {
    const keys = endpointIds.flatMap((id) => keyOf('WebhookEndpoint', id) ?? [])
    const ofClients = keys.filter((key) => key.accountId === nowhere).map((key) => key.id)
    const ofAccounts = refersTo('endpointId', 'WebhookEndpoint', endpointIds)
    // An OR keeps PostgreSQL from the index, so it stands only where it says something.
    const either = () => Prisma.sql`(${ofAccounts} OR ${toOwnClients(viewer, ofClients)})`
    where.push(ofClients.length > 0 ? either() : ofAccounts)
  }
  if (states) where.push(Prisma.sql`r."state"::text = ANY(${[...states]}::text[])`)
  if (types) where.push(Prisma.sql`r."eventType" = ANY(${[...types]}::text[])`)
  const order = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const
  return { table: 'WebhookDelivery', where, order }
}

const filterArg = { type: DeliveryFilter, description: 'Which ones.' }

builder.queryField('webhookDelivery', (t) =>
  t.field({
    type: 'WebhookDelivery',
    nullable: true,
    scopes: read,
    description: 'The message with this id; null when there is none that you may see.',
    args: { id: t.arg.id({ required: true, description: 'Its global id, or `webhook-id`.' }) },
    resolve: (_root, { id }, ctx) => {
      const key = keyOf('WebhookDelivery', id)
      return key && find(ctx, key)
    },
  }),
)

builder.queryField('webhookDeliveries', (t) =>
  t.field({
    type: DeliveryConnection,
    scopes: read,
    description: 'Messages to webhook endpoints over accounts, the newest first.',
    complexity: connectionCost,
    args: { ...accountsArg(t), filter: t.arg(filterArg), ...pageArgs(t) },
    resolve: (_root, args, ctx) =>
      listOverAccounts<WebhookDelivery>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, read),
        listOf(ctx.viewer, args.filter),
        args,
      ),
  }),
)

builder.prismaObjectField('Account', 'webhookDeliveries', (t) =>
  t.field({
    type: DeliveryConnection,
    nullable: true,
    scopes: read,
    description: 'Messages about what happened in the account, the newest first. Null when denied.',
    complexity: connectionCost,
    args: { filter: t.arg(filterArg), ...pageArgs(t) },
    resolve: ({ id }, args, ctx) =>
      listBelow<WebhookDelivery>(
        ctx,
        { accountId: id, id },
        'Account.webhookDeliveries',
        args,
        listOf(ctx.viewer, args.filter),
        args,
      ),
  }),
)

builder.prismaObjectField('WebhookEndpoint', 'deliveries', (t) =>
  t.field({
    type: DeliveryConnection,
    scopes: read,
    description: 'Messages to it, the newest first.',
    complexity: connectionCost,
    args: { filter: t.arg(filterArg), ...pageArgs(t) },
    resolve: ({ accountId, clientId, id }, args, ctx) => {
      const list = listOf(ctx.viewer, args.filter, [Prisma.sql`r."endpointId" = u."parentId"`])
      if (clientId !== null) return overAccounts(ctx, id, list, args)
      const parent = { accountId: accountId ?? nowhere, id }
      return listBelow<WebhookDelivery>(ctx, parent, 'WebhookEndpoint.deliveries', args, list, args)
    },
  }),
)

type List = ReturnType<typeof listOf>

/** Of an endpoint that is told of several accounts: one list over those within reach. */
async function overAccounts(ctx: Context, id: string, list: List, args: PageAsk) {
  const from = deliveriesToClients(accountsWithin(ctx.viewer, read))
  const page = await listBelow<WebhookDelivery & { home: string }>(
    ctx,
    { accountId: nowhere, id },
    'WebhookEndpoint.deliveries of clients',
    args,
    { ...list, from },
    args,
  )
  return { ...page, rows: page.rows.map((row) => ({ ...row, accountId: row.home })) }
}
