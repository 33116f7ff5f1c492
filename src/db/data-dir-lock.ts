// Which process owns a data directory: one at a time, also when the last owner was killed.
// An owner is a process id together with the time that process was born, because ids are reused.
import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartupFault } from './startup-fault.ts'

/** Takes the directory for this process and returns the function that gives it back. */
export function lockDataDir(dataDir: string): () => void {
  const lock = join(dataDir, 'lock')
  const draft = `${lock}.${process.pid}`
  const mine = identityOf(process.pid) ?? ''
  writeFileSync(draft, mine)
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // A link appears with its content and only if nobody else has one.
      if (succeeds(() => linkSync(draft, lock), 'EEXIST')) return () => giveBack(lock, mine)
      const owner = read(lock)
      if (owner === undefined) continue
      refuseLiving(owner, dataDir)
      setAside(lock, owner)
    }
    throw new StartupFault(
      `Could not take the data directory "${dataDir}": other processes are starting on it. ` +
        'Wait until they are done, or set DATA_DIR to another directory.',
    )
  } finally {
    rmSync(draft, { force: true })
  }
}

/** When the process began, in a form that no later process with its id repeats. */
export function birthOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; field 3 (state) follows it, field 22 is the birth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return undefined
    return `${fields[19]}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
  } catch {
    return undefined
  }
}

function refuseLiving(owner: string, dataDir: string): void {
  const pid = Number(/"pid":(\d+)/.exec(owner)?.[1])
  if (!pid || identityOf(pid) !== owner) return
  throw new StartupFault(
    `Cannot use the data directory "${dataDir}": process ${pid} is using it. ` +
      'Stop that process, or set DATA_DIR to another directory.',
  )
}

/** What a process writes into its lock; undefined when there is no such process. */
function identityOf(pid: number): string | undefined {
  const born = birthOf(pid)
  return born && JSON.stringify({ pid, born })
}

// Two processes may find the same dead owner: the one that moved a living lock puts it back.
function setAside(lock: string, dead: string): void {
  const aside = `${lock}.${process.pid}.dead`
  if (!succeeds(() => renameSync(lock, aside), 'ENOENT')) return
  if (read(aside) !== dead) succeeds(() => linkSync(aside, lock), 'EEXIST')
  rmSync(aside, { force: true })
}

function giveBack(lock: string, mine: string): void {
  if (read(lock) === mine) rmSync(lock, { force: true })
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function succeeds(act: () => void, expected: string): boolean {
  try {
    act()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return false
    throw error
  }
}
