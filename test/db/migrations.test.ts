// The migrations against the schema, against Prisma's own engine, and against histories that
// do not fit. Toy migrations are written for one test; the real ones are only read.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  applyAsPrisma,
  diagnoseHistory,
  missingFromMigrations,
  SCHEMA_PATH,
} from '../../scripts/schema-engine.ts'
import { migrate, readMigrations } from '../../src/db/migrate.ts'
import { testDatabaseUrl } from '../support/database.ts'

const foreignServer = process.env['DATABASE_URL_TEST'] !== undefined
const IN_SYNC = {
  editedMigrationNames: [],
  failedMigrationNames: [],
  hasMigrationsTable: true,
  history: null,
}

describe('the migrations', () => {
  it('lead to the schema and to nothing else that the schema could say', async () => {
    expect(await missingFromMigrations(await testDatabaseUrl({ migrated: false }))).toBe('')
  })

  it('would be found lacking if the schema said more', async () => {
    const more = `${readFileSync(SCHEMA_PATH, 'utf8')}\nmodel Toy {\n  id Int @id\n}\n`
    const script = await missingFromMigrations(await testDatabaseUrl({ migrated: false }), more)
    expect(script).toContain('CREATE TABLE "Toy"')
  })

  it('leave a history that `prisma migrate deploy` finds complete', async () => {
    const url = await testDatabaseUrl({ migrated: true })
    expect(await diagnoseHistory(url)).toEqual(IN_SYNC)
    expect(await applyAsPrisma(url)).toEqual({ appliedMigrationNames: [] })
  })

  it('are complete to us where `prisma migrate deploy` applied them', async () => {
    const url = await testDatabaseUrl({ migrated: false })
    const names = readMigrations().map(({ name }) => name)
    expect(await applyAsPrisma(url)).toEqual({ appliedMigrationNames: names })
    expect(await migrate(url)).toEqual([])
  })

  it('write the rows that Prisma writes', async () => {
    const ours = await testDatabaseUrl({ migrated: true })
    const theirs = await testDatabaseUrl({ migrated: false })
    await applyAsPrisma(theirs)
    const ask = `SELECT checksum, migration_name, logs, rolled_back_at, applied_steps_count,
      finished_at >= started_at AS finished, length(id) AS id
      FROM "_prisma_migrations" ORDER BY migration_name`
    expect(await query(ours, ask)).toEqual(await query(theirs, ask))
    const columns = `SELECT column_name, data_type, is_nullable, column_default
      FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY 1`
    expect(await query(ours, columns)).toEqual(await query(theirs, columns))
  })

  it('are applied once when several processes start together', async () => {
    const url = await testDatabaseUrl({ migrated: false })
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    expect(applied.flat()).toEqual(readMigrations().map(({ name }) => name))
  })
})

