// Hand-written SQL as prepared statements on the pool: what comes back has the values that Prisma's
// rows have. Knows no table.

import { createHash } from 'node:crypto'
import pg, { type Pool } from 'pg'
import type { Prisma } from '../generated/prisma/client.ts'

type Asked = Pick<Pool, 'query'>

/** A text with the name under which it is prepared; with the empty name it is not. */
export type Named = { name: string; text: string }

/**
 * Names texts for as long as there are names. Clients shape texts by what they select, and what is
 * prepared stays with its connection: one text too many has the empty name, and is prepared for
 * each use. Connections remember the text too, so all of them are given one and the same.
 */
export function createNames(most: number): (text: string) => Named {
  const all = new Map<string, Named>()
  return (text) => {
    const known = all.get(text)
    if (known) return known
    if (all.size >= most) return { name: '', text }
    const named = { name: createHash('sha1').update(text).digest('base64url'), text }
    all.set(text, named)
    return named
  }
}

export const named = createNames(1_000)

/** Runs a prepared statement; columns come as Prisma's rows have them. */
export async function run<Row extends object>(
  pool: Asked,
  { text, values }: Prisma.Sql,
): Promise<Row[]> {
  const { rows } = await pool.query<Row>({ ...named(text), values, types })
  return rows
}

/** The same, each row as a list of its columns, which costs less where they are put in place. */
export async function runForLists(pool: Asked, { text, values }: Prisma.Sql): Promise<unknown[][]> {
  const { rows } = await pool.query({ ...named(text), values, types, rowMode: 'array' })
  return rows
}

const INT8 = 20
const DATE = 1082
const TIMESTAMPTZ = 1184

/** `date` as Prisma gives it (midnight UTC), and bigint as a bigint; pg's defaults otherwise. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === TIMESTAMPTZ) return instantOf
    if (oid === DATE) return (text: string) => new Date(`${text}T00:00:00Z`)
    if (oid === INT8) return (text: string) => BigInt(text)
    return pg.types.getTypeParser(oid, format)
  },
}

const anyInstant = pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date

/** `2026-03-02 09:00:00.25+00`, as connections that speak UTC write it; several times as fast. */
export function instantOf(text: string): Date {
  const length = text.length
  const isUsual =
    length >= 22 && length <= 26 && text.endsWith('+00') && text.charCodeAt(4) === DASH
  if (!isUsual) return anyInstant(text)
  const at = (from: number) =>
    (text.charCodeAt(from) - ZERO) * 10 + text.charCodeAt(from + 1) - ZERO
  let milliseconds = 0
  for (let place = 20, worth = 100; place < length - 3; place += 1, worth /= 10) {
    milliseconds += (text.charCodeAt(place) - ZERO) * worth
  }
  const year = at(0) * 100 + at(2)
  // Date.UTC takes the years up to 99 for those of the last century.
  if (year < 100) return anyInstant(text)
  return new Date(Date.UTC(year, at(5) - 1, at(8), at(11), at(14), at(17), milliseconds))
}

const ZERO = 48
const DASH = 45
