// Money as other systems spell it. The gateway counts whole minor units; how many digits those are
// depends on the currency: none for JPY, three for KWD.

import { z } from 'zod'
import { minorDigits } from '../graphql/money.ts'

const known = new Map<string, number>()

function digitsOf(currency: string): number {
  let digits = known.get(currency)
  if (digits === undefined) known.set(currency, (digits = minorDigits(currency)))
  return digits
}

/** 2750 in AUD is `27.50`, in JPY `2750`. */
export function decimalOf(minor: number, currency: string): string {
  const digits = digitsOf(currency)
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const sign = minor < 0 ? '-' : ''
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(-digits)}`
}

/** Null for more digits after the point than the currency has, and for what is no amount. */
export function minorOf(decimal: string, currency: string): number | null {
  const [, sign = '', whole = '', fraction = ''] =
    /^(-?)(\d{1,9})(?:\.(\d{1,6}))?$/.exec(decimal) ?? []
  if (whole === '') return null
  const digits = digitsOf(currency)
  if (/[1-9]/.test(fraction.slice(digits))) return null
  const minor = Number(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  return sign === '-' && minor !== 0 ? -minor : minor
}

/** A decimal in a text, such as "27.50". */
export const decimal = z.string().regex(/^-?\d{1,9}(\.\d{1,6})?$/, 'has to be a decimal as a text')
