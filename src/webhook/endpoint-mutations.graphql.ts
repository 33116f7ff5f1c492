// The mutations that make, change, rotate, enable and delete webhook endpoints.

import { eventTypes } from '../events/subject.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { demandIds, givenFields } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { createWebhookEndpoint } from './create-endpoint.actions.ts'
import {
  deleteWebhookEndpoint,
  enableWebhookEndpoint,
  rotateWebhookSecret,
  updateWebhookEndpoint,
} from './endpoint.actions.ts'
import type { EventFilter } from './endpoint.ts'

const WebhookFilterInput = builder.inputType('WebhookFilterInput', {
  description:
    'Which events of its types an endpoint is told of. What is left out does not narrow; an event ' +
    'that is about no such thing does not pass what is given.',
  fields: (t) => ({
    serviceIds: t.idList({ description: 'Only about these services; at most 100.' }),
    staffIds: t.idList({
      description: 'Only about one of these staff members, before or after; at most 100.',
    }),
    customerIds: t.idList({ description: 'Only about these customers; at most 100.' }),
    bookingIds: t.idList({ description: 'Only about these bookings; at most 100.' }),
    linkIds: t.idList({
      description: 'Only about bookings through these booking links; at most 100.',
    }),
  }),
})

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

type FilterInput = typeof WebhookFilterInput.$inferInput

/** Row ids; each has to be of this account. */
function plainFilter(accountId: string, filter: FilterInput | null): EventFilter {
  const { serviceIds, staffIds, customerIds, bookingIds, linkIds } = filter ?? {}
  const path = (name: string) => ['filter', name]
  const services = serviceIds && demandIds('Service', accountId, serviceIds, ...path('serviceIds'))
  const staff = staffIds && demandIds('StaffMember', accountId, staffIds, ...path('staffIds'))
  const customers =
    customerIds && demandIds('Customer', accountId, customerIds, ...path('customerIds'))
  const bookings = bookingIds && demandIds('Booking', accountId, bookingIds, ...path('bookingIds'))
  const links = linkIds && demandIds('BookingLink', accountId, linkIds, ...path('linkIds'))
  return {
    ...(services && { serviceIds: services }),
    ...(staff && { staffIds: staff }),
    ...(customers && { customerIds: customers }),
    ...(bookings && { bookingIds: bookings }),
    ...(links && { linkIds: links }),
  }
}

const needs = ['webhooks:write'] as const
const secretDescription = 'The secret that messages are signed by, `whsec_` and base64.'
const thisOne = { required: true, description: 'The endpoint.' } as const

mutation('createWebhookEndpoint', {
  description:
    'Has a URL told what happens in an account from now on. It is shown what its scopes show, ' +
    'which you must hold in the account yourself. What an application makes ends with its key.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The new endpoint.',
  secretDescription: `${secretDescription} None where that of the application signs.`,
  refusals: ['LIMIT_REACHED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account; it has at most 100.' }),
    url: t.string({ required: true, ...url }),
    types: t.stringList({ required: true, ...types }),
    scopes: t.stringList({
      description:
        `${scopes.description} May be left out in a format of a dialect: all of yours then that ` +
        'show something.',
    }),
    ...terms(t),
    idempotencyKey: t.string({
      description:
        'Said again within 24 hours, gives the first answer and does nothing more; but without the ' +
        'secret: rotate it if the first answer was lost.',
    }),
  }),
  resolve: ({ accountId, idempotencyKey, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    const terms = {
      url: input.url,
      types: [...new Set(input.types)],
      scopes: input.scopes ? [...new Set(input.scopes)] : null,
      description: input.description || null,
      filter: plainFilter(account.id, input.filter ?? null),
      format: input.format ?? 'standard',
      document: input.document || null,
      headers: input.headers ?? [],
    }
    return createWebhookEndpoint(ctx, account.id, terms, idempotencyKey)
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
    const key = demandKey('WebhookEndpoint', id, 'id')
    const given = givenFields(input, clearable)
    const { description, document, filter, headers, types: chosen, scopes: held, ...rest } = given
    const change = {
      ...rest,
      ...(description !== undefined && { description: description || null }),
      ...(document !== undefined && { document: document || null }),
      ...(filter !== undefined && { filter: plainFilter(key.accountId, filter) }),
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
    rotateWebhookSecret(ctx, demandKey('WebhookEndpoint', id, 'id'), overlapSeconds ?? undefined),
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
  resolve: ({ id }, ctx) => enableWebhookEndpoint(ctx, demandKey('WebhookEndpoint', id, 'id')),
})

mutation('deleteWebhookEndpoint', {
  description: 'Deletes an endpoint, with what waits for it and the record of what was sent.',
  scopes: needs,
  data: 'WebhookEndpoint',
  dataDescription: 'The endpoint as it was.',
  input: (t) => ({ id: t.id(thisOne) }),
  resolve: ({ id }, ctx) => deleteWebhookEndpoint(ctx, demandKey('WebhookEndpoint', id, 'id')),
})
