// What a thrown database error means, one test per row, through Prisma and through pg.
// The tables here belong to this file: their constraints are what is asked about.
import { createServer } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { databaseFailure } from '../../src/db/failure.ts'
import { testDatabase } from '../support/database.ts'

const db = await testDatabase()

beforeAll(async () => {
  await db.pool.query(`
    CREATE EXTENSION IF NOT EXISTS btree_gist;
    CREATE TABLE indexed (word text PRIMARY KEY);
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE seat (
      id int CONSTRAINT seat_pkey PRIMARY KEY,
      room int NOT NULL,
      during int4range,
      heads int CONSTRAINT seat_heads_check CHECK (heads <= 4),
      parent int CONSTRAINT seat_parent_fkey REFERENCES parent (id),
      word text,
      code varchar(3),
      facts jsonb,
      CONSTRAINT seat_during_excl EXCLUDE USING gist (room WITH =, during WITH &&)
    );
    INSERT INTO parent VALUES (1);
    INSERT INTO seat (id, room, during, heads, parent) VALUES (1, 1, '[1,5)', 1, 1);
  `)
})

const statements: [string, string, unknown[], ReturnType<typeof databaseFailure>][] = [
  [
    'an exclusion constraint',
    `INSERT INTO seat (id, room, during) VALUES (2, 1, '[4,6)')`,
    [],
    { kind: 'OVERLAP', constraint: 'seat_during_excl' },
  ],
  [
    'a unique constraint',
    'INSERT INTO seat (id, room) VALUES (1, 9)',
    [],
    { kind: 'UNIQUE', constraint: 'seat_pkey' },
  ],
  [
    'a foreign key without its row',
    'INSERT INTO seat (id, room, parent) VALUES (3, 9, 77)',
    [],
    { kind: 'FOREIGN_KEY', constraint: 'seat_parent_fkey' },
  ],
  [
    'a row that is still pointed to',
    'DELETE FROM parent WHERE id = 1',
    [],
    { kind: 'FOREIGN_KEY', constraint: 'seat_parent_fkey' },
  ],
  [
    'a check constraint',
    'INSERT INTO seat (id, room, heads) VALUES (4, 9, 5)',
    [],
    { kind: 'CHECK', constraint: 'seat_heads_check' },
  ],
  [
    'a text with a NUL byte',
    'INSERT INTO seat (id, room, word) VALUES (5, 9, $1)',
    ['a\0b'],
    { kind: 'BAD_INPUT' },
  ],
  [
    'a number out of range',
    'INSERT INTO seat (id, room) VALUES (6, $1::text::int)',
    ['99999999999'],
    { kind: 'BAD_INPUT' },
  ],
  [
    'a text that is no uuid',
    `SELECT * FROM "Account" WHERE id = $1::text::uuid`,
    ['x'],
    { kind: 'BAD_INPUT' },
  ],
  [
    'a text that is too long for its column',
    'INSERT INTO seat (id, room, code) VALUES (7, 9, $1)',
    ['four'],
    { kind: 'BAD_INPUT' },
  ],
  [
    'a text that is too long for its index',
    `INSERT INTO indexed
       SELECT string_agg(md5(n::text || $1::text), '') FROM generate_series(1, 400) n`,
    ['salt'],
    { kind: 'BAD_INPUT' },
  ],
  [
    'JSON with a character that is no text',
    'INSERT INTO seat (id, room, facts) VALUES (8, 9, $1::text::jsonb)',
    ['"\\u0000"'],
    { kind: 'BAD_INPUT' },
  ],
  ['a text that is no date', 'SELECT $1::text::date', ['soon'], { kind: 'BAD_INPUT' }],
  ['a day that is not there', 'SELECT $1::text::date', ['2026-02-30'], { kind: 'BAD_INPUT' }],
  ['a value that is missing', 'INSERT INTO seat (id) VALUES (9)', [], { kind: 'UNKNOWN' }],
  ['a statement that divides by nothing', 'SELECT 1 / 0', [], { kind: 'UNKNOWN' }],
  [
    'a server that shuts down',
    `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57P01'; END $$`,
    [],
    { kind: 'UNAVAILABLE' },
  ],
  ['a table that is not there', 'SELECT * FROM nowhere', [], { kind: 'UNKNOWN' }],
]