describe('migrate', () => {
  let directory = ''
  let url = ''
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'migrations-'))
    url = await testDatabaseUrl({ migrated: false })
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const write = (name: string, sql: string) => {
    mkdirSync(join(directory, name), { recursive: true })
    writeFileSync(join(directory, name, 'migration.sql'), sql)
  }
  const tables = async () => {
    const sql = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`
    return (await query(url, sql)).map(({ tablename }) => tablename)
  }

  it('applies in the order of names, and later only what is new', async () => {
    write('2_second', 'INSERT INTO toy VALUES (2)')
    write('1_first', 'CREATE TABLE toy (n int)')
    expect(await migrate(url, directory)).toEqual(['1_first', '2_second'])
    write('3_third', 'INSERT INTO toy VALUES (3)')
    expect(await migrate(url, directory)).toEqual(['3_third'])
    expect(await query(url, 'SELECT n FROM toy')).toEqual([{ n: 2 }, { n: 3 }])
  })

  it('keeps nothing of a file that fails, names it, and goes on when it is mended', async () => {
    write('1_broken', 'CREATE TABLE toy (n int); SELECT 1/0')
    await expect(migrate(url, directory)).rejects.toThrow(
      /^Could not apply the migration "1_broken" .*: division by zero\. Nothing of it was kept\.$/,
    )
    expect(await tables()).toEqual([])
    write('1_broken', 'CREATE TABLE toy (n int)')
    expect(await migrate(url, directory)).toEqual(['1_broken'])
  })

  it('runs a file outside a transaction when its first line asks for it', async () => {
    write('1_toy', 'CREATE TABLE toy (n int)')
    const concurrent = 'CREATE INDEX CONCURRENTLY toy_n ON toy (n)'
    write('2_index', `-- slotgraph: no-transaction\n${concurrent};\n`)
    expect(await migrate(url, directory)).toEqual(['1_toy', '2_index'])
    write('3_index', concurrent.replace('toy_n', 'toy_m'))
    await expect(migrate(url, directory)).rejects.toThrow('cannot run inside a transaction block')
  })

  it('refuses to go on after a file that failed outside a transaction', async () => {
    write('1_alone', '-- slotgraph: no-transaction\nSELECT 1/0')
    await expect(migrate(url, directory)).rejects.toThrow(/division by zero\.$/)
    await expect(migrate(url, directory)).rejects.toThrow(
      'the migration "1_alone" failed half-way before',
    )
    await query(url, `UPDATE "_prisma_migrations" SET rolled_back_at = now()`)
    write('1_alone', '-- slotgraph: no-transaction\nSELECT 1')
    expect(await migrate(url, directory)).toEqual(['1_alone'])
  })

  it('refuses a file that was changed after it was applied', async () => {
    write('1_toy', 'CREATE TABLE toy (n int)')
    await migrate(url, directory)
    write('1_toy', 'CREATE TABLE toy (m int)')
    write('2_more', 'CREATE TABLE more (n int)')
    await expect(migrate(url, directory)).rejects.toThrow(
      'the migration "1_toy" was changed after it was applied',
    )
    expect(await tables()).toEqual(['_prisma_migrations', 'toy'])
  })

  it('refuses a database that is ahead', async () => {
    write('1_toy', 'CREATE TABLE toy (n int)')
    write('2_later', 'CREATE TABLE later (n int)')
    await migrate(url, directory)
    rmSync(join(directory, '2_later'), { recursive: true })
    await expect(migrate(url, directory)).rejects.toThrow(
      'it has the migration "2_later", which this version does not know',
    )
  })

  it('refuses a database that holds something else', async () => {
    await query(url, 'CREATE TABLE diary (n int)')
    write('1_toy', 'CREATE TABLE toy (n int)')
    await expect(migrate(url, directory)).rejects.toThrow(
      /^Cannot use the database at .*: it holds tables of something else \("diary"\)\./,
    )
    expect(await tables()).toEqual(['diary'])
  })

  // Only the embedded server can be told to forget its extensions.
  it.skipIf(foreignServer)('refuses a server without btree_gist', async () => {
    const name = new URL(url).pathname.slice(1)
    await query(url, `ALTER DATABASE "${name}" SET extension_control_path = '/nowhere'`)
    write('1_toy', 'CREATE TABLE toy (n int)')
    await expect(migrate(url, directory)).rejects.toThrow(
      'it does not offer the extension "btree_gist". Install the PostgreSQL contrib package',
    )
    expect(await tables()).toEqual([])
  })

  it('refuses a user who may not create btree_gist', async () => {
    const guest = `guest_${new URL(url).pathname.slice(-8)}`
    await query(url, `CREATE ROLE "${guest}" LOGIN PASSWORD 'guest'`)
    write('1_toy', 'CREATE TABLE toy (n int)')
    const address = new URL(url)
    address.username = guest
    address.password = 'guest'
    await expect(migrate(address.href, directory)).rejects.toThrow(
      'it has no extension "btree_gist" and its user may not create it',
    )
    await query(url, `DROP ROLE "${guest}"`)
    expect(await tables()).toEqual([])
  })
})

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
