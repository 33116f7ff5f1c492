// /admin/webhooks: who is told what happens.

import { z } from 'zod'
import { words } from '../fields.ts'
import { noBody, route } from '../route.ts'
import { utcText } from '../times.ts'
import { namesOfTypes, theirNames, typesOfNames } from '../webhooks.ts'
import { listExample, listNote, listOf, listQuery, listSchema, pageOf } from './pages.ts'
import { accountField, accountOf, nothing, numberIn } from './suite.ts'
import { format } from './webhook-format.ts'

const name = 'calendesk'
const fields = 'serial url types createdAt'

type WebhookData = { serial: number; url: string; types: string[]; createdAt: Date }

const eventNames = theirNames(format)
const event = z.enum(eventNames, `has to be one of ${eventNames.join(', ')}`)

const schema = z.object({
  id: z.int(),
  url: z.string(),
  events: z.array(event),
  created_at: z.iso.datetime(),
})

const sent = {
  url: 'https://your-app.com/webhooks',
  events: ['booking_created', 'booking_updated', 'booking_paid', 'user_created'],
}

const example = { id: 1, ...sent, created_at: '2026-03-30T08:00:00Z' }

function webhookOf({ serial, url, types, createdAt }: WebhookData): z.input<typeof schema> {
  return {
    id: serial,
    url,
    events: namesOfTypes(format, types),
    created_at: utcText(createdAt),
  }
}

export const createWebhook = route({
  name: 'createWebhook',
  summary: 'Register a webhook',
  description:
    'Messages are POSTed as `{ event, data }`. Ours: `data` is the booking (its service by name ' +
    'only) or the user; messages are signed as Standard Webhooks says (headers `webhook-id`, ' +
    '`webhook-timestamp`, `webhook-signature`), by the `secret`, which is shown here once and ' +
    'never again; `booking_updated` tells of every change but cancelling and paying, ' +
    '`user_updated` also of users who become inactive.',
  group: 'webhooks',
  method: 'POST',
  path: '/admin/webhooks',
  query: z.object({}),
  body: z.object({
    url: words(2000),
    events: z.array(event).min(1, 'has to name at least one').max(50, 'names more than 50'),
  }),
  before: [{ document: `query CalendeskAccount { ${accountField} }`, variables: () => ({}) }],
  document: `mutation CalendeskCreateWebhook($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) {
      ... on CreateWebhookEndpointSuccess { secret data { ${fields} } }
      ... on ValidationError { issues { path message } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      accountId: accountOf(found).id,
      url: body.url,
      types: typesOfNames(format, body.events),
      format: name,
    },
  }),
  answer: {
    status: 201,
    description: 'The webhook and its secret; null for a credential that may not read webhooks.',
    schema: schema.extend({ secret: z.string().nullable() }).nullable(),
  },
  reply: ({
    createWebhookEndpoint: { data, secret },
  }: {
    createWebhookEndpoint: { data: WebhookData | null; secret: string | null }
  }) => data && { ...webhookOf(data), secret },
  example: { body: sent, answer: { ...example, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } },
})

export const listWebhooks = route({
  name: 'listWebhooks',
  summary: 'List webhooks',
  description: `Those that were registered here, the newest first, without secrets. ${listNote}`,
  group: 'webhooks',
  method: 'GET',
  path: '/admin/webhooks',
  query: z.object(listQuery),
  document: `query CalendeskWebhooks($first: Int, $skip: Int) {
    webhookEndpoints(filter: { formats: ["${name}"] }, first: $first, skip: $skip) {
      totalCount nodes { ${fields} }
    }
  }`,
  variables: ({ query }) => pageOf(query),
  answer: { status: 200, description: 'A page of webhooks.', schema: listSchema(schema) },
  reply: (
    {
      webhookEndpoints: { totalCount, nodes },
    }: {
      webhookEndpoints: { totalCount: number; nodes: WebhookData[] }
    },
    { query },
    _found,
    base,
  ) => listOf({ totalCount, items: nodes.map(webhookOf) }, query, `${base}/admin/webhooks`),
  example: { query: { limit: '10' }, answer: listExample(example) },
})

export const deleteWebhook = route({
  name: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'Nothing is sent to it any more. Ours: the answer has no body.',
  group: 'webhooks',
  method: 'DELETE',
  path: '/admin/webhooks/:id',
  query: z.object({}),
  before: [
    {
      document: `query CalendeskWebhook($numbers: [Int!]!) {
        webhookEndpoints(filter: { serials: $numbers, formats: ["${name}"] }, first: 1) {
          nodes { id }
        }
      }`,
      variables: ({ path }) => ({ numbers: [numberIn(path, 'webhook')] }),
    },
  ],
  document: `mutation CalendeskDeleteWebhook($input: DeleteWebhookEndpointInput!) {
    deleteWebhookEndpoint(input: $input) {
      ... on DeleteWebhookEndpointSuccess { data { id } }
      ... on Refusal { code message path }
    }
  }`,
  variables: (_input, found) => ({
    input: { id: found.webhookEndpoints.nodes[0]?.id ?? nothing },
  }),
  refusals: { NOT_FOUND: { code: 'not_found', message: 'No webhook has this id.' } },
  answer: { status: 204, description: 'It is gone.', schema: noBody },
  reply: () => undefined,
  example: { path: { id: '1' } },
})
