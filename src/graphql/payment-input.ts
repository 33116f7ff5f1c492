// A payment as it is told to the graph: for a booking that is there, or with one that is made.

import type { NewPayment } from '../payment/payment.ts'
import { builder } from './builder.ts'
import { instantOf } from './inputs.ts'
import { MoneyInput } from './money.ts'
import type { InputBuilder } from './mutations.ts'

export const PaymentMethodEnum = builder.enumType('PaymentMethod', {
  description: 'How money changed hands.',
  values: {
    CASH: { description: 'Notes and coins.' },
    CREDIT_CARD: { description: 'A credit card, or a card of which no more is known.' },
    DEBIT_CARD: { description: 'A debit card.' },
    BANK_TRANSFER: { description: 'From one bank account to another.' },
    PAYPAL: { description: 'PayPal.' },
    CHEQUE: { description: 'A cheque.' },
    VOUCHER: { description: 'A voucher or gift card.' },
    EXISTING_CREDIT: { description: 'Credit that the customer had at the business.' },
    ACCOUNT_CREDIT: { description: 'Put on the account that the customer settles later.' },
    OTHER: { description: 'Otherwise; `methodNote` may say how.' },
  } as const,
})

/** Fields that say what was paid, and how. */
export const paymentInput = (t: InputBuilder) => ({
  amount: t.field({
    type: MoneyInput,
    required: true,
    description: "How much, at least 1; the currency is the booking's.",
  }),
  method: t.field({ type: PaymentMethodEnum, required: true, description: 'How.' }),
  methodNote: t.string({
    description: 'How in words, such as "gift box"; at most 100 characters.',
  }),
  reference: t.string({
    description: "The payer's or provider's reference; at most 255 characters.",
  }),
  note: t.string({ description: 'Free text; at most 2000 characters.' }),
  receivedAt: t.field({
    type: 'DateTime',
    description: 'When the money came; left out, now. At most a day ahead.',
  }),
})

type Left<T> = T | null | undefined

type Told = {
  amount: typeof MoneyInput.$inferInput
  method: NewPayment['method']
  methodNote?: Left<string>
  reference?: Left<string>
  note?: Left<string>
  receivedAt?: Left<Date>
}

/** What was paid, and how. */
export function paymentOf(input: Told, ...path: string[]): NewPayment {
  const { amount, method, receivedAt } = input
  return {
    amountMinor: amount.amount,
    currency: amount.currency ?? null,
    method,
    methodNote: input.methodNote ?? null,
    reference: input.reference ?? null,
    note: input.note ?? null,
    receivedAt: receivedAt ? instantOf(receivedAt, ...path, 'receivedAt') : null,
  }
}
