// A price as the vendor takes it apart. Prices are told whole here: taxes are in them, and none is
// told apart.

import { z } from 'zod'
import { moneyOf, moneySchema, type Minor } from './money.ts'

export const priceSchema = z.object({
  totalGross: moneySchema,
  totalNet: moneySchema,
  totalTaxes: moneySchema,
  totalPaid: moneySchema,
  taxes: z.array(z.object({ taxId: z.string(), amount: moneySchema })),
})

export function priceOf({ amount, currency }: Minor, paid = 0): z.input<typeof priceSchema> {
  const money = (minor: number) => moneyOf({ amount: minor, currency })
  return {
    totalGross: money(amount),
    totalNet: money(amount),
    totalTaxes: money(0),
    totalPaid: money(paid),
    taxes: [],
  }
}

export const priceExample: z.output<typeof priceSchema> = {
  totalGross: { amount: '27.50', currency: 'AUD' },
  totalNet: { amount: '27.50', currency: 'AUD' },
  totalTaxes: { amount: '0.00', currency: 'AUD' },
  totalPaid: { amount: '0.00', currency: 'AUD' },
  taxes: [],
}
