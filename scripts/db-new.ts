// `npm run db:new -- name`: writes the migration that leads from prisma/migrations to
// prisma/schema.prisma, offline, against a PostgreSQL that exists for this moment only.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { startTemporaryDatabase } from '../src/db/embedded.ts'
import { LOCK_FILE, MIGRATIONS_PATH, missingFromMigrations } from './schema-engine.ts'

const USAGE = `Usage: npm run db:new -- name [--empty]
  name     what the migration does, in small letters, digits and underscores
  --empty  writes a file for SQL of your own although schema.prisma asks for nothing
`

const names = process.argv.slice(2).filter((word) => word !== '--empty')
const empty = process.argv.includes('--empty')
const [name] = names
if (!name || !/^[a-z0-9_]+$/.test(name) || names.length > 1) {
  process.stderr.write(USAGE)
  process.exit(1)
}

const database = await startTemporaryDatabase()
let script: string
try {
  script = await missingFromMigrations(database.url)
} catch (error) {
  // The engine throws a text that is meant for people, on an object that is not.
  process.stderr.write(
    `Could not compare prisma/migrations with prisma/schema.prisma:\n${String(error)}\n`,
  )
  process.exitCode = 1
  script = ''
} finally {
  await database.stop()
}
if (script === '' && !empty) {
  if (!process.exitCode) {
    process.stdout.write('prisma/migrations and prisma/schema.prisma agree: nothing to write.\n')
  }
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const directory = join(MIGRATIONS_PATH, `${stamp}_${name}`)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'migration.sql'), script)
  writeFileSync(join(MIGRATIONS_PATH, 'migration_lock.toml'), LOCK_FILE)
  const path = relative(process.cwd(), join(directory, 'migration.sql'))
  process.stdout.write(`Wrote ${path}. Read it before you commit it.\n`)
}
