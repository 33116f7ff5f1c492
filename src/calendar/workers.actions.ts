// What becomes of connected calendars while the process runs: they are read, and written from the
// log. In their order, and stopped in it.

import type { ReadEvent } from '../events/log.data.ts'
import type { Reach } from '../outbound/address.ts'
import { createAsker } from '../outbound/ask.ts'
import type { OAuthClients } from './oauth.ts'
import { createServers } from './servers.actions.ts'
import type { SyncContext } from './source.data.ts'
import { createCalendarReader } from './sync.actions.ts'
import { createCalendarMarker, createCalendarWriter } from './write.actions.ts'

type Parts = SyncContext & { reach: Reach; calendarClients: OAuthClients }

/** Outside calendars, from where they are to busy times, and bookings into them. */
export function createCalendars({ reach, calendarClients: clients, ...services }: Parts) {
  const asker = createAsker(reach)
  const servers = createServers({ asker, clients, services })
  const reader = createCalendarReader({ services, servers })
  const writer = createCalendarWriter({ services, servers })
  const marker = createCalendarMarker({ ...services, onAdded: writer.wake })
  return {
    follow: marker.start,
    wake: ({ type }: ReadEvent) => {
      // A calendar that was connected, or is to be read, is read at once.
      if (type === 'calendar.created' || type === 'calendar.updated') reader.wake()
      marker.wake()
    },
    start: () => {
      reader.start()
      writer.start()
    },
    stop: async () => {
      await marker.stop()
      await Promise.all([reader.stop(), writer.stop()])
      await asker.close()
    },
  }
}
