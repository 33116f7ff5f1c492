// WebhookEndpoint as the graph shows it. Neither its secret nor the values of its headers are among
// its fields.

import { seenClients, type SeenClient } from '../access/client.data.ts'
import type { Scope } from '../auth/scope.ts'
import { accountsWithin, may } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, nowhere } from '../graphql/ids.ts'
import { findableBy, Node } from '../graphql/node.ts'
import { userName } from '../graphql/user-name.ts'
import { seenOfClients, type EndpointRow } from './endpoint.data.ts'
import { filterThings, type CustomHeader, type EventFilter, type FilterField } from './endpoint.ts'

const read: readonly Scope[] = ['webhooks:read']

findableBy('WebhookEndpoint', async (ctx, key) => {
  const { viewer, load } = ctx
  if (key.accountId === nowhere) return endpointOfClient(ctx, key)
  if (!may(viewer, key.accountId, read)) return null
  const row = await load('WebhookEndpoint', key)
  const isOthers = viewer.kind === 'INSTALLATION' && row?.installationId !== viewer.id
  return isOthers ? null : row
})

function endpointOfClient(ctx: Context, key: Key): Promise<EndpointRow | null> {
  return batched(ctx, 'WebhookEndpoint.ofClient', key, async (keys) => {
    const ids = keys.map(({ id }) => id)
    const found = await seenOfClients(poolReader(ctx.db), ctx.viewer, ids)
    const byId = new Map(found.map((row) => [row.id, row]))
    return ids.map((id) => byId.get(id) ?? null)
  })
}

const states = ['ACTIVE', 'PAUSED', 'DISABLED'] as const

export const EndpointState = builder.enumType('WebhookEndpointState', {
  description: 'Whether anything is sent to an endpoint.',
  values: {
    ACTIVE: { description: 'It is sent what it wants.' },
    PAUSED: { description: 'Somebody paused it: what it wants waits, and is sent afterwards.' },
    DISABLED: {
      description:
        'It failed for days, or too often in a row for its format, or said that it is gone: nothing ' +
        'is sent or kept for it. ' +
        '`enableWebhookEndpoint` ends this, `replayWebhooks` sends what was missed.',
    },
  },
})

function stateOf({ disabledAt, pausedAt }: EndpointRow): (typeof states)[number] {
  return disabledAt ? 'DISABLED' : pausedAt ? 'PAUSED' : 'ACTIVE'
}

type ShownFilter = { accountId: string; filter: EventFilter }

const FilterType = builder.objectRef<ShownFilter>('WebhookFilter')

const shownIds =
  (field: FilterField) =>
  ({ accountId, filter }: ShownFilter) =>
    filter[field]?.map((id) =>
      encodeId(filterThings[field], { accountId: filter.homes?.[id] ?? accountId, id }),
    )

FilterType.implement({
  description: 'Which events of its types an endpoint is told of; what is null does not narrow.',
  scopes: read,
  fields: (t) => ({
    serviceIds: t.idList({
      nullable: true,
      description: 'Only about these services.',
      resolve: shownIds('serviceIds'),
    }),
    staffIds: t.idList({
      nullable: true,
      description: 'Only about one of these staff members, before or after.',
      resolve: shownIds('staffIds'),
    }),
    customerIds: t.idList({
      nullable: true,
      description: 'Only about these customers.',
      resolve: shownIds('customerIds'),
    }),
    bookingIds: t.idList({
      nullable: true,
      description: 'Only about these bookings.',
      resolve: shownIds('bookingIds'),
    }),
    linkIds: t.idList({
      nullable: true,
      description: 'Only about bookings through these booking links.',
      resolve: shownIds('linkIds'),
    }),
  }),
})

/** The account in its global id. */
const homeOf = ({ accountId, clientId }: EndpointRow) =>
  clientId === null && accountId !== null ? accountId : nowhere

