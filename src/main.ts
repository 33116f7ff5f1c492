// Process entry: settings, database, migrations, application, door; and the same way back.
// Nothing imports it. Whatever prevents a start is a sentence and exit code 1, and leaves nothing
// open. Standard output is for people and ends with "ready"; the log goes to standard error.
import { Session } from 'node:inspector/promises'
import { createServer, isIPv6, type Server } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from './app.ts'
import { sealerOf, type Sealer } from './auth/seal.ts'
import { type Config, readConfig } from './config.ts'
import { type Database, openDatabase } from './db/client.ts'
import { startEmbeddedDatabase } from './db/embedded.ts'
import { migrate } from './db/migrate.ts'
import { StartupFault } from './db/startup-fault.ts'
import { type DemoTeller, isDemoWanted, openDemo } from './demo/open.ts'
import { createLog } from './log.ts'
import { createFileMailer, createSmtpMailer } from './outbound/mail.ts'
import { systemClock } from './time/clock.ts'

/** What was opened, in order; it is closed from the end. */
type Opened = { name: string; limitMs: number; close(): Promise<void> }[]

const STOP_LIMIT_MS = 9_500
/** How long a start that is interrupted may take to come to a point where it can be undone. */
const START_LIMIT_MS = 4_000

const opened: Opened = []
const interruption = new AbortController()
const log = createLog('info', pino.destination({ dest: 2, sync: true }))
let stopping: Promise<void> | undefined

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop(signal, 0))
}
// Whoever started us over a channel is gone when it closes, without a word.
if (process.channel) {
  process.on('disconnect', () => void stop('the end of the starting process', 0))
  process.channel.unref()
}

const starting = start()
try {
  const address = await starting
  if (address) process.stdout.write(`ready ${address}\n`)
} catch (error) {
  // Whatever ends an interrupted start early is no news.
  if (!stopping) {
    process.stderr.write(`${error instanceof StartupFault ? error.message : describe(error)}\n`)
  }
  await stop('a fault at start', 1)
}

/** The address it serves; undefined when a signal came first. */
async function start(): Promise<string | undefined> {
  const { config, warnings } = readConfig(process.env)
  log.level = config.logLevel
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  await checkPort(config)
  const { url, isNew } = await openStore(config)
  if (stopping) return undefined
  const db = await openDatabase(url, {
    onIdleError: (error) => log.warn({ err: error }, 'an idle database connection broke'),
  })
  opened.push({ name: 'database connections', limitMs: 1_500, close: db.close })
  await migrate(url)
  if (stopping) return undefined
  const sealer = sealerOf(config.secretsKey, config.dataDir)
  const tellOfDemo = await demoFor(config, db, sealer)
  const mailer = config.smtpUrl
    ? createSmtpMailer(config.smtpUrl)
    : createFileMailer(join(config.dataDir, 'outbox'))
  const app = createApp({ db, config, sealer, mailer, clock: systemClock, log })
  opened.push({ name: 'application', limitMs: 5_000, close: () => app.stop() })
  await app.start()
  await collectGarbage()
  await listen(app.server, config)
  const address = addressOf(app.server, config)
  process.stdout.write(welcome(config, address, isNew))
  if (tellOfDemo) process.stdout.write(await tellOfDemo(address))
  return address
}

async function demoFor(config: Config, db: Database, sealer: Sealer): Promise<DemoTeller | null> {
  if (!isDemoWanted(config)) return null
  const { signal } = interruption
  const teller = await openDemo({
    db,
    clock: systemClock,
    log,
    sealer,
    dataDir: config.dataDir,
    signal,
  })
  if (!teller && config.seed) log.warn('SEED=demo has no effect: there are accounts already')
  return teller
}

// What was loaded, compiled and seeded leaves more than is used from then on, and V8 gives memory
// back only when it is short of it. Nobody waits for an answer yet; it takes a quarter of a second.
async function collectGarbage(): Promise<void> {
  const session = new Session()
  session.connect()
  await session.post('HeapProfiler.collectGarbage')
  session.disconnect()
}

/** The database's address; the embedded one is started when no other is named. */
async function openStore(config: Config): Promise<{ url: string; isNew: boolean }> {
  if (config.databaseUrl) return { url: config.databaseUrl, isNew: false }
  const embedded = await startEmbeddedDatabase({
    dataDir: config.dataDir,
    onCrash: (lastWords) => {
      log.fatal({ lastWords }, 'the embedded PostgreSQL stopped by itself')
      void stop('the loss of the database', 1)
    },
  })
  opened.push({ name: 'embedded PostgreSQL', limitMs: 4_000, close: embedded.stop })
  return { url: embedded.url, isNew: embedded.created }
}

// Noticed before anything is made, because everything after it takes time and leaves files.
async function checkPort(config: Config): Promise<void> {
  const probe = createServer()
  await listen(probe, config)
  await new Promise((resolve) => probe.close(resolve))
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new StartupFault(`Could not listen on ${host} port ${port}: ${portTrouble(error)}`))
    })
    server.listen(port, host, () => resolve())
  })
}

function portTrouble({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'something else does. Stop it, or set PORT to another port; PORT=0 picks a free one.'
    case 'EACCES':
      return 'this user may not. Set PORT to 1024 or above.'
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address. Set HOST to 127.0.0.1, or to 0.0.0.0 for all.'
    default:
      return `${message}.`
  }
}

function addressOf(server: Server, { host }: Config): string {
  const { port } = server.address() as { port: number }
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function welcome(config: Config, address: string, isNew: boolean): string {
  const place = config.databaseUrl
    ? 'the database at DATABASE_URL'
    : `${isNew ? 'a new' : 'the'} embedded PostgreSQL in ${config.dataDir}`
  return [
    `Serving bookings from ${place}.`,
    `  GraphiQL and GraphQL  ${address}/graphql`,
    `  Documentation         ${address}/docs`,
    `  Health                ${address}/health`,
    '',
  ].join('\n')
}

/** Closes everything in reverse, each thing within its limit, and ends the process. Once. */
function stop(reason: string, code: number): Promise<void> {
  stopping ??= (async () => {
    const guard = setTimeout(() => {
      log.fatal('stopping took too long and is cut short')
      process.exit(1)
    }, STOP_LIMIT_MS)
    log.info({ reason }, 'stopping')
    interruption.abort()
    let exitCode = code
    const limit = new Promise((resolve) => setTimeout(resolve, START_LIMIT_MS).unref())
    await Promise.race([starting.catch(() => {}), limit])
    for (const thing of opened.toReversed()) {
      if (!(await closesInTime(thing))) exitCode = 1
    }
    clearTimeout(guard)
    process.exit(exitCode)
  })()
  return stopping
}

async function closesInTime({ name, limitMs, close }: Opened[number]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('it took too long'), limitMs)
  })
  const trouble = await Promise.race([close().then(() => undefined, describe), late])
  clearTimeout(timer)
  if (trouble === undefined) return true
  log.error({ trouble }, `could not close the ${name}`)
  return false
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
