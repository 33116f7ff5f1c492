// What processes hold and spend, as Linux tells it in /proc. Megabytes are 10^6 bytes.

import { readdirSync, readFileSync } from 'node:fs'

/** Resident now, and the most that was. */
export function residentOf(pid: number): { mb: number; mostMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { mb: mbOf(status, 'VmRSS'), mostMb: mbOf(status, 'VmHWM') }
}

/** What processes hold together: of what they share, each has its part. */
export function heldMb(pids: readonly number[]): number {
  const each = pids.map((pid) => mbOf(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss'))
  return each.reduce((sum, mb) => sum + mb, 0)
}

/** Milliseconds of processor time since its start. */
export function spentMs(pid: number): number {
  const [, , , , , , , , , , , user, system] = statOf(pid)
  // In hundredths of a second.
  return (Number(user) + Number(system)) * 10
}

/**
 * Begins to count the processor time of all processes of PostgreSQL below this one; the answer says
 * it in milliseconds. Of those that end meanwhile it knows nothing.
 */
export function countPostgres(): () => number {
  const all = () =>
    below(process.pid)
      .filter(({ name }) => name === 'postgres')
      .map(({ pid }) => [pid, spentMs(pid)] as const)
  const before = new Map(all())
  return () => all().reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? 0), 0)
}

/** Everything below a process, by name. */
export function below(pid: number): { pid: number; name: string }[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = statOf(Number(name))
        return [{ pid: Number(name), parent: Number(parent) }]
      } catch {
        // It ended while we looked.
        return []
      }
    })
  const found: number[] = [pid]
  for (const parent of found) {
    found.push(...all.filter((each) => each.parent === parent).map((each) => each.pid))
  }
  return found.slice(1).map((each) => ({ pid: each, name: nameOf(each) }))
}

const nameOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()

/** From the state on; the name before it may hold anything. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** A line such as `VmRSS:  224928 kB`, whose kB are of 1,024 bytes. */
function mbOf(text: string, name: string): number {
  const [, kb] = text.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm')) ?? []
  return (Number(kb) * 1.024) / 1000
}
