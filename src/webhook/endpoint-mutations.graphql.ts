// The mutations that make, change, rotate, enable and delete webhook endpoints.

import { eventTypes } from '../events/subject.ts'
import { builder } from '../graphql/builder.ts'
import { demandOne, givenFields } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { createWebhookEndpoint } from './create-endpoint.actions.ts'
import {
  deleteWebhookEndpoint,
  enableWebhookEndpoint,
  rotateWebhookSecret,
  updateWebhookEndpoint,
} from './endpoint.actions.ts'
import { demandEndpoint, plainFilter, WebhookFilterInput } from './input.graphql.ts'

const WebhookHeaderInput = builder.inputType('WebhookHeaderInput', {
  description: 'A header that is sent along with every message.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Its name, such as `Authorization`; none that the gateway sets itself.',
    }),
    value: t.string({
      required: true,
      description: 'Its value, at most 4096 ASCII characters; stored encrypted, never shown.',
    }),
  }),
})

const url = {
  description:
    'Where messages are sent: `https://` and a host in the public internet, at most 2000 ' +
    'characters. Redirects are not followed.',
}
const types = {
  description:
    `Which events: \`*\`, all of a noun such as \`booking.*\`, or some of ${eventTypes.join(', ')}. ` +
    'Those that the scopes do not show are not sent.',
}
const scopes = {
  description:
    'What it is shown, such as `bookings:read`; each of them you must hold in the account.',
}

const terms = (t: InputBuilder) => ({
  description: t.string({ description: 'What it is for; null for nothing.' }),
  filter: t.field({
    type: WebhookFilterInput,
    description: 'Which events of those types; replaces the one before, null for all.',
  }),
  format: t.string({
    description:
      'How messages look and are signed: `standard` at first (Standard Webhooks), or as a dialect ' +
      'has it, by its name.',
  }),
  document: t.string({
    description:
      'One query, at most 10000 characters, whose answer is `data` of each message; null for the ' +
      'usual content. It is run with the scopes of the endpoint. It may declare $event, $account, ' +
      '$subject, $booking, $service, $customer, $session, $link (ID; null for what the event is ' +
      'not about), $staff ([ID!]), $type (String) and $occurredAt (DateTime).',
  }),
  headers: t.field({
    type: [WebhookHeaderInput],
    description: 'Headers that are sent along, at most 20; replaces all, null for none.',
  }),
})

const clearable = ['description', 'filter', 'document', 'headers'] as const

const needs = ['webhooks:write'] as const
const secretDescription = 'The secret that messages are signed by, `whsec_` and base64.'
const thisOne = { required: true, description: 'The endpoint.' } as const

mutation('createWebhookEndpoint', {
  description:
    'Has a URL told what happens in an account, or wherever an API client reaches, from now on. It ' +
    'is shown what its scopes show, which you must hold yourself; for a client, no more than that ' +
    'has. What an application makes ends with its key.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The new endpoint.',
  secretDescription: `${secretDescription} None where that of the application signs.`,
  refusals: ['LIMIT_REACHED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({
      description: 'The account; it has at most 100. Exactly one of account and client.',
    }),
    clientId: t.id({
      description:
        'An API client that you made, for the events of every account that it reaches at the time; ' +
        'it has at most 100. You must hold `webhooks:write`, and the scopes, in all of them.',
    }),
    url: t.string({ required: true, ...url }),
    types: t.stringList({ required: true, ...types }),
    scopes: t.stringList({
      description:
        `${scopes.description} May be left out in a format of a dialect: all of yours then that ` +
        'show something.',
    }),
    ...terms(t),
    replaces: t.boolean({
      description:
        'True: it takes the place of those of the same owner (the account, the application or the ' +
        'client) that have the same format and types, which end in the same step.',
    }),
    idempotencyKey: t.string({
      description:
        'Said again within 24 hours, gives the first answer and does nothing more; but without the ' +
        'secret: rotate it if the first answer was lost.',
    }),
  }),
  resolve: ({ accountId, clientId, idempotencyKey, ...input }, ctx) => {
    const { model, ...owner } = demandOne(
      { accountId, clientId },
      { accountId: 'Account', clientId: 'ApiClient' },
    )
    const account = model === 'Account' ? owner.id : null
    const whose = account === null ? { clientId: owner.id } : { accountId: account }
    const terms = {
      url: input.url,
      types: [...new Set(input.types)],
      scopes: input.scopes ? [...new Set(input.scopes)] : null,
      description: input.description || null,
      filter: plainFilter(ctx.viewer, account, input.filter ?? null),
      format: input.format ?? 'standard',
      document: input.document || null,
      headers: input.headers ?? [],
      replaces: input.replaces ?? false,
    }
    return createWebhookEndpoint(ctx, whose, terms, idempotencyKey)
  },
})

mutation('updateWebhookEndpoint', {
  description:
    'Changes an endpoint, or pauses it. What is left out stays. Whoever changes what is sent, or ' +
    'where to, must hold all scopes that it then has. What waits is sent as it is after the change.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The endpoint as it is now.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id(thisOne),
    url: t.string(url),
    types: t.stringList(types),
    scopes: t.stringList(scopes),
    ...terms(t),
    paused: t.boolean({
      description: 'True: nothing is sent until it is false again; what happens then waits.',
    }),
    expectedVersion: t.int({
      description: 'Refused with VERSION_CONFLICT when it has another version by now.',
    }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandEndpoint(id)
    const given = givenFields(input, clearable)
    const { description, document, filter, headers, types: chosen, scopes: held, ...rest } = given
    const change = {
      ...rest,
      ...(description !== undefined && { description: description || null }),
      ...(document !== undefined && { document: document || null }),
      ...(filter !== undefined && { filter: plainFilter(ctx.viewer, key.accountId, filter) }),
      ...(headers !== undefined && { headers: headers ?? [] }),
      ...(chosen && { types: [...new Set(chosen)] }),
      ...(held && { scopes: [...new Set(held)] }),
    }
    return updateWebhookEndpoint(ctx, key, change, expectedVersion)
  },
})

mutation('rotateWebhookSecret', {
  description:
    'Gives an endpoint another secret. For a while messages are signed by both, so that the ' +
    'receiver can change over; by one from before that no more.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The endpoint as it is now.',
  secretDescription,
  input: (t) => ({
    id: t.id(thisOne),
    overlapSeconds: t.int({
      description:
        'How long the secret before goes on signing: 0 (not at all) to 604800 (7 days); a day ' +
        '(86400) when left out.',
    }),
  }),
  resolve: ({ id, overlapSeconds }, ctx) =>
    rotateWebhookSecret(ctx, demandEndpoint(id), overlapSeconds ?? undefined),
})

mutation('enableWebhookEndpoint', {
  description:
    'Sends again to an endpoint that was disabled. What happened meanwhile is not sent by this: ' +
    '`replayWebhooks` does that. One whose maker has left the account becomes yours; you must hold ' +
    'its scopes. Twice is once.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The endpoint as it is now.',
  input: (t) => ({ id: t.id(thisOne) }),
  resolve: ({ id }, ctx) => enableWebhookEndpoint(ctx, demandEndpoint(id)),
})

mutation('deleteWebhookEndpoint', {
  description: 'Deletes an endpoint, with what waits for it and the record of what was sent.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The endpoint as it was.',
  input: (t) => ({ id: t.id(thisOne) }),
  resolve: ({ id }, ctx) => deleteWebhookEndpoint(ctx, demandEndpoint(id)),
})
