// What was spent this minute, as rows that all nodes add to. The table is unlogged: what a crash
// forgets is a minute's count.

import type { Pool } from 'pg'
import type { Instant } from '../time/instant.ts'

export type Spent = { key: string; points: number }

/**
 * Adds what was spent in the window that ends at `endsAt`, and returns what all nodes together have
 * spent in it by now. A row of an earlier window begins anew; one of a later window is left alone,
 * and missing in the answer.
 */
export async function addSpending(
  pool: Pool,
  spent: readonly Spent[],
  endsAt: Instant,
): Promise<Spent[]> {
  // Every node locks rows in the same order.
  const sorted = spent.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const { rows } = await pool.query<Spent & { expire: string }>({
    name: 'budget_spend',
    text: `INSERT INTO "RateBudget" AS b (key, points, expire)
             SELECT key, points, $3::bigint FROM unnest($1::text[], $2::int[]) AS spent (key, points)
           ON CONFLICT (key) DO UPDATE SET
             points = CASE
               WHEN b.expire = excluded.expire
                 THEN least(b.points::bigint + excluded.points, 2000000000)
               WHEN b.expire > excluded.expire THEN b.points
               ELSE excluded.points END,
             expire = greatest(b.expire, excluded.expire)
           RETURNING key, points, expire`,
    values: [sorted.map(({ key }) => key), sorted.map(({ points }) => points), endsAt],
  })
  return rows.filter(({ expire }) => Number(expire) === endsAt)
}

/** Removes what windows before now have left. */
export async function pruneSpending(pool: Pool, now: Instant): Promise<void> {
  await pool.query(`DELETE FROM "RateBudget" WHERE expire <= $1`, [now])
}
