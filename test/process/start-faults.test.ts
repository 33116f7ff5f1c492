// What prevents a start: each fault is one sentence and exit code 1, and leaves nothing behind.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import pg from 'pg'
import { testDatabaseUrl } from '../support/database.ts'
import { fakePostgres } from '../support/fake-postgres.ts'
import { startProgram } from '../support/program.ts'

const foreignServer = process.env['DATABASE_URL_TEST'] !== undefined
let home = ''
let dataDir = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'start-'))
  dataDir = join(home, 'data')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Starts, waits for the end, and gives back what a person saw. */
async function startAndFail(variables: Record<string, string>) {
  const program = startProgram(['src/main.ts'], { DATA_DIR: dataDir, ...variables })
  const { code } = await program.ended
  // The log is beside the sentence; a person reads past the lines in braces.
  const { stdout, stderr } = program.output()
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  return { code, stdout, sentence: lines.join('\n') }
}

describe('npm start refuses', () => {
  it('wrong settings, all of them at once', async () => {
    const seen = await startAndFail({ PORT: 'http', SEED: 'some' })
    expect(seen).toEqual({
      code: 1,
      stdout: '',
      sentence: [
        'Cannot start, because 2 settings are wrong:',
        '  PORT is "http"; it has to be a whole number from 0 to 65535.',
        '  SEED is "some"; it has to be one of demo, none.',
      ].join('\n'),
    })
    expect(existsSync(dataDir)).toBe(false)
  })

  it('a taken port, before it makes anything', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const seen = await startAndFail({ PORT: String(port) })
    await new Promise((resolve) => other.close(resolve))
    expect(seen).toEqual({
      code: 1,
      stdout: '',
      sentence:
        `Could not listen on 127.0.0.1 port ${port}: something else does. ` +
        'Stop it, or set PORT to another port; PORT=0 picks a free one.',
    })
    expect(existsSync(dataDir)).toBe(false)
  })

  it('an address that is not of this machine', async () => {
    const { code, sentence } = await startAndFail({ HOST: '192.0.2.1' })
    expect(code).toBe(1)
    expect(sentence).toBe(
      'Could not listen on 192.0.2.1 port 0: this machine has no such address. ' +
        'Set HOST to 127.0.0.1, or to 0.0.0.0 for all.',
    )
  })

  it('a database that is not there, within five seconds', async () => {
    const began = performance.now()
    const seen = await startAndFail({ DATABASE_URL: 'postgresql://me:secret@127.0.0.1:1/x' })
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(seen).toEqual({
      code: 1,
      stdout: '',
      sentence:
        'Could not reach the database at "postgresql://me:***@127.0.0.1:1/x": nothing listens ' +
        'there. Start that server or correct DATABASE_URL, or leave it unset for the embedded ' +
        'PostgreSQL.',
    })
    expect(existsSync(dataDir)).toBe(false)
  })

  it('a database server that is too old', async () => {
    const old = await fakePostgres('140011')
    const { code, sentence } = await startAndFail({ DATABASE_URL: old.url })
    await old.close()
    expect(code).toBe(1)
    expect(sentence).toMatch(/it runs PostgreSQL 14, and 15 or newer is needed\. Set DATABASE_URL/)
  })

  // Only the embedded server can be told to forget its extensions.
  it.skipIf(foreignServer)('a database without btree_gist, and leaves it as it was', async () => {
    const url = await testDatabaseUrl({ migrated: false })
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const name = new URL(url).pathname.slice(1)
    await client.query(`ALTER DATABASE "${name}" SET extension_control_path = '/nowhere'`)
    const { code, sentence } = await startAndFail({ DATABASE_URL: url })
    const { rows } = await client.query(
      `SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    )
    await client.end()
    expect(code).toBe(1)
    expect(sentence).toMatch(/does not offer the extension "btree_gist"\. Install the PostgreSQL/)
    expect(rows).toEqual([{ n: 0 }])
  })

  it('a data directory that cannot be one', async () => {
    writeFileSync(dataDir, 'a file')
    const { code, sentence } = await startAndFail({ DATA_DIR: join(dataDir, 'below') })
    expect(code).toBe(1)
    expect(sentence).toBe(
      `Could not make the data directory "${join(dataDir, 'below')}", or write to it (ENOTDIR). ` +
        'Set DATA_DIR to a directory that you may write to.',
    )
  })
})
