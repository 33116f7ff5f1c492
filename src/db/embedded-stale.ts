// What a killed predecessor may have left of the embedded PostgreSQL: a running server without
// an owner, or files that name a process. Called only by whoever holds the data directory's lock.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { birthOf } from './data-dir-lock.ts'
import { StartupFault } from './startup-fault.ts'

/** What a server says when parts of its predecessor are still going away. */
export const LINGERING = /shared memory block .* is still in use|lock file .* already exists/

/** Stops the ownerless server of this cluster, and removes files that name somebody else. */
export async function clearStalePostmaster(cluster: string): Promise<void> {
  for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
    const path = join(cluster, name)
    const pid = firstLine(path)
    if (pid === undefined) continue
    const command = commandOf(pid)
    // PostgreSQL itself clears away what names a dead process, and only then safely.
    if (command === undefined) continue
    if (command.includes(`-D ${cluster} `)) await stopOrphan(pid, cluster)
    else if (!command.includes('postgres')) rmSync(path, { force: true })
  }
}

async function stopOrphan(pid: number, cluster: string): Promise<void> {
  const born = birthOf(pid)
  for (const [signal, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    if (birthOf(pid) === born) process.kill(pid, signal)
    const deadline = Date.now() + patienceMs
    while (Date.now() < deadline) {
      if (birthOf(pid) !== born) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new StartupFault(
    `Could not start the embedded PostgreSQL in "${cluster}": process ${pid}, left by an earlier ` +
      'run, does not stop. End that process and start again.',
  )
}

function firstLine(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').split('\n')[0])
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

function commandOf(pid: number): string | undefined {
  if (birthOf(pid) === undefined) return undefined
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    }
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return undefined
  }
}
