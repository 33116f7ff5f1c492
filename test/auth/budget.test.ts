// Budgets: exact points by a clock that the test moves, on two nodes that share one database, and
// on one whose database does not answer.
import pg from 'pg'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createBudgets, type Budgets } from '../../src/auth/budget.ts'
import { pruneSpending } from '../../src/auth/budget.data.ts'
import { testClock } from '../support/clock.ts'
import { testDatabase } from '../support/database.ts'

const { pool } = await testDatabase()
const log = pino({ level: 'silent' })
const limits = { credential: 100, account: 0 }

let made = 0
const newKey = () => `key ${(made += 1)}`

function nodes(count: number, start = '2026-03-02T08:00:20Z') {
  const clock = testClock(start)
  const create = () => createBudgets({ pool, clock, log, limits })
  return { clock, nodes: Array.from({ length: count }, create) }
}

const take = (budgets: Budgets | undefined, key: string, points: number, limit = 100) =>
  budgets?.take([{ key, points, limit }])

const rows = async (key: string) =>
  (await pool.query('SELECT points, expire FROM "RateBudget" WHERE key = $1', [key])).rows

describe('a budget', () => {
  it('is spent to its last point and not beyond, and begins anew with the minute', () => {
    const {
      clock,
      nodes: [node],
    } = nodes(1)
    const key = newKey()
    const resetsAt = Date.parse('2026-03-02T08:01:00Z')
    const standing = (remaining: number, resetsInSeconds = 40) => ({
      limit: 100,
      remaining,
      resetsAt,
      resetsInSeconds,
    })
    expect(take(node, key, 60)).toEqual({ taken: true, standing: standing(40) })
    expect(take(node, key, 41)).toEqual({ taken: false, standing: standing(40) })
    expect(take(node, key, 40)).toEqual({ taken: true, standing: standing(0) })
    clock.advance(39_999)
    expect(take(node, key, 1)).toEqual({ taken: false, standing: standing(0, 1) })
    clock.advance(1)
    expect(take(node, key, 100)).toMatchObject({ taken: true, standing: { remaining: 0 } })
  })

  it('is not touched by that of another', () => {
    const {
      nodes: [node],
    } = nodes(1)
    const [one, other] = [newKey(), newKey()]
    take(node, one, 100)
    expect(take(node, other, 1)).toMatchObject({ taken: true, standing: { remaining: 99 } })
  })

  it('is charged together with others or not at all, and the tightest is told of', () => {
    const {
      nodes: [node],
    } = nodes(1)
    const [wide, tight] = [newKey(), newKey()]
    const both = (points: number) =>
      node?.take([
        { key: wide, points, limit: 100 },
        { key: tight, points, limit: 10 },
      ])
    expect(both(8)).toMatchObject({ taken: true, standing: { limit: 10, remaining: 2 } })
    expect(both(3)).toMatchObject({ taken: false, standing: { limit: 10, remaining: 2 } })
    expect(take(node, wide, 0)).toMatchObject({ standing: { remaining: 92 } })
  })
})

describe('two nodes', () => {
  it('know after an exchange what both have spent', async () => {
    const {
      nodes: [first, second],
    } = nodes(2)
    const key = newKey()
    take(first, key, 60)
    await first?.exchange()
    // Until it has asked, a node knows its own spending only: the overshoot that is allowed.
    expect(take(second, key, 30)).toMatchObject({ taken: true, standing: { remaining: 70 } })
    await second?.exchange()
    expect(take(second, key, 11)).toMatchObject({ taken: false, standing: { remaining: 10 } })
    expect(take(first, key, 1)).toMatchObject({ taken: true, standing: { remaining: 39 } })
    await first?.exchange()
    expect(take(first, key, 10)).toMatchObject({ taken: false, standing: { remaining: 9 } })
    expect(await rows(key)).toEqual([
      { points: 91, expire: String(Date.parse('2026-03-02T08:01:00Z')) },
    ])
  })

  it('lose no point when they exchange at once, and count none twice', async () => {
    const {
      nodes: [first, second],
    } = nodes(2)
    const keys = Array.from({ length: 20 }, newKey)
    for (let round = 0; round < 5; round += 1) {
      for (const key of keys) {
        take(first, key, 1)
        take(second, key, 2)
      }
      const exchanging = Promise.all([first?.exchange(), second?.exchange()])
      for (const key of keys) take(first, key, 1)
      await exchanging
    }
    await first?.exchange()
    await second?.exchange()
    for (const key of keys) {
      expect(await rows(key)).toMatchObject([{ points: 20 }])
      expect(take(first, key, 0)).toMatchObject({ standing: { remaining: 80 } })
    }
  })

  it('begin anew in the row of a minute that is over', async () => {
    const {
      clock,
      nodes: [first, second],
    } = nodes(2)
    const key = newKey()
    take(first, key, 60)
    await first?.exchange()
    clock.advance(40_000)
    take(second, key, 5)
    await second?.exchange()
    expect(await rows(key)).toMatchObject([{ points: 5 }])
    expect(take(first, key, 0)).toMatchObject({ standing: { remaining: 100 } })
  })

  it('do not overwrite each other when a clock is a minute behind', async () => {
    const late = nodes(1, '2026-03-02T08:00:20Z').nodes[0]
    const early = nodes(1, '2026-03-02T08:01:20Z').nodes[0]
    const key = newKey()
    take(early, key, 50)
    await early?.exchange()
    take(late, key, 30)
    await late?.exchange()
    expect(await rows(key)).toMatchObject([{ points: 50 }])
    expect(take(late, key, 0)).toMatchObject({ standing: { remaining: 70 } })
  })
})

describe('without its database', () => {
  it('a node counts on alone, and tells what it counted when the database is back', async () => {
    const clock = testClock('2026-03-02T08:00:20Z')
    const lines: string[] = []
    const heard = pino({}, { write: (line) => void lines.push(line) })
    const gone = new pg.Pool({ host: '127.0.0.1', port: 1 })
    let current: Pick<pg.Pool, 'query'> = gone
    const switched = { query: (...args: Parameters<pg.Pool['query']>) => current.query(...args) }
    const node = createBudgets({ pool: switched as pg.Pool, clock, log: heard, limits })
    const key = newKey()
    take(node, key, 60)
    await node.exchange()
    expect(take(node, key, 30)).toMatchObject({ taken: true, standing: { remaining: 10 } })
    await node.exchange()
    expect(take(node, key, 11)).toMatchObject({ taken: false })
    expect(lines).toHaveLength(1)
    current = pool
    await node.exchange()
    expect(await rows(key)).toMatchObject([{ points: 90 }])
    expect(take(node, key, 10)).toMatchObject({ taken: true, standing: { remaining: 0 } })
    await gone.end()
  })
})

describe('upkeep', () => {
  it('removes what minutes before have left', async () => {
    const {
      clock,
      nodes: [node],
    } = nodes(1)
    const [old, fresh] = [newKey(), newKey()]
    take(node, old, 1)
    await node?.exchange()
    clock.advance(60_000)
    take(node, fresh, 1)
    await node?.exchange()
    await pruneSpending(pool, clock.now())
    expect([await rows(old), await rows(fresh)]).toMatchObject([[], [{ points: 1 }]])
  })
})
