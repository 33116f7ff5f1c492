// Statements whose rows are texts: they send what pg sends, and fail as pg's own do.
import fc from 'fast-check'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { createNames } from '../../src/db/statement.ts'
import { runForTexts } from '../../src/db/text-statement.ts'
import { testDatabase } from '../support/database.ts'

const { pool, url } = await testDatabase()

const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((each) => !each.includes('\0'))
const wellFormed = text.filter((each) => each.isWellFormed())

it('sends values as they are', async () => {
  const at = new Date('2026-03-02T10:00:00.123Z')
  const values = ['x', 3, true, null, at, { a: ["'"] }, Buffer.from([0, 255]), [at, null]]
  const types = ['text', 'int', 'bool', 'text', 'timestamptz', 'jsonb', 'bytea', 'timestamptz[]']
  const columns = types.map((type, index) => `$${index + 1}::${type}`)
  const statement = { text: `SELECT ${columns.join(', ')}`, values }
  const [row] = await runForTexts(pool, statement)
  const { rows } = await pool.query({ ...statement, rowMode: 'array', types: asTexts })
  expect(row).toEqual(rows[0])
  expect(row?.slice(0, 4)).toEqual(['x', '3', 't', null])
})

it('sends texts and lists of texts, whatever they hold', async () => {
  await fc.assert(
    fc.asyncProperty(wellFormed, fc.array(fc.option(wellFormed)), async (one, many) => {
      const statement = { text: 'SELECT $1::text, to_json($2::text[])::text', values: [one, many] }
      const [row] = await runForTexts(pool, statement)
      expect(row?.[0]).toBe(one)
      expect(JSON.parse(row?.[1] ?? '')).toEqual(many)
    }),
    { numRuns: 100 },
  )
})

it('keeps no more texts prepared than there are names', async () => {
  const nameIn = createNames(2)
  const texts = ['one', 'two', 'three', 'four'].map((word) => `SELECT $1::text AS "${word}"`)
  const named = texts.map(nameIn)
  const names = named.map(({ name }) => name)
  expect(names.slice(2)).toEqual(['', ''])
  expect(new Set(names).size).toBe(3)
  expect(texts.map(nameIn)).toEqual(named)
  const one = new Pool({ connectionString: url, max: 1 })
  try {
    for (const value of ['x', 'y']) {
      for (const [index, text] of texts.entries()) {
        const found = await runForTexts(one, { text, values: [value] }, named[index])
        expect(found).toEqual([[value]])
      }
    }
    const { rows } = await one.query('SELECT "statement" FROM pg_prepared_statements ORDER BY 1')
    expect(rows.map(({ statement }) => statement)).toEqual(texts.slice(0, 2))
  } finally {
    await one.end()
  }
})

it('gives every row, and none', async () => {
  const text = 'SELECT n::text FROM generate_series(1, $1::int) n'
  expect(await runForTexts(pool, { text, values: [3] })).toEqual([['1'], ['2'], ['3']])
  expect(await runForTexts(pool, { text, values: [0] })).toEqual([])
})

it('fails alone, and its connection serves on', async () => {
  const before = pool.totalCount
  const text = 'SELECT 1 / $1::int'
  const asked = [0, 1, 0].map((value) => runForTexts(pool, { text, values: [value] }))
  const told = await Promise.allSettled(asked)
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
  await expect(runForTexts(pool, { text: 'SELECT nonsense', values: [] })).rejects.toThrow(
    'nonsense',
  )
  await expect(runForTexts(pool, { text: 'SELECT nonsense', values: [] })).rejects.toThrow(
    'nonsense',
  )
  expect(await runForTexts(pool, { text, values: [1] })).toEqual([['1']])
  expect(pool.totalCount).toBeLessThanOrEqual(Math.max(before, 3))
})

const asTexts = { getTypeParser: () => (value: string) => value }
