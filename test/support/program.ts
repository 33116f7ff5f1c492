// The program as a process of its own, for what only a process shows: exit codes, signals, what it
// prints, what it leaves behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

// The same for all servers of a database, as it has to be.
const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64')

const ROOT = join(import.meta.dirname, '..', '..')

export type Program = {
  pid: number
  /** What it printed so far. */
  output(): { stdout: string; stderr: string }
  /** Resolves with the match when standard output shows it; rejects when the program ends first. */
  shows(pattern: RegExp): Promise<RegExpMatchArray>
  kill(signal: NodeJS.Signals): void
  isRunning(): boolean
  /** Processor time it took so far (elsewhere than on Linux: time since its start). */
  workedMs(): number
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts `node ...args` in the project with these variables and no other settings. */
export function startProgram(args: string[], variables: Record<string, string>): Program {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', SECRETS_KEY, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const began = performance.now()
  const text = { stdout: '', stderr: '' }
  const ended = new Promise<Awaited<Program['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (text[name] += chunk.toString('utf8')))
  }
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  return {
    pid: child.pid as number,
    output: () => ({ ...text }),
    shows: (pattern) => shows(child, text, ended, pattern),
    kill: (signal) => child.kill(signal),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    workedMs: () => workedMs(child.pid as number) ?? performance.now() - began,
    ended,
  }
}

// Other work on the machine counts against the clock, and not against this.
function workedMs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 and 15, in hundredths of a second; the name in parentheses may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function shows(
  child: ChildProcess,
  text: { stdout: string; stderr: string },
  ended: Promise<unknown>,
  pattern: RegExp,
): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = text.stdout.match(pattern)
      if (found) resolve(found)
    }
    child.stdout?.on('data', look)
    look()
    void ended.then(() => reject(new Error(`it ended without ${pattern}: ${text.stderr}`)))
  })
}
