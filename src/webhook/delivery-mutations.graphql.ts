// The mutations about messages: show one beforehand, send a test, send one again, replay many.

import type { Key } from '../db/id.ts'
import { notFound } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { decodeId, demandKey, encodeId } from '../graphql/ids.ts'
import { instantOf } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import {
  redeliverWebhook,
  replayWebhooks,
  testWebhookEndpoint,
  webhookDryRun,
  type DryRun,
  type Replay,
} from './delivery.actions.ts'
import type { EndpointKey } from './held.actions.ts'
import { demandEndpoint } from './input.graphql.ts'

const needs = ['webhooks:write'] as const
const thisOne = { required: true, description: 'The endpoint.' } as const

type Header = { name: string; value: string }

const WebhookHeader = builder.objectRef<Header>('WebhookHeader').implement({
  description: 'A header of a message.',
  open: 'It is guarded by the field that holds it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, in lower case.' }),
    value: t.exposeString('value', {
      description: 'Its value; "[hidden]" for signatures and for headers of the endpoint’s own.',
    }),
  }),
})

const WebhookDryRun = builder.objectRef<DryRun>('WebhookDryRun').implement({
  description: 'What would be sent.',
  scopes: needs,
  fields: (t) => ({
    eventType: t.string({
      description: 'Type of the event that it is for.',
      resolve: ({ event }) => event.type,
    }),
    eventId: t.id({
      description: 'Global id of that event.',
      resolve: ({ event }) => encodeId('AccountEvent', event),
    }),
    headers: t.field({
      type: [WebhookHeader],
      description: 'The headers, without anything secret.',
      resolve: ({ headers }) => Object.entries(headers).map(([name, value]) => ({ name, value })),
    }),
    body: t.exposeString('body', { description: 'The body, to the last character.' }),
    errors: t.exposeStringList('errors', {
      description: 'What went wrong in the document; the receiver gets it as `errors`.',
    }),
  }),
})

mutation('webhookDryRun', {
  description:
    'Shows what would be sent to an endpoint for an event, and sends nothing. Whoever asks must ' +
    'hold all scopes of the endpoint.',
  scopes: needs,
  data: WebhookDryRun,
  dataDescription: 'What would be sent.',
  input: (t) => ({
    id: t.id(thisOne),
    eventId: t.id({
      description:
        'An event of the account that the endpoint is told of, as `events` or `bookingEvents` ' +
        'names it; left out, the latest of them.',
    }),
    document: t.string({
      description: 'A document to try instead of the endpoint’s own; nothing is changed.',
    }),
  }),
  resolve: ({ id, eventId, document }, ctx) => {
    const key = demandEndpoint(id)
    return webhookDryRun(ctx, key, { event: eventKey(key, eventId), document })
  },
})

function eventKey({ accountId }: EndpointKey, eventId: string | null | undefined): Key | null {
  if (eventId == null) return null
  const parts = decodeId(eventId)
  const isEvent = parts?.name === 'BookingEvent' || parts?.name === 'AccountEvent'
  const isElsewhere = accountId !== null && parts?.accountId !== accountId
  if (!isEvent || isElsewhere) throw notFound('AccountEvent', 'eventId')
  return { accountId: parts.accountId, id: parts.id }
}

mutation('testWebhookEndpoint', {
  description:
    'Sends a message of type `webhook.test` to an endpoint, the way that every message goes. Its ' +
    'delivery shows what became of it.',
  scopes: needs,
  data: 'WebhookDelivery',
  dataDescription: 'The message, which waits to be sent.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({ id: t.id(thisOne) }),
  resolve: ({ id }, ctx) => testWebhookEndpoint(ctx, demandEndpoint(id)),
})

mutation('redeliverWebhook', {
  description:
    'Sends a message again, with the same id, whether it arrived, was given up or still waits.',
  scopes: needs,
  data: 'WebhookDelivery',
  dataDescription: 'The message, which waits to be sent.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({ id: t.id({ required: true, description: 'The delivery.' }) }),
  resolve: ({ id }, ctx) => redeliverWebhook(ctx, demandKey('WebhookDelivery', id, 'id')),
})

const WebhookReplay = builder.objectRef<Replay>('WebhookReplay').implement({
  description: 'What is sent again.',
  scopes: needs,
  fields: (t) => ({
    count: t.exposeInt('count', {
      description: 'How many messages are to be sent because of this; not those that waited.',
    }),
    endpoint: t.field({
      type: 'WebhookEndpoint',
      nullable: true,
      description: 'Where to. Null when denied.',
      resolve: ({ endpoint }) => endpoint,
    }),
  }),
})

mutation('replayWebhooks', {
  description:
    'Sends everything that an endpoint wants of a stretch of time, whether it was sent before or ' +
    'not. What was sent before keeps its id, so that a receiver can tell. CURSOR_EXPIRED for a ' +
    'time of which events are not kept any more, LIMIT_REACHED for more than 50000 events.',
  scopes: needs,
  data: WebhookReplay,
  dataDescription: 'What is sent again.',
  refusals: ['ILLEGAL_TRANSITION', 'CURSOR_EXPIRED', 'LIMIT_REACHED'],
  input: (t) => ({
    id: t.id(thisOne),
    since: t.field({ type: 'DateTime', required: true, description: 'From this instant on.' }),
    until: t.field({ type: 'DateTime', description: 'Before this instant; left out, until now.' }),
    onlyMissed: t.boolean({
      description: 'True leaves out what has arrived; false when left out.',
    }),
  }),
  resolve: ({ id, since, until, onlyMissed }, ctx) =>
    replayWebhooks(ctx, demandEndpoint(id), {
      since: instantOf(since, 'since'),
      until: until ? instantOf(until, 'until') : null,
      onlyMissed: onlyMissed ?? false,
    }),
})
