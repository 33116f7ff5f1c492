// Money as the vendor writes it: a decimal as a text, with its currency.

import { z } from 'zod'
import { decimal, decimalOf, minorOf } from '../amounts.ts'
import { fault } from './route.ts'

export type Minor = { amount: number; currency: string }

export const moneySchema = z.object({ amount: z.string(), currency: z.string() })

/** Money that is sent. */
export const sentMoney = z.object({ amount: decimal, currency: z.string().length(3).optional() })

export function moneyOf({ amount, currency }: Minor): z.input<typeof moneySchema> {
  return { amount: decimalOf(amount, currency), currency }
}

/** In minor units of the account's currency, the only one that it takes. */
export function minorIn(
  { amount, currency: named }: z.output<typeof sentMoney>,
  currency: string,
  name: string,
): number {
  if (named !== undefined && named !== currency) {
    throw fault(`${name}.currency`, `is "${named}"; this business takes "${currency}"`)
  }
  const minor = minorOf(amount, currency)
  if (minor !== null) return minor
  throw fault(`${name}.amount`, `has more digits after the point than "${currency}" has`)
}
