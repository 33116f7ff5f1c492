// Rows of credentials, read for every request as one text. A row that says what it said before is
// not taken apart again: what is remembered is what a text means, never whether it is still so.

import type { Pool } from 'pg'
import { rememberMeanings } from '../db/meaning.ts'
import { runForTexts } from '../db/text-statement.ts'
import { allScopes } from './scope.ts'

/** With the viewer that is made of a row. */
const meanings = rememberMeanings(
  { most: 8_000_000, each: 0, perCharacter: 5 },
  (text) => JSON.parse(text, revived) as object,
)

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
    // Short enough to be compared as it is.
    return meanings.meaning(key, meanings.known(key), { hash: found, text: found }) as Row
  }
}

const scopes = new Map<string, string>(allScopes.map((scope) => [scope, scope]))

function revived(this: unknown, name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  // Most of a row are the names of its scopes, which each would have for itself.
  const scope = scopes.get(value)
  if (scope !== undefined) return scope
  if (/(At|Until)$/.test(name)) return new Date(value)
  return name.endsWith('Hash') ? Buffer.from(value, 'hex') : value
}
