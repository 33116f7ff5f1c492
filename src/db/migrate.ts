// Brings a database to the shape that prisma/migrations describes, and writes down what it did just
// as `prisma migrate deploy` does, so that either may go on where the other stopped.
// A file runs as one transaction, unless its first line says that it cannot.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { publicUrl } from './client.ts'
import { StartupFault } from './startup-fault.ts'

export type Migration = { name: string; sql: string; checksum: string }

type Row = { name: string; checksum: string; finished: boolean }

const MIGRATIONS_PATH = join(import.meta.dirname, '..', '..', 'prisma', 'migrations')
/** First line of a file with one statement that PostgreSQL refuses inside a transaction. */
const NO_TRANSACTION = '-- slotgraph: no-transaction'
/** The number that Prisma takes for the same purpose: neither runs while the other does. */
const LOCK = 72707369
const LOCK_TIMEOUT = '60s'

const HISTORY_TABLE = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                  VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum"            VARCHAR(64) NOT NULL,
    "finished_at"         TIMESTAMPTZ,
    "migration_name"      VARCHAR(255) NOT NULL,
    "logs"                TEXT,
    "rolled_back_at"      TIMESTAMPTZ,
    "started_at"          TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`

/** Applies what is missing, in order, and returns the names of what it applied. */
export async function migrate(url: string, directory = MIGRATIONS_PATH): Promise<string[]> {
  const migrations = readMigrations(directory)
  const client = new pg.Client({ connectionString: url, application_name: 'slotgraph migrate' })
  // Without a listener a broken connection would end the process; the query in flight rejects.
  client.on('error', () => {})
  await client.connect()
  try {
    const database = publicUrl(url)
    await takeLock(client, database)
    const done = await readHistory(client, database)
    const missing = compareHistory(migrations, done, database)
    if (missing.length === 0) return []
    if (done.length === 0) await checkEmptyDatabase(client, database)
    for (const migration of missing) await apply(client, migration, database)
    return missing.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** The migrations on disk, in the order of their names. */
export function readMigrations(directory = MIGRATIONS_PATH): Migration[] {
  return readdirSync(directory)
    .toSorted()
    .filter((name) => existsSync(join(directory, name, 'migration.sql')))
    .map((name) => {
      const sql = readFileSync(join(directory, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

async function takeLock(client: pg.Client, database: string): Promise<void> {
  await client.query(`SET TimeZone = 'UTC'; SET lock_timeout = '${LOCK_TIMEOUT}'`)
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]).catch((error: pg.DatabaseError) => {
    if (error.code !== '55P03') throw error
    throw new StartupFault(
      `Could not migrate the database at ${database}: another process has been migrating it for ` +
        `more than ${LOCK_TIMEOUT}. Wait until it is done, or end it.`,
    )
  })
}

async function readHistory(client: pg.Client, database: string): Promise<Row[]> {
  const { rows: tables } = await client.query(`SELECT to_regclass('"_prisma_migrations"') AS found`)
  if (tables[0]?.found === null) return []
  const { rows } = await client.query<Row>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
  )
  const failed = rows.find(({ finished }) => !finished)
  if (!failed) return rows
  throw new StartupFault(
    `Cannot migrate the database at ${database}: the migration "${failed.name}" failed half-way ` +
      'before. Undo what it left, then set "rolled_back_at" of its row in "_prisma_migrations".',
  )
}

/** What is on disk and not yet in the database; a history that does not fit is refused. */
function compareHistory(migrations: Migration[], done: Row[], database: string): Migration[] {
  const onDisk = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of done) {
    const known = onDisk.get(name)
    if (!known) {
      throw new StartupFault(
        `Cannot use the database at ${database}: it has the migration "${name}", which this ` +
          'version does not know. Start the version that made it, or a newer one.',
      )
    }
    if (known.checksum !== checksum) {
      throw new StartupFault(
        `Cannot use the database at ${database}: the migration "${name}" was changed after it ` +
          'was applied. Put its file back as it was, and make the change in a new migration.',
      )
    }
  }
  const applied = new Set(done.map(({ name }) => name))
  return migrations.filter(({ name }) => !applied.has(name))
}

async function checkEmptyDatabase(client: pg.Client, database: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
        AND relname <> '_prisma_migrations' ORDER BY 1 LIMIT 3`,
  )
  if (rows.length > 0) {
    const tables = rows.map(({ name }) => `"${name}"`).join(', ')
    throw new StartupFault(
      `Cannot use the database at ${database}: it holds tables of something else (${tables}). ` +
        'Set DATABASE_URL to an empty database.',
    )
  }
  await checkExtension(client, database)
}

// Tried and undone, so that a refusal leaves nothing behind.
async function checkExtension(client: pg.Client, database: string): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS btree_gist')
  } catch (error) {
    const mayNot = (error as pg.DatabaseError).code === '42501'
    throw new StartupFault(
      `Cannot use the database at ${database}: it ` +
        (mayNot
          ? 'has no extension "btree_gist" and its user may not create it. Let an administrator ' +
            'run CREATE EXTENSION btree_gist in it.'
          : 'does not offer the extension "btree_gist". Install the PostgreSQL contrib package ' +
            'on that server, or leave DATABASE_URL unset for the embedded PostgreSQL.'),
    )
  } finally {
    await client.query('ROLLBACK')
  }
}

async function apply(client: pg.Client, migration: Migration, database: string): Promise<void> {
  const id = randomUUID()
  const alone = migration.sql.startsWith(NO_TRANSACTION)
  try {
    if (!alone) await client.query('BEGIN')
    await client.query(HISTORY_TABLE)
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at)
       VALUES ($1, $2, $3, clock_timestamp())`,
      [id, migration.checksum, migration.name],
    )
    await client.query(migration.sql)
    await client.query(
      `UPDATE "_prisma_migrations"
          SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1`,
      [id],
    )
    if (!alone) await client.query('COMMIT')
  } catch (error) {
    const { message } = error as Error
    if (alone) {
      await client.query('UPDATE "_prisma_migrations" SET logs = $2 WHERE id = $1', [id, message])
    } else {
      await client.query('ROLLBACK').catch(() => {})
    }
    const rest = alone ? '' : ' Nothing of it was kept.'
    throw new StartupFault(
      `Could not apply the migration "${migration.name}" to the database at ${database}: ` +
        `${message}.${rest}`,
    )
  }
}
