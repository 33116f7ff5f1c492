// `npm run user:new -- --email … --name …`: makes a person, at the database at DATABASE_URL or the
// embedded one in DATA_DIR, and prints the link by which they set their password, once. For a person
// who is there already: another link, for whoever lost theirs or forgot the password.
import { parseArgs } from 'node:util'
import { issuePasswordLink } from '../src/access/sign-in.actions.ts'
import { readConfig } from '../src/config.ts'
import { openDatabase } from '../src/db/client.ts'
import { startEmbeddedDatabase } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { StartupFault } from '../src/db/startup-fault.ts'
import { Refused } from '../src/errors.ts'

const USAGE = `Usage: npm run user:new -- --email ADDRESS --name NAME
  --email  what the person signs in with
  --name   what to call the person; unchanged for somebody who is there already
`

const asked = readArguments()
if (asked) await run(asked)
else {
  process.stderr.write(USAGE)
  process.exitCode = 1
}

function readArguments(): { email: string; name: string } | null {
  const text = { type: 'string' } as const
  try {
    const { email, name } = parseArgs({ options: { email: text, name: text } }).values
    return email && name ? { email, name } : null
  } catch {
    return null
  }
}

async function run(person: { email: string; name: string }): Promise<void> {
  try {
    const { config } = readConfig(process.env)
    const { databaseUrl, dataDir, baseUrl, host, port } = config
    const embedded = databaseUrl ? undefined : await startEmbeddedDatabase({ dataDir })
    try {
      const url = databaseUrl ?? (embedded as { url: string }).url
      await migrate(url)
      const db = await openDatabase(url)
      try {
        const made = await issuePasswordLink(db, person, Date.now())
        const { user, isNew, secret, expiresAt } = made
        process.stdout.write(
          `${isNew ? 'Made' : 'Found'} ${user.name}, ${user.email}. The password is set at\n` +
            `  ${baseUrl ?? `http://${host}:${port}`}/password/${secret}\n` +
            `once, until ${expiresAt.toISOString()}. Hand the link over; it is shown this once.\n`,
        )
      } finally {
        await db.close()
      }
    } finally {
      await embedded?.stop()
    }
  } catch (error) {
    if (!(error instanceof StartupFault) && !(error instanceof Refused)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
