// The way to the database: one pool, shared by Prisma and by hand-written SQL. Nothing waits for
// ever: connecting, statements and answers have limits. Knows no noun.
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../generated/prisma/client.ts'
import { lendingConnections } from './connection.ts'
import { connectionTrouble } from './connection-trouble.ts'
import { openPool } from './pool.ts'
import { StartupFault } from './startup-fault.ts'

export type Database = {
  pool: pg.Pool
  prisma: PrismaClient
  close(): Promise<void>
}

type Options = {
  maxConnections?: number
  queryTimeoutMs?: number
  /** An idle connection broke. The pool replaces it; this is for the log. */
  onIdleError?: (error: Error) => void
}

const CONNECT_TIMEOUT_MS = 2_000
const MAX_NAMED_STATEMENTS = 1_000
const OLDEST_SERVER = 150_000

/** Opens the database, or throws a StartupFault within five seconds that says why not. */
export async function openDatabase(url: string, options: Options = {}): Promise<Database> {
  await checkServer(url)
  const { pool, stop } = openPool(url, { maxConnections: 10, ...options })
  const adapter = lendingConnections(
    new PrismaPg(pool, { statementNameGenerator: statementNames() }),
  )
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' })
  const close = async () => {
    stop()
    await prisma.$disconnect()
    await pool.end()
  }
  return { pool, prisma, close }
}

// A named statement is prepared once per connection and stays there, so their number is bounded:
// lists in a query make ever new texts. An empty name prepares nothing.
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined || names.size >= MAX_NAMED_STATEMENTS) return known ?? ''
    const name = `prisma_${names.size}`
    names.set(sql, name)
    return name
  }
}

async function checkServer(url: string): Promise<void> {
  const version = await askVersion(url)
  if (version >= OLDEST_SERVER) return
  throw new StartupFault(
    `Cannot use the database at ${publicUrl(url)}: it runs PostgreSQL ` +
      `${Math.floor(version / 10_000)}, and 15 or newer is needed. Set DATABASE_URL to a newer ` +
      'server, or leave it unset for the embedded one.',
  )
}

async function askVersion(url: string): Promise<number> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version_num') AS version`,
    )
    return Number(rows[0]?.version)
  } catch (error) {
    throw new StartupFault(
      `Could not reach the database at ${publicUrl(url)}: ${connectionTrouble(error)}. Start ` +
        'that server or correct DATABASE_URL, or leave it unset for the embedded PostgreSQL.',
    )
  } finally {
    await client.end().catch(() => {})
  }
}

/** A connection URL without its password, quoted for a sentence. */
export function publicUrl(url: string): string {
  const shown = new URL(url)
  if (shown.password) shown.password = '***'
  return `"${shown.href}"`
}
