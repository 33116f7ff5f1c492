// The embedded PostgreSQL: real server programs from npm, in a folder of the data directory.
// Whatever happens to this process, the server does not outlive it: a watcher holds a pipe to us
// and stops the server when the pipe breaks. Reached by a private unix socket and a password.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, chownSync, constants, existsSync, mkdirSync } from 'node:fs'
import { mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { lockDataDir } from './data-dir-lock.ts'
import { type Binaries, COMMAND_ENV, type Launcher } from './embedded-launcher.ts'
import { findBinaries, findLauncher } from './embedded-launcher.ts'
import { clearStalePostmaster, LINGERING } from './embedded-stale.ts'
import { StartupFault } from './startup-fault.ts'

export type EmbeddedDatabase = {
  url: string
  /** True when this start made the cluster. */
  created: boolean
  stop(): Promise<void>
}

type Options = {
  dataDir: string
  /** The whole directory goes when the server stops, and nothing is written for safety. */
  temporary?: boolean
  /** The server stopped and nobody asked for it. The argument is what it said last. */
  onCrash?: (lastWords: string) => void
}

const USER = 'slotgraph'
const START_TIMEOUT_MS = 60_000
/** After this the server is stopped without its last checkpoint; the next start makes up for it. */
const STOP_TIMEOUT_MS = 3_000
// The length of a unix socket's path has a hard limit of 107 bytes (103 on macOS).
const SOCKET_DIR_MAX = 85

/** Starts the cluster in `dataDir`, making it first where there is none. */
export async function startEmbeddedDatabase(options: Options): Promise<EmbeddedDatabase> {
  const dataDir = makeDataDir(options.dataDir, options.temporary ?? false)
  const unlock = lockDataDir(dataDir)
  try {
    const binaries = findBinaries()
    const cluster = join(dataDir, 'postgres')
    const created = !existsSync(cluster)
    const launcher = created
      ? await createCluster(binaries, dataDir, options.temporary ?? false)
      : await findLauncher(binaries, cluster)
    await clearStalePostmaster(cluster)
    const server = await startServer(binaries, launcher, cluster, options)
    const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()
    const host = encodeURIComponent(server.socketDir)
    const url = `postgresql://${USER}:${password}@localhost/postgres?host=${host}`
    const stop = async () => {
      await server.stop()
      unlock()
      if (options.temporary) rmSync(dataDir, { recursive: true, force: true })
    }
    return { url, created, stop }
  } catch (error) {
    rmSync(join(dataDir, 'postgres.new'), { recursive: true, force: true })
    unlock()
    if (options.temporary) rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
}

/** A cluster of its own in the system's temporary folder; nothing of it is left behind. */
export async function startTemporaryDatabase(): Promise<EmbeddedDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'slotgraph-'))
  return startEmbeddedDatabase({ dataDir, temporary: true })
}

function makeDataDir(path: string, temporary: boolean): string {
  try {
    const made = mkdirSync(path, { recursive: true })
    const dataDir = realpathSync(path)
    accessSync(dataDir, constants.W_OK | constants.X_OK)
    // Under root the server runs as somebody else and has to pass through, not to list.
    if (process.getuid?.() === 0 && (made || temporary)) chmodSync(dataDir, 0o711)
    return dataDir
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new StartupFault(
      `Could not make the data directory "${path}", or write to it (${code}). ` +
        'Set DATA_DIR to a directory that you may write to.',
    )
  }
}

