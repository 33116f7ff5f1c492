// Which server a connected calendar is on, and how one talks to it there.

import type { Sealer } from '../auth/seal.ts'
import type { CalendarSource } from '../generated/prisma/client.ts'
import type { Asker } from '../outbound/ask.ts'
import { createCalDav } from './caldav.actions.ts'
import { createCalendarFile } from './file.actions.ts'
import type { CalendarServer, Connection } from './server.ts'
import type { SourceKind } from './source.ts'

type Connected = Pick<CalendarSource, 'kind' | 'urlSealed' | 'credentialsSealed'> & {
  timeZone: string
}

export type Servers = (source: Connected, stopped: AbortSignal) => CalendarServer

const kinds: Record<SourceKind, (connection: Connection) => CalendarServer> = {
  ICS: createCalendarFile,
  CALDAV: createCalDav,
}

export function createServers({ asker, sealer }: { asker: Asker; sealer: Sealer }): Servers {
  return ({ kind, urlSealed, credentialsSealed, timeZone }, stopped) => {
    const known = credentialsSealed ? sealer.open(credentialsSealed) : '{}'
    const { username = '', password = '' } = JSON.parse(known) as Partial<Connection['credentials']>
    const credentials = { username, password }
    return kinds[kind]({ asker, url: sealer.open(urlSealed), credentials, timeZone, stopped })
  }
}
