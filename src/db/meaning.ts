// What long texts of the database mean, remembered: a statement that is told the hash of the text
// that was read before sends it only when it is another. Each time is asked, so nothing here can be
// out of date; what is saved is to send a text and to take it apart. Knows no noun.

import { Prisma } from '../generated/prisma/client.ts'
import { createKept } from './kept.ts'

/** A row: `text` is null when it is one that is known. */
export type Told = { hash: string; text: string | null }

type Known = { hash: string; meaning: object; length: number }

export type Meanings<T extends object> = {
  /** What was read under this key: to be told to the statement, and given back with its row. */
  known(key: string): Known | null
  /** What the text of a row means: the same object for the same text, so nobody may change it. */
  meaning(key: string, before: Known | null, told: Told): T
}

/** Remembers the last text of each key, the longest unseen forgotten beyond so many characters. */
export function rememberMeanings<T extends object>(
  maxLength: number,
  read: (text: string) => T,
): Meanings<T> {
  const all = createKept<string, Known>(maxLength)
  return {
    known: (key) => all.get(key),
    meaning: (key, before, { hash, text }) => {
      const isKnown = before?.hash === hash
      const length = key.length + (text ?? '').length
      const known = isKnown ? before : { hash, meaning: read(text ?? ''), length }
      all.keep(key, known, known.length)
      return known.meaning as T
    },
  }
}

/** The rows of a select with `id` and `text` as `Told`: without texts that have these hashes. */
export function toldUnlessKnown(
  select: Prisma.Sql,
  hashes: readonly (string | null)[],
): Prisma.Sql {
  // OFFSET 0: else PostgreSQL makes the text and its hash again wherever they are named.
  return Prisma.sql`SELECT x."id", h."hash",
      CASE WHEN h."hash" = ANY(${hashes}::text[]) THEN NULL ELSE x."text" END AS "text"
    FROM (${select} OFFSET 0) x CROSS JOIN LATERAL (
      SELECT encode(sha256(convert_to(x."text", 'UTF8')), 'hex') AS "hash" OFFSET 0) h`
}
