// What the routes share: numbers as ids, wall clocks of the account, who a document is about.

import { z } from 'zod'
import { Absent, type Input } from '../route.ts'

/** The largest number that a thing can have. */
const mostNumber = 2_147_483_647

const place = (least: number) => `has to be a whole number from ${least} to ${mostNumber}`

/** The number of a thing, in a body. */
export function number(least = 1) {
  return z.int().min(least, place(least)).max(mostNumber, place(least))
}

/** The number in a path; a text that is none is the number of nothing. */
export function numberIn(path: Input['path'], what: string): number {
  const text = path['id'] ?? ''
  const found = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN
  if (found <= mostNumber) return found
  throw absent(what)
}

export function absent(what: string): Absent {
  return new Absent(`No ${what} has this id.`)
}

/** HH:MM, from 00:00 to 23:59. */
export const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'has to be a time HH:MM')

/**
 * The account that a call is about, in whose wall clock times are said: a call is held to one. Who
 * may not see it is refused before anything is done.
 */
export const accountField = 'accounts(first: 1) { nodes { id timeZone } }'

export type AccountData = { accounts: { nodes: { id: string; timeZone: string }[] } }

export function accountOf({ accounts }: AccountData): { id: string; timeZone: string } {
  const [account] = accounts.nodes
  if (!account) throw absent('business')
  return account
}

/** Names nothing, so that the graph refuses it where it stands. */
export const nothing = 'none'

export const deniedNote = 'What the credential may not see is null.'
