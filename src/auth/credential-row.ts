// Rows of credentials, read for every request as one text. A row that says what it said before is
// not taken apart again: what is remembered is what a text means, never whether it is still so.

import type { Pool } from 'pg'
import { runForTexts } from '../db/text-statement.ts'

type Remembered = { text: string; row: object }

const remembered = new Map<string, Remembered>()
let rememberedLength = 0

/** Most characters of all texts together; those who were not seen for longest are forgotten. */
const maxLength = 2_000_000

/**
 * What reads the row that a statement finds by its one parameter. It is the same object as long as
 * it says the same, so nobody may change it. Columns `…At` and `…Until` are instants, and columns
 * `…Hash`, which the statement writes in hexadecimal digits, bytes.
 */
export function credentialReader<Row extends object>(kind: string, select: string) {
  const text = `SELECT row_to_json(c)::text FROM (${select}) c`
  return async (pool: Pool, value: string | Buffer): Promise<Row | undefined> => {
    const found = (await runForTexts(pool, { text, values: [value] }))[0]?.[0]
    if (found == null) return undefined
    const key = `${kind} ${typeof value === 'string' ? value : value.toString('latin1')}`
    const known = remembered.get(key)
    const row = known?.text === found ? known.row : (JSON.parse(found, revived) as object)
    remember(key, { text: found, row })
    return row as Row
  }
}

function revived(this: unknown, name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (/(At|Until)$/.test(name)) return new Date(value)
  return name.endsWith('Hash') ? Buffer.from(value, 'hex') : value
}

function remember(key: string, entry: Remembered): void {
  forget(key)
  remembered.set(key, entry)
  rememberedLength += entry.text.length
  for (const oldest of remembered.keys()) {
    if (rememberedLength <= maxLength) break
    forget(oldest)
  }
}

function forget(key: string): void {
  rememberedLength -= remembered.get(key)?.text.length ?? 0
  remembered.delete(key)
}
