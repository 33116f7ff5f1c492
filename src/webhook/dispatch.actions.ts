// From the log to deliveries: every event becomes one delivery for each endpoint that wants it,
// once, whichever node reads it.

import { newId } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { createFollower, type Follower, type Following } from '../events/follower.ts'
import type { LoggedEvent } from '../events/event.ts'
import { addingDeliveries, type NewDelivery } from './delivery.data.ts'
import { endpointsFor } from './endpoint.data.ts'
import { wants } from './endpoint.ts'

type Options = Pick<Following, 'db' | 'clock' | 'log' | 'pollMs' | 'batchSize'> & {
  /** Deliveries were added. */
  onAdded: () => void
}

export function createDispatcher({ onAdded, ...options }: Options): Follower {
  return createFollower({
    ...options,
    name: 'webhooks',
    onWritten: onAdded,
    written: async (read, events) => {
      const rows = await deliveriesOf(read, events)
      return rows.length > 0 ? [addingDeliveries(rows, options.clock.now())] : []
    },
  })
}

async function deliveriesOf(read: Reader, events: readonly LoggedEvent[]): Promise<NewDelivery[]> {
  const accountIds = [...new Set(events.map(({ accountId }) => accountId))]
  const endpoints = Map.groupBy(await endpointsFor(read, accountIds), ({ accountId }) => accountId)
  return events.flatMap((event) =>
    (endpoints.get(event.accountId) ?? [])
      .filter((endpoint) => wants(endpoint, event))
      .map((endpoint) => ({
        accountId: event.accountId,
        id: newId(),
        endpointId: endpoint.id,
        eventId: event.id,
        eventSeq: event.seq,
        eventType: event.type,
        subjectId: event.subjectId,
      })),
  )
}
