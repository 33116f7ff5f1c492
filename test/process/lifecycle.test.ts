// A life of the program on its embedded database: start, use, stop, be killed, start again.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { birthOf } from '../../src/db/data-dir-lock.ts'
import { startProgram } from '../support/program.ts'

const home = mkdtempSync(join(tmpdir(), 'life-'))
const dataDir = join(home, 'data')
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** As `npm start` has it: what was compiled once is kept. */
const NODE_COMPILE_CACHE = join(home, 'compiled')

const start = (program = ['src/main.ts']) =>
  startProgram(program, {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    SEED: 'none',
    NODE_COMPILE_CACHE,
  })

const ready = /^ready (http:\/\/127\.0\.0\.1:\d+)\n$/m

const postmasterPid = () =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

/** The shell beside the server that stops it when its owner is gone. */
function watcherOf(postmaster: number): number {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' })
  const lines = processes.split('\n').map((line) => line.trim().split(/ +/))
  return Number(lines.find(([, parent, name]) => parent === `${postmaster}` && name === 'sh')?.[0])
}

async function gone(pid: number): Promise<void> {
  while (birthOf(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function query(sql: string): Promise<unknown[]> {
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()
  const client = new pg.Client({
    host: join(dataDir, 'postgres'),
    user: 'slotgraph',
    database: 'postgres',
    password,
  })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return rows
}

// One story: each test goes on where the one before it stopped.
// Programs start and stop several times in each, on a machine that may be busy.
describe('npm start', { timeout: 60_000 }, () => {
  it('ends its output with its address, answers there, and stops on SIGTERM with 0', async () => {
    const program = start()
    const [, url] = await program.shows(ready)
    expect(program.output().stdout.trimEnd().split('\n').at(-1)).toBe(`ready ${url}`)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    await query('CREATE TABLE kept AS SELECT 1 AS n')
    const postmaster = postmasterPid()
    const began = performance.now()
    program.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(birthOf(postmaster)).toBeUndefined()
  })

  it('starts again in under three seconds with the data still there', async () => {
    const program = start()
    await program.shows(ready)
    expect(program.workedMs()).toBeLessThan(3_000)
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }])
    program.kill('SIGINT')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  })

  it('refuses a second process on the same data directory by name', async () => {
    const first = start()
    await first.shows(ready)
    const second = start()
    expect(await second.ended).toEqual({ code: 1, signal: null })
    expect(second.output()).toEqual({
      stdout: '',
      stderr:
        `Cannot use the data directory "${dataDir}": process ${first.pid} is using it. ` +
        'Stop that process, or set DATA_DIR to another directory.\n',
    })
    expect(await query('SELECT n FROM kept')).toEqual([{ n: 1 }])
  })

  it('takes its database with it when it is killed, and starts again without repair', async () => {
    const program = start()
    await program.shows(ready)
    await query('INSERT INTO kept VALUES (2)')
    const postmaster = postmasterPid()
    program.kill('SIGKILL')
    await program.ended
    await gone(postmaster)
    const again = start()
    await again.shows(ready)
    expect(await query('SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }])
    again.kill('SIGTERM')
    expect(await again.ended).toEqual({ code: 0, signal: null })
  })

  it('starts again without repair when its database was killed with it', async () => {
    const program = start()
    await program.shows(ready)
    await query('INSERT INTO kept VALUES (3)')
    process.kill(postmasterPid(), 'SIGKILL')
    program.kill('SIGKILL')
    await program.ended
    const again = start()
    await again.shows(ready)
    expect(await query('SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    again.kill('SIGTERM')
    expect(await again.ended).toEqual({ code: 0, signal: null })
  })

  it('stops a database that was left without an owner, and starts its own', async () => {
    const program = start()
    await program.shows(ready)
    await query('INSERT INTO kept VALUES (4)')
    const orphan = postmasterPid()
    process.kill(watcherOf(orphan), 'SIGKILL')
    program.kill('SIGKILL')
    await program.ended
    expect(birthOf(orphan)).toBeDefined()
    const again = start()
    await again.shows(ready)
    expect(birthOf(orphan)).toBeUndefined()
    expect(await query('SELECT max(n) AS n FROM kept')).toEqual([{ n: 4 }])
    again.kill('SIGTERM')
    expect(await again.ended).toEqual({ code: 0, signal: null })
  })

  it('ends with 1 when its database dies under it', async () => {
    const program = start()
    await program.shows(ready)
    process.kill(postmasterPid(), 'SIGKILL')
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect(program.output().stderr).toContain('the embedded PostgreSQL stopped by itself')
  })

  it('passes signals and the exit code through the command that npm runs', async () => {
    const launcher = start(['scripts/run.mjs', 'start'])
    await launcher.shows(ready)
    const postmaster = postmasterPid()
    launcher.kill('SIGTERM')
    expect(await launcher.ended).toEqual({ code: 0, signal: null })
    expect(birthOf(postmaster)).toBeUndefined()
  })

  it('stops when the command that npm runs is killed', async () => {
    const launcher = start(['scripts/run.mjs', 'start'])
    await launcher.shows(ready)
    const postmaster = postmasterPid()
    launcher.kill('SIGKILL')
    await gone(postmaster)
    const again = start()
    await again.shows(ready)
    again.kill('SIGTERM')
    expect(await again.ended).toEqual({ code: 0, signal: null })
  })
})
