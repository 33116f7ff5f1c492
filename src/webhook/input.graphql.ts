// What mutations of webhooks name: endpoints, and the things of a filter.

import type { Viewer } from '../auth/viewer.ts'
import { notFound } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, keyOf, nowhere } from '../graphql/ids.ts'
import { filterFields, filterThings, type EventFilter } from './endpoint.ts'
import type { EndpointKey } from './held.actions.ts'

/** The endpoint of this global id: one of an account, or one of an API client. */
export function demandEndpoint(text: string): EndpointKey {
  const { accountId, id } = demandKey('WebhookEndpoint', text, 'id')
  return { accountId: accountId === nowhere ? null : accountId, id }
}

export const WebhookFilterInput = builder.inputType('WebhookFilterInput', {
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

type FilterInput = typeof WebhookFilterInput.$inferInput

/** Row ids; each has to be of this account or, for null, of one within reach. */
export function plainFilter(
  viewer: Viewer,
  accountId: string | null,
  given: FilterInput | null,
): EventFilter {
  const filter: EventFilter = {}
  const homes: Record<string, string> = {}
  for (const name of filterFields) {
    const node = filterThings[name]
    const ids = given?.[name]
    if (!ids) continue
    filter[name] = ids.map((text) => {
      const key = keyOf(node, text)
      const isKnown = accountId
        ? key?.accountId === accountId
        : viewer.grants.has(key?.accountId ?? '')
      if (!key || !isKnown) throw notFound(node, 'filter', name)
      homes[key.id] = key.accountId
      return key.id
    })
  }
  return accountId === null && Object.keys(homes).length > 0 ? { ...filter, homes } : filter
}
