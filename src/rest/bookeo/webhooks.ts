// Webhooks: one for each pair of domain and type of an api key.

import { z } from 'zod'
import { Absent, noBody } from '../route.ts'
import { text, words } from '../fields.ts'
import { accountOf, bookeoRoute, fault, lang, type Account } from './route.ts'
import { timeOf } from './times.ts'
import { domains, told, types, type Domain, type Type } from './told.ts'

type EndpointData = {
  id: string
  url: string
  types: string[]
  disabledAt: Date | null
  disabledReason: string | null
}

const endpointFields = 'id url types disabledAt disabledReason'

const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  domain: z.enum(domains),
  type: z.enum(types),
  blockedTime: z.string().optional(),
  blockedReason: z.string().optional(),
})

const webhookExample: z.output<typeof webhookSchema> = {
  id: 'FwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  url: 'https://app.example.com/bookeo',
  domain: 'bookings',
  type: 'created',
}

const textOf = (names: readonly string[]) => names.toSorted().join(' ')

function pairOf({ types: own }: EndpointData): { domain: Domain; type: Type } | null {
  for (const domain of domains) {
    for (const type of types) {
      if (textOf(told[domain][type]) === textOf(own)) return { domain, type }
    }
  }
  return null
}

/** None for an endpoint that was made otherwise. */
function webhookOf(endpoint: EndpointData, account: Account): z.input<typeof webhookSchema>[] {
  const pair = pairOf(endpoint)
  const { id, url, disabledAt, disabledReason } = endpoint
  if (!pair) return []
  return [
    {
      id,
      url,
      ...pair,
      ...(disabledAt !== null && { blockedTime: timeOf(disabledAt, account) }),
      ...(disabledAt !== null && { blockedReason: disabledReason ?? 'Disabled.' }),
    },
  ]
}

const all = {
  document: `query BookeoWebhooks {
    webhookEndpoints(filter: { formats: ["bookeo"] }, first: 100) { nodes { ${endpointFields} } }
  }`,
  variables: () => ({}),
}

type Endpoints = { webhookEndpoints: { nodes: EndpointData[] } }

const listWebhooks = bookeoRoute({
  name: 'listWebhooks',
  summary: 'List the webhooks of the api key',
  method: 'GET',
  path: '/webhooks',
  query: z.object(lang),
  ...all,
  answer: {
    status: 200,
    description: 'All of them.',
    schema: z.object({ data: z.array(webhookSchema) }),
  },
  reply: ({ webhookEndpoints: { nodes } }: Endpoints, _input, found) => ({
    data: nodes.flatMap((each) => webhookOf(each, accountOf(found))),
  }),
  example: { answer: { data: [webhookExample] } },
})

const sentWebhook = z.object({
  url: words(2000),
  domain: z.enum(domains, `has to be one of ${domains.join(', ')}`),
  type: z.enum(types, `has to be one of ${types.join(', ')}`),
  description: text(200).nullish(),
})

function typesOf({ domain, type }: z.output<typeof sentWebhook>): readonly string[] {
  const found = told[domain][type]
  if (found.length > 0) return found
  throw fault('type', `is "${type}", and ${domain} are only created here`)
}

type Made = { createWebhookEndpoint: { data: EndpointData } }

const createWebhook = bookeoRoute({
  name: 'createWebhook',
  summary: 'Be told of something',
  description:
    'Another for the same domain and type replaces the one before, and ends a block. Payments are ' +
    'only created here. Waits between tries are ours: 10 seconds, 1, 5 and 30 minutes, 2, 6 and ' +
    '12 hours; 20 failures in a row block a webhook.',
  method: 'POST',
  path: '/webhooks',
  query: z.object(lang),
  body: sentWebhook,
  document: `mutation BookeoWebhook($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) {
      ... on CreateWebhookEndpointSuccess { data { ${endpointFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      accountId: accountOf(found).id,
      url: body.url,
      types: typesOf(body),
      format: 'bookeo',
      replaces: true,
    },
  }),
  answer: { status: 201, description: 'The webhook.', schema: webhookSchema },
  headers: ({ createWebhookEndpoint: { data } }: Made, _input, base) => ({
    location: `${base}/webhooks/${data.id}`,
  }),
  reply: ({ createWebhookEndpoint: { data } }: Made, _input, found) =>
    webhookOf(data, accountOf(found))[0]!,
  example: {
    body: { url: 'https://app.example.com/bookeo', domain: 'bookings', type: 'created' },
    answer: webhookExample,
  },
})

function only({ webhookEndpoints: { nodes } }: Endpoints, id: string | undefined): EndpointData {
  const found = nodes.find((each) => each.id === id)
  if (!found) throw new Absent('No webhook has this id.')
  return found
}

const getWebhook = bookeoRoute({
  name: 'getWebhook',
  summary: 'Get a webhook',
  method: 'GET',
  path: '/webhooks/:id',
  query: z.object(lang),
  ...all,
  answer: { status: 200, description: 'The webhook.', schema: webhookSchema },
  reply: (data: Endpoints, { path }, found) => {
    const [webhook] = webhookOf(only(data, path['id']), accountOf(found))
    if (!webhook) throw new Absent('No webhook has this id.')
    return webhook
  },
  example: { path: { id: webhookExample.id }, answer: webhookExample },
})

const deleteWebhook = bookeoRoute({
  name: 'deleteWebhook',
  summary: 'Be told no more',
  method: 'DELETE',
  path: '/webhooks/:id',
  query: z.object(lang),
  before: [all],
  document: `mutation BookeoDeleteWebhook($input: DeleteWebhookEndpointInput!) {
    deleteWebhookEndpoint(input: $input) {
      ... on DeleteWebhookEndpointSuccess { __typename } ... on Refusal { code message path }
    }
  }`,
  variables: ({ path }, found) => ({ input: { id: only(found as Endpoints, path['id']).id } }),
  answer: { status: 204, description: 'Nothing is told any more.', schema: noBody },
  reply: () => undefined,
  example: { path: { id: webhookExample.id } },
})

export const webhookRoutes = [listWebhooks, createWebhook, getWebhook, deleteWebhook]
