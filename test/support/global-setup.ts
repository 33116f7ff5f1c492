// One PostgreSQL for a whole run of the suite, with one migrated template that every test file
// copies. DATABASE_URL_TEST names a server to use instead; only databases of this run are dropped.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startTemporaryDatabase } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'

export type TestServer = {
  /** Of a database to connect to for making others. */
  url: string
  /** Of this run: every database made for it begins with this. */
  prefix: string
  template: string
}

declare module 'vitest' {
  interface ProvidedContext {
    testServer: TestServer
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  const prefix = `slotgraph_test_${randomBytes(4).toString('hex')}`
  const template = `${prefix}_template`
  const teardown = () => server.stop(prefix)
  try {
    await query(server.url, `CREATE DATABASE "${template}" TEMPLATE template0`)
    const url = new URL(server.url)
    url.pathname = `/${template}`
    await migrate(url.href)
    project.provide('testServer', { url: server.url, prefix, template })
    return teardown
  } catch (error) {
    await teardown()
    throw error
  }
}

async function startServer(): Promise<{ url: string; stop(prefix: string): Promise<void> }> {
  const url = process.env['DATABASE_URL_TEST']
  return url ? { url, stop: (prefix) => dropDatabases(url, prefix) } : startTemporaryDatabase()
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const rows = await query(url, `SELECT datname FROM pg_database WHERE datname LIKE '${prefix}%'`)
  for (const { datname } of rows) {
    await query(url, `DROP DATABASE "${String(datname)}" WITH (FORCE)`)
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
