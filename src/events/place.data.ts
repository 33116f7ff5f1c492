// The log after a move: a dump that is restored into another cluster carries places above that
// cluster's counter of transactions. Nothing would be read until the counter got there, and what is
// written meanwhile would come before what was read. Called before anything reads the log.

import type { Pool, PoolClient } from 'pg'

/** So few are passed by counting on: a crash may lose the numbers that wrote nothing. */
const smallLead = 1_000

/**
 * Makes every place lie below the counter. A small lead is counted past; else all places are moved
 * down alike, and cursors that were given out before are refused as expired. Returns by how much.
 */
export async function settlePlaces(pool: Pool): Promise<bigint> {
  let lead = await leadOf(pool)
  if (lead <= 0n) return 0n
  for (let step = 0; lead <= smallLead && step <= smallLead; step += 1) {
    await pool.query('SELECT pg_current_xact_id()')
    lead = await leadOf(pool)
    if (lead <= 0n) return 0n
  }
  const client = await pool.connect()
  try {
    return await moveDown(client)
  } finally {
    client.release()
  }
}

async function moveDown(client: PoolClient): Promise<bigint> {
  try {
    await client.query('BEGIN')
    // However many there are; and whoever writes waits, as does another node that starts.
    await client.query('SET LOCAL statement_timeout = 0')
    await client.query('LOCK TABLE "Event", "LogReader" IN SHARE ROW EXCLUSIVE MODE')
    const lead = await leadOf(client)
    if (lead > 0n) {
      const lower = `SET "xid" = GREATEST("xid" - $1::bigint, 1)`
      await client.query(`UPDATE "Event" ${lower}`, [String(lead)])
      await client.query(`UPDATE "LogReader" ${lower}`, [String(lead)])
    }
    await client.query('COMMIT')
    return lead
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** By how much the highest place is above where it can be; not above 0 where all is well. */
async function leadOf(on: Pick<PoolClient, 'query'>): Promise<bigint> {
  const { rows } = await on.query<{ lead: string }>(
    `SELECT (GREATEST((SELECT max("xid") FROM "Event"), (SELECT max("xid") - 1 FROM "LogReader"), 0)
       - (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint + 1)::text AS "lead"`,
  )
  return BigInt(rows[0]?.lead ?? '0')
}
