// What long texts of the database mean, remembered: a statement that is told the hash of the text
// that was read before sends it only when it is another. Each time is asked, so nothing here can be
// out of date; what is saved is to send a text and to take it apart. Knows no noun.

import { Prisma } from '../generated/prisma/client.ts'
import { createKept } from './kept.ts'

/** A row: `text` is null when it is one that is known. */
export type Told = { hash: string; text: string | null }

type Known = { hash: string; meaning: object; weight: number }

/** Bytes on the heap: `most` of all, and as measured what each weighs beside its characters. */
export type Weight = { most: number; each: number; perCharacter: number }

export type Meanings<T extends object> = {
  /** What was read under this key: to be told to the statement, and given back with its row. */
  known(key: string): Known | null
  /** What the text of a row means: the same object for the same text, so nobody may change it. */
  meaning(key: string, before: Known | null, told: Told): T
}

const weights = new WeakMap<object, number>()

/** What a meaning weighs that was made by `rememberMeanings`; null of any other object. */
export function weightOf(meaning: object): number | null {
  return weights.get(meaning) ?? null
}

/** Remembers the last text of each key, the longest unseen forgotten beyond the most bytes. */
export function rememberMeanings<T extends object>(
  { most, each, perCharacter }: Weight,
  read: (text: string) => T,
): Meanings<T> {
  const all = createKept<string, Known>(most)
  const newlyKnown = (key: string, hash: string, text: string): Known => {
    const meaning = read(text)
    const weight = each + key.length + text.length * perCharacter
    weights.set(meaning, weight)
    return { hash, meaning, weight }
  }
  return {
    known: (key) => all.get(key),
    meaning: (key, before, { hash, text }) => {
      const known = before?.hash === hash ? before : newlyKnown(key, hash, text ?? '')
      all.keep(key, known, known.weight)
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
