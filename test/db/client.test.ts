// What a connection promises: one database for both ways, UTC, limits, and sentences for faults.
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { testDatabase } from '../support/database.ts'
import { fakePostgres } from '../support/fake-postgres.ts'

const db = await testDatabase()

describe('openDatabase', () => {
  it('gives Prisma and hand-written SQL the same connections', async () => {
    const ask = 'SELECT current_database() AS name, pg_backend_pid() AS pid'
    const single = await openDatabase(db.url, { maxConnections: 1 })
    const throughPg = (await single.pool.query(ask)).rows
    const throughPrisma = await single.prisma.$queryRawUnsafe(ask)
    await single.close()
    expect(throughPrisma).toEqual(throughPg)
  })

  it('reads an instant as it is although the server lives in another zone', async () => {
    await db.pool.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L',
         current_database(), 'Asia/Kolkata'); END $$`,
    )
    const elsewhere = await openDatabase(db.url)
    const rows = await elsewhere.prisma.$queryRaw<{ at: Date }[]>`
      SELECT '2026-03-29T00:30:00Z'::timestamptz AS at`
    await elsewhere.close()
    expect(rows[0]?.at.toISOString()).toBe('2026-03-29T00:30:00.000Z')
  })

  it('limits every statement', async () => {
    const ask = `SELECT current_setting('statement_timeout') AS s, current_setting(
      'idle_in_transaction_session_timeout') AS i, current_setting('lock_timeout') AS l`
    expect((await db.pool.query(ask)).rows).toEqual([{ s: '10s', i: '10s', l: '5s' }])
  })

  it('prepares what Prisma asks again, and only that', async () => {
    const single = await openDatabase(db.url, { maxConnections: 1 })
    for (let n = 0; n < 3; n += 1) await single.prisma.user.findMany({ where: { name: `${n}` } })
    const { rows } = await single.pool.query(
      `SELECT count(*)::int AS n FROM pg_prepared_statements WHERE statement LIKE '%"User"%'`,
    )
    await single.close()
    expect(rows).toEqual([{ n: 1 }])
  })

  it('tells who listens when an idle connection breaks, and goes on', async () => {
    let heard = (_error: Error) => {}
    const broken = new Promise<Error>((resolve) => (heard = resolve))
    const single = await openDatabase(db.url, { maxConnections: 1, onIdleError: (e) => heard(e) })
    const { rows } = await single.pool.query('SELECT pg_backend_pid() AS pid')
    await db.pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    expect((await broken).message).toBe('terminating connection due to administrator command')
    expect((await single.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await single.close()
  })

  it('refuses a server older than 15 in a sentence', async () => {
    const old = await fakePostgres('140011')
    await expect(openDatabase(old.url)).rejects.toThrow(
      `Cannot use the database at "${old.url.replace('secret', '***')}": it runs PostgreSQL 14, ` +
        'and 15 or newer is needed. Set DATABASE_URL to a newer server, or leave it unset for ' +
        'the embedded one.',
    )
    await old.close()
  })

  it.each([
    ['nothing listens there', 'postgresql://u:secret@127.0.0.1:1/x'],
    ['no host has that name', 'postgresql://u:secret@host.invalid/x'],
    ['there is no such socket', 'postgresql://u:secret@localhost/x?host=/nowhere'],
  ])('says that %s, without the password', async (trouble, url) => {
    const error = await openDatabase(url).catch((reason: Error) => reason)
    expect(error).toMatchObject({ name: 'StartupFault' })
    expect((error as Error).message).toMatch(/^Could not reach the database at "postgresql:/)
    expect((error as Error).message).toContain(trouble)
    expect((error as Error).message).not.toContain('secret')
  })

  it('says that there is no such database', async () => {
    const url = new URL(db.url)
    url.pathname = '/nowhere'
    await expect(openDatabase(url.href)).rejects.toThrow('there is no such database')
  })

  // Another server may trust whoever comes.
  it.skipIf(process.env['DATABASE_URL_TEST'])('says that the password is wrong', async () => {
    const url = new URL(db.url)
    url.password = 'wrong'
    await expect(openDatabase(url.href)).rejects.toThrow('the user or the password is wrong')
  })

  it('says within five seconds that a server does not answer', async () => {
    const hung = createServer((socket) => socket.resume())
    await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve))
    const { port } = hung.address() as { port: number }
    const began = performance.now()
    const outcome = openDatabase(`postgresql://u:p@127.0.0.1:${port}/x`)
    await expect(outcome).rejects.toThrow('it does not answer')
    expect(performance.now() - began).toBeLessThan(5_000)
    await new Promise((resolve) => hung.close(resolve))
  })
})
