// A database for a test file: its own copy of the migrated template on real PostgreSQL, gone when
// the file is done. Ask for it once at the top of the file: `const db = await testDatabase()`.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { type Database, openDatabase } from '../../src/db/client.ts'

export type TestDatabase = Database & { url: string }

/** A migrated database without rows, opened as the program opens it. */
export async function testDatabase(): Promise<TestDatabase> {
  const url = await testDatabaseUrl({ migrated: true })
  const database = await openDatabase(url)
  // Hooks run last in, first out: connections close before their database goes.
  afterAll(() => database.close())
  return { ...database, url }
}

/** Only the address of a fresh database; without migrations it is empty. */
export async function testDatabaseUrl({ migrated }: { migrated: boolean }): Promise<string> {
  const { url, prefix, template } = inject('testServer')
  const name = `${prefix}_${randomBytes(4).toString('hex')}`
  const source = migrated ? template : 'template0'
  await administer(url, `CREATE DATABASE "${name}" TEMPLATE "${source}"`)
  afterAll(() => administer(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`))
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
