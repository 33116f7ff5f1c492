// The program with its demo on a data directory of its own: as `npm start` runs it, or measured.

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoFile } from '../../src/demo/demo-file.ts'
import { below } from './processes.ts'
import { type Measured, measured } from './server.ts'

const root = join(import.meta.dirname, '../..')

/** Its settings are those of a first start, whatever the surroundings say. */
const settingsFor = (dataDir: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  DATA_DIR: dataDir,
  PORT: '0',
  LOG_LEVEL: 'error',
})

/** Runs `work` with a data directory and removes it, whatever happens. */
export async function withDataDir(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'slotgraph-bench-'))
  try {
    await work(dataDir)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

export type Started = {
  /** The process that `npm start` is, and the server below it. */
  pids: { starter: number; server: number }
  stop(): Promise<void>
}

/** What `npm start` does. */
export async function npmStart(dataDir: string): Promise<Started> {
  const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'start'], {
    env: settingsFor(dataDir),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await readyOf(child)
  const starter = child.pid ?? 0
  const [server] = below(starter)
  return {
    pids: { starter, server: server?.pid ?? 0 },
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** The same server, which answers what it costs; and how to ask the demo. */
export async function startMeasured(
  dataDir: string,
): Promise<{ server: Measured; demo: DemoFile }> {
  const child = fork(join(import.meta.dirname, '../servers/program.ts'), [], {
    env: settingsFor(dataDir),
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const url = await readyOf(child)
  const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoFile
  return { server: measured(child, 'slotgraph', url), demo }
}

/** The address that it prints last. */
function readyOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [, url] = said.match(/^ready (\S+)$/m) ?? []
      if (url !== undefined) resolve(url)
    })
    child.once('exit', () => reject(new Error(`The program ended before it was ready: ${said}`)))
  })
}
