// `npm run db:migrate`: applies what is missing to the database at DATABASE_URL, or to the embedded
// one in DATA_DIR, and says what it applied.
import { readConfig } from '../src/config.ts'
import { openDatabase } from '../src/db/client.ts'
import { startEmbeddedDatabase } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { StartupFault } from '../src/db/startup-fault.ts'

try {
  const { config } = readConfig(process.env)
  const embedded = config.databaseUrl
    ? undefined
    : await startEmbeddedDatabase({ dataDir: config.dataDir })
  try {
    const url = config.databaseUrl ?? (embedded as { url: string }).url
    await (await openDatabase(url)).close()
    const applied = await migrate(url)
    const report = applied.map((name) => `Applied ${name}.`)
    process.stdout.write(`${report.join('\n') || 'The database is up to date.'}\n`)
  } finally {
    await embedded?.stop()
  }
} catch (error) {
  if (!(error instanceof StartupFault)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
