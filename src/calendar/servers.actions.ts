// Which server a connected calendar is on, and how one talks to it there.

import type { Database } from '../db/client.ts'
import { poolReader } from '../db/reader.ts'
import type { CalendarSource } from '../generated/prisma/client.ts'
import type { Asker } from '../outbound/ask.ts'
import { createApi, type Api } from './api.actions.ts'
import { createCalDav } from './caldav.actions.ts'
import { createCalendarFile } from './file.actions.ts'
import { createGoogle } from './google.actions.ts'
import { createMicrosoft } from './microsoft.actions.ts'
import { isOAuthKind, notRegistered, type OAuthClients, type OAuthKind } from './oauth.ts'
import { CalendarFault, type CalendarServer, type Connection } from './server.ts'
import { replaceCredentials, type SyncContext } from './source.data.ts'
import type { Credentials, SourceKind } from './source.ts'
import { createTokens } from './tokens.actions.ts'

type Connected = Pick<CalendarSource, 'accountId' | 'kind' | 'urlSealed' | 'credentialsSealed'> & {
  sourceId: string
  timeZone: string
}

export type Servers = (source: Connected, stopped: AbortSignal) => CalendarServer

/** Kinds whose owners gave a password, or nothing. */
const plainKinds: Record<
  Exclude<SourceKind, OAuthKind>,
  (connection: Connection) => CalendarServer
> = { ICS: createCalendarFile, CALDAV: createCalDav }

const apiKinds: Record<OAuthKind, (api: Api, connection: Connection) => CalendarServer> = {
  GOOGLE: createGoogle,
  MICROSOFT: createMicrosoft,
}

type Parts = { asker: Asker; clients: OAuthClients; services: SyncContext & { db: Database } }

export function createServers({ asker, clients, services }: Parts): Servers {
  const { db, clock, sealer } = services
  const tokens = createTokens({ asker, clock })
  return (source, stopped) => {
    const { kind, urlSealed, credentialsSealed: sealed, timeZone } = source
    const credentials = sealed ? (JSON.parse(sealer.open(sealed)) as Credentials) : null
    const connection = { asker, url: sealer.open(urlSealed), credentials, timeZone, stopped }
    if (!isOAuthKind(kind)) return plainKinds[kind](connection)
    const client = clients[kind]
    if (!client) throw new CalendarFault(notRegistered(kind))
    let current = sealed
    const keep = async (refreshToken: string) => {
      const next = sealer.seal(JSON.stringify({ refreshToken }))
      await replaceCredentials(poolReader(db), source, current, next)
      current = next
    }
    return apiKinds[kind](createApi({ connection, client, tokens, clock, keep }), connection)
  }
}
