// The promises of the connection itself: limits, zones, sentences.
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../support/database.ts'

const db = await testDatabase()

describe('openDatabase', () => {
  it('gives Prisma and hand-written SQL the same database', async () => {
    const rows = await db.prisma.$queryRaw`SELECT current_database() AS name`
    expect((await db.pool.query('SELECT current_database() AS name')).rows).toEqual(rows)
  })
})
