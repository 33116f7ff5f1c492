// Money: an integer in the currency's minor unit with the currency beside it.

import { builder } from './builder.ts'

export type MoneyValue = { amountMinor: number; currency: string }

export const Money = builder.objectRef<MoneyValue>('Money').implement({
  description: 'An amount of money in the minor unit of its currency.',
  open: 'It is guarded by the field that holds it.',
  fields: (t) => ({
    amount: t.exposeInt('amountMinor', {
      description: 'Minor units: 2750 is 27.50 EUR, 2750 JPY is 2750 yen.',
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'ISO 4217.' }),
    formatted: t.string({
      description: 'For a person, such as "€27.50".',
      args: { locale: t.arg.string({ description: 'RFC 5646 tag; "en" when left out.' }) },
      resolve: (money, args) => formatMoney(money, args.locale ?? 'en'),
    }),
  }),
})

export const MoneyInput = builder.inputType('MoneyInput', {
  description: "An amount of money in the minor unit of the account's currency.",
  fields: (t) => ({
    amount: t.int({ required: true, description: 'Minor units: 2750 is 27.50 EUR.' }),
    currency: t.field({
      type: 'Currency',
      description: 'ISO 4217. Must be the currency of the account; left out, it is.',
    }),
  }),
})

/** Digits after the point of a currency, by ISO 4217 as the runtime knows it. */
export function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

/** For a person, such as "€27.50". */
export function formatMoney({ amountMinor, currency }: MoneyValue, locale: string): string {
  const amount = amountMinor / 10 ** minorDigits(currency)
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount)
  } catch {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount)
  }
}

/** An amount that may be absent, as Money or null. */
export function moneyOf(amountMinor: number | null, currency: string): MoneyValue | null {
  return amountMinor === null ? null : { amountMinor, currency }
}