describe.each(statements)('databaseFailure: %s', (_name, sql, values, expected) => {
  it('through Prisma', async () => {
    const error = await rejection(db.prisma.$executeRawUnsafe(sql, ...values))
    expect(databaseFailure(error)).toEqual(expected)
  })

  it('through pg', async () => {
    const error = await rejection(db.pool.query(sql, values))
    expect(databaseFailure(error)).toEqual(expected)
  })
})

describe('databaseFailure', () => {
  it('knows a unique constraint that Prisma itself reports', async () => {
    const user = { email: 'a@example.com', name: 'A' }
    await db.prisma.user.create({ data: { id: '00000000-0000-7000-8000-000000000001', ...user } })
    const second = { id: '00000000-0000-7000-8000-000000000002', ...user }
    const error = await rejection(db.prisma.user.create({ data: second }))
    expect(databaseFailure(error)).toEqual({ kind: 'UNIQUE', constraint: 'User_email_key' })
  })

  it('knows a row that Prisma does not find any more', async () => {
    const where = { id: '00000000-0000-7000-8000-00000000dead' }
    const error = await rejection(db.prisma.user.update({ where, data: { name: 'B' } }))
    expect(databaseFailure(error)).toEqual({ kind: 'GONE' })
  })

  it('knows a NUL byte that Prisma itself sends', async () => {
    const error = await rejection(db.prisma.user.findMany({ where: { email: 'a\0b' } }))
    expect(databaseFailure(error)).toEqual({ kind: 'BAD_INPUT' })
  })

  it.each(['prisma', 'pg'] as const)('knows a deadlock through %s', async (way) => {
    const errors = await (way === 'prisma' ? deadlockThroughPrisma() : deadlockThroughPg())
    expect(errors.map(databaseFailure)).toEqual([{ kind: 'RETRY' }])
  })

  it('knows a serialization failure that only the COMMIT reports', async () => {
    await db.pool.query('CREATE TABLE duty (id int PRIMARY KEY, at_work boolean)')
    await db.pool.query('INSERT INTO duty VALUES (1, true), (2, true)')
    const errors = await bothAt(2, (id, meet) =>
      db.prisma.$transaction(
        async (tx) => {
          await tx.$queryRaw`SELECT count(*) FROM duty WHERE at_work`
          await meet()
          await tx.$executeRaw`UPDATE duty SET at_work = false WHERE id = ${id}`
          await meet()
        },
        { isolationLevel: 'Serializable' },
      ),
    )
    expect(errors.map(databaseFailure)).toEqual([{ kind: 'RETRY' }])
  })

  it.each(['prisma', 'pg'] as const)('knows a lock not had in time through %s', async (way) => {
    await prepareRows()
    const holder = await db.pool.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM pair WHERE id = 1 FOR UPDATE')
    const wait = 'SELECT 1 FROM pair WHERE id = 1 FOR UPDATE'
    const through = {
      pg: () => db.pool.query(`SET LOCAL lock_timeout = 20; ${wait}`),
      prisma: () =>
        db.prisma.$transaction(async (tx) => {
          await tx.$executeRaw`SET LOCAL lock_timeout = 20`
          await tx.$queryRawUnsafe(wait)
        }),
    }
    const error = await rejection(through[way]())
    await holder.query('ROLLBACK')
    holder.release()
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
  })

  it('knows a statement that took too long', async () => {
    const slow = 'SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)'
    expect(databaseFailure(await rejection(db.pool.query(slow)))).toEqual({ kind: 'UNAVAILABLE' })
    const throughPrisma = db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = 20`
      await tx.$queryRaw`SELECT 1 FROM pg_sleep(5)`
    })
    expect(databaseFailure(await rejection(throughPrisma))).toEqual({ kind: 'UNAVAILABLE' })
  })

  it('knows a pool without a free connection', async () => {
    const small = await openDatabase(db.url, { maxConnections: 1 })
    const held = await small.pool.connect()
    const errors = await Promise.all([
      rejection(small.pool.query('SELECT 1')),
      rejection(small.prisma.$queryRaw`SELECT 1`),
      rejection(small.prisma.$transaction(async () => {})),
    ])
    held.release()
    await small.close()
    expect(errors.map(databaseFailure)).toEqual(Array(3).fill({ kind: 'UNAVAILABLE' }))
  })

  it('knows a connection that was cut', async () => {
    const cut = 'SELECT pg_terminate_backend(pg_backend_pid())'
    const errors = [
      await rejection(db.pool.query(cut)),
      await rejection(db.prisma.$queryRawUnsafe(cut)),
    ]
    expect(errors.map(databaseFailure)).toEqual(Array(2).fill({ kind: 'UNAVAILABLE' }))
  })

  it('knows nothing of what is not a database error', () => {
    const values = [new Error('boom'), new TypeError('x'), 'text', null, undefined, { code: 7 }]
    expect(values.map(databaseFailure)).toEqual(values.map(() => ({ kind: 'UNKNOWN' })))
  })
})

describe('databaseFailure of a server that is', () => {
  const hung = createServer((socket) => socket.resume())
  let hungUrl = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve))
    const { port } = hung.address() as { port: number }
    hungUrl = `postgresql://u:p@127.0.0.1:${port}/x`
  })
  afterAll(() => new Promise((resolve) => hung.close(resolve)))

  it('not there', async () => {
    const client = new pg.Client({ connectionString: 'postgresql://u:p@127.0.0.1:1/x' })
    const error = await rejection(client.connect())
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
  })

  it('not there, as a socket of this machine', async () => {
    const client = new pg.Client({ connectionString: 'postgresql://u:p@localhost/x?host=/nowhere' })
    const error = await rejection(client.connect())
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
  })

  it('hung', async () => {
    const pool = new pg.Pool({ connectionString: hungUrl, connectionTimeoutMillis: 50 })
    const error = await rejection(pool.query('SELECT 1'))
    await pool.end()
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
  })

  it('slow to answer a query', async () => {
    const client = new pg.Client({ connectionString: db.url, query_timeout: 20 })
    await client.connect()
    const error = await rejection(client.query('SELECT pg_sleep(0.3)'))
    await client.end()
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
  })
})

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => ({ fulfilled: true as const }),
    (error: unknown) => ({ fulfilled: false as const, error }),
  )
  if (outcome.fulfilled) throw new Error('it was expected to fail')
  return outcome.error
}

