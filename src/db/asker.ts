// On whose behalf something is asked of the database, so that no client can take all of it. Doors
// name the client; what nobody is named for is the program's own.

import { AsyncLocalStorage } from 'node:async_hooks'

const current = new AsyncLocalStorage<string>()

/** Does `work`, and everything that follows from it, on behalf of this client. */
export function askingFor<T>(client: string, work: () => T): T {
  return current.run(client, work)
}

/** The client for whom the running code works; null for the program itself. */
export function asker(): string | null {
  return current.getStore() ?? null
}