// A cluster appears under its name when it is whole: a killed attempt leaves nothing to repair.
async function createCluster(binaries: Binaries, dataDir: string, temporary: boolean) {
  const draft = join(dataDir, 'postgres.new')
  const passwordFile = join(dataDir, 'postgres.password')
  rmSync(draft, { recursive: true, force: true })
  rmSync(passwordFile, { force: true })
  mkdirSync(draft, { mode: 0o700 })
  const launcher = await findLauncher(binaries, draft)
  writeFileSync(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
  if (launcher.owner) {
    chownSync(passwordFile, launcher.owner.uid, launcher.owner.gid)
    // The watcher runs as the server's user and has to remove the whole directory.
    if (temporary) chownSync(dataDir, launcher.owner.uid, launcher.owner.gid)
  }
  const [command, ...args] = [
    ...launcher.prefix,
    binaries.initdb,
    `--pgdata=${draft}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(temporary ? ['--no-sync'] : []),
  ]
  try {
    await promisify(execFile)(command as string, args, { cwd: '/', env: COMMAND_ENV })
  } catch (error) {
    const words = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(error)
    throw new StartupFault(`Could not create the embedded PostgreSQL in "${dataDir}": ${words}.`)
  }
  renameSync(draft, join(dataDir, 'postgres'))
  return launcher
}

type Server = { socketDir: string; stop(): Promise<void> }

async function startServer(
  binaries: Binaries,
  launcher: Launcher,
  cluster: string,
  options: Options,
): Promise<Server> {
  const deadline = Date.now() + 5_000
  for (;;) {
    const socketDir = chooseSocketDir(cluster)
    const child = launch(binaries, launcher, cluster, socketDir, options)
    const words = collectWords(child)
    const outcome = await firstOutcome(child)
    if (outcome === 'ready') return supervise(child, socketDir, cluster, words, options)
    child.kill('SIGQUIT')
    removeSocketDir(socketDir, cluster)
    // Backends of a killed server need a moment to notice its death.
    if (LINGERING.test(words()) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 250))
      continue
    }
    throw new StartupFault(
      `Could not start the embedded PostgreSQL in "${cluster}": ${words() || outcome}. ` +
        'Mend that, or set DATA_DIR to another directory, or DATABASE_URL to a PostgreSQL of ' +
        'your own (15 or newer).',
    )
  }
}

// The shell becomes the server; the watcher beside it reads a line when the server was stopped by
// us, and end of file when we are gone. It may not outlive its job: the wait is bounded.
const WATCHED = `
(
  trap '' INT TERM HUP
  if ! read -r line <&3; then
    kill -INT $$
    if [ -n "$2" ]; then
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -e "$1/postmaster.pid" ] || break
        sleep 0.5 || sleep 1
      done
      rm -rf -- "$2"
    fi
  fi
) >/dev/null 2>&1 &
exec 3<&-
shift 2
exec "$@"
`

function launch(
  binaries: Binaries,
  launcher: Launcher,
  cluster: string,
  socketDir: string,
  options: Options,
): ChildProcess {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    // A temporary cluster serves many tests at once, and backends of programs that they killed.
    max_connections: options.temporary ? '400' : '100',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.temporary && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const removed = options.temporary ? realpathSync(options.dataDir) : ''
  const shell = ['sh', '-c', WATCHED, 'sh', cluster, removed]
  const [command, ...args] = [
    ...launcher.prefix,
    ...shell,
    binaries.postgres,
    '-D',
    cluster,
    ...flags,
  ]
  return spawn(command as string, args, {
    cwd: '/',
    env: COMMAND_ENV,
    // The fourth is the watcher's: Node closes a child's standard input before it tells of its end.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // A terminal's Ctrl-C must reach us alone: the server stops last.
    detached: true,
  })
}

function firstOutcome(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('it was not ready in time'), START_TIMEOUT_MS)
    const settle = (outcome: string) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    child.once('error', (error) => settle(error.message))
    child.once('exit', (code, signal) => settle(`it stopped with ${signal ?? `code ${code}`}`))
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.includes('database system is ready to accept connections')) settle('ready')
    })
  })
}

function supervise(
  child: ChildProcess,
  socketDir: string,
  cluster: string,
  words: () => string,
  options: Options,
): Server {
  let asked = false
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const watcher = child.stdio[3] as Writable
  watcher.on('error', () => {})
  void gone.then(() => {
    watcher.end('stopped\n')
    removeSocketDir(socketDir, cluster)
    if (!asked) options.onCrash?.(words())
  })
  const stop = async () => {
    asked = true
    child.kill('SIGINT')
    const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS)
    await gone
    clearTimeout(timer)
  }
  return { socketDir, stop }
}

/** What the server said about its last failure, kept short. */
function collectWords(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-4_000)
  })
  return () => {
    const lines = tail.split('\n').filter((line) => /(FATAL|PANIC|HINT|DETAIL): /.test(line))
    return lines
      .slice(-3)
      .map((line) => line.replace(/^.*?(FATAL|PANIC|HINT|DETAIL): +/, '').replace(/\.$/, ''))
      .join('. ')
  }
}

function chooseSocketDir(cluster: string): string {
  if (Buffer.byteLength(cluster) <= SOCKET_DIR_MAX) return cluster
  const path = mkdtempSync(join(tmpdir().length < 60 ? tmpdir() : '/tmp', 'slotgraph-socket-'))
  const { uid, gid } = statSync(cluster)
  chownSync(path, uid, gid)
  return path
}

function removeSocketDir(socketDir: string, cluster: string): void {
  if (socketDir !== cluster) rmSync(socketDir, { recursive: true, force: true })
}