/** Runs two parties that wait for each other at each `meet`; the errors of those that failed. */
async function bothAt(
  parties: 2,
  run: (id: number, meet: () => Promise<void>) => Promise<unknown>,
): Promise<unknown[]> {
  let waiting: (() => void)[] = []
  const meet = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length < parties) return
      for (const go of waiting) go()
      waiting = []
    })
  const outcomes = await Promise.allSettled([run(1, meet), run(2, meet)])
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
}

async function prepareRows(): Promise<void> {
  await db.pool.query('CREATE TABLE IF NOT EXISTS pair (id int PRIMARY KEY, n int)')
  await db.pool.query('INSERT INTO pair VALUES (1, 0), (2, 0) ON CONFLICT DO NOTHING')
}

async function deadlockThroughPrisma(): Promise<unknown[]> {
  await prepareRows()
  return bothAt(2, (id, meet) =>
    db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE pair SET n = 1 WHERE id = ${id}`
      await meet()
      await tx.$executeRaw`UPDATE pair SET n = 1 WHERE id = ${3 - id}`
    }),
  )
}

async function deadlockThroughPg(): Promise<unknown[]> {
  await prepareRows()
  return bothAt(2, async (id, meet) => {
    const client = await db.pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('UPDATE pair SET n = 1 WHERE id = $1', [id])
      await meet()
      await client.query('UPDATE pair SET n = 1 WHERE id = $1', [3 - id])
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
  })
}
