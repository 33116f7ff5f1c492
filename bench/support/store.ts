// A migrated database of its own on the embedded PostgreSQL, gone when the benchmark is done. As a
// product would run it but for the disk: nothing waits for a write to be safe.

import { type Database, openDatabase } from '../../src/db/client.ts'
import { startTemporaryDatabase } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'

export type Store = Database & { url: string; version: string }

/** Runs `work` on a fresh database and removes it, whatever happens. */
export async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const server = await startTemporaryDatabase()
  try {
    await migrate(server.url)
    const db = await openDatabase(server.url)
    try {
      const { rows } = await db.pool.query<{ server_version: string }>('SHOW server_version')
      await work({ ...db, url: server.url, version: rows[0]?.server_version ?? '' })
    } finally {
      await db.close()
    }
  } finally {
    await server.stop()
  }
}

/** Fresh statistics, so that a plan is one of a database that has lived. */
export async function analyze(store: Store): Promise<void> {
  await store.pool.query('VACUUM ANALYZE')
}