builder.prismaObject('WebhookEndpoint', {
  description:
    'A URL that is told by HTTP POST what happens in an account, or wherever an API client reaches, ' +
    'signed as Standard Webhooks ' +
    'says. It is told what its own scopes and the present role of whoever made it both allow; when ' +
    'that person has left the account, it is disabled, until somebody enables it as their own.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id.',
      resolve: (row) => encodeId('WebhookEndpoint', { accountId: homeOf(row), id: row.id }),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description:
        'The business whose events it is told. Null for one of an API client, or when denied.',
      resolve: (row, _args, ctx) =>
        ctx.load('Account', { accountId: homeOf(row), id: homeOf(row) }),
    }),
    client: t.field({
      type: 'ApiClient',
      nullable: true,
      scopes: ['clients:read'],
      description:
        'The API client that it is of: it is told the events of every account that the client ' +
        'reaches at the time, and only the client’s maker sees it. Null for one of an account, or ' +
        'when denied.',
      resolve: ({ clientId }, _args, ctx) => (clientId === null ? null : clientOf(ctx, clientId)),
    }),
    installation: t.field({
      type: 'Installation',
      nullable: true,
      scopes: ['apps:read'],
      description:
        'The application in the account that made it, and with whose key it ends. Null when it was ' +
        'none, or when denied.',
      resolve: ({ accountId, installationId }, _args, ctx) =>
        accountId && installationId
          ? ctx.load('Installation', { accountId, id: installationId })
          : null,
    }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    url: t.exposeString('url', { description: 'Where messages are sent.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it is for; null when nobody said.',
    }),
    types: t.exposeStringList('types', {
      description: 'Which events, such as `booking.created`, `booking.*` or `*`.',
    }),
    filter: t.field({
      type: FilterType,
      description: 'Which of those.',
      resolve: ({ accountId, filter }) => ({
        accountId: accountId ?? nowhere,
        filter: (filter ?? {}) as EventFilter,
      }),
    }),
    format: t.exposeString('format', {
      description: 'How messages look and are signed: `standard`, or as the dialect of this name.',
    }),
    document: t.exposeString('document', {
      nullable: true,
      description: 'The query that makes `data` of a message; null for the usual content.',
    }),
    scopes: t.exposeStringList('scopes', { description: 'What it is shown, and its document.' }),
    headerNames: t.stringList({
      description: 'Names of the headers that are sent along; their values are not shown.',
      resolve: ({ headersSealed }, _args, { sealer }) => {
        if (!headersSealed) return []
        const headers = JSON.parse(sealer.open(headersSealed)) as CustomHeader[]
        return headers.map(({ name }) => name)
      },
    }),
    state: t.field({
      type: EndpointState,
      description: 'Whether anything is sent.',
      resolve: stateOf,
    }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is paused; null when it is not.',
    }),
    disabledAt: t.expose('disabledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is disabled; null when it is not.',
    }),
    disabledReason: t.exposeString('disabledReason', {
      nullable: true,
      description: 'Why it was disabled; null when it is not.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when every message failed; null when the last one arrived.',
    }),
    failureCount: t.exposeInt('failureCount', {
      description: 'How many tries in a row failed, up to the last one.',
    }),
    lostCount: t.exposeInt('lostCount', {
      description: 'How many messages were given up since one last arrived.',
    }),
    previousSecretUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Until when messages are signed by the secret before the last rotation as well; null when ' +
        'they are not.',
      resolve: ({ previousUntil }, _args, { clock }) =>
        previousUntil && previousUntil.getTime() > clock.now() ? previousUntil : null,
    }),
    version: t.exposeInt('version', { description: 'Grows with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    createdBy: t.string({
      nullable: true,
      description: 'The name of whoever made it; null when that was nobody.',
      resolve: ({ createdById }, _args, ctx) => createdById && userName(ctx, createdById),
    }),
  }),
})

function clientOf(ctx: Context, id: string): Promise<SeenClient | null> {
  const within = accountsWithin(ctx.viewer, ['clients:read'])
  return batched(ctx, 'WebhookEndpoint.client', { accountId: nowhere, id }, (keys) =>
    seenClients(
      poolReader(ctx.db),
      within,
      keys.map((key) => key.id),
    ),
  )
}
