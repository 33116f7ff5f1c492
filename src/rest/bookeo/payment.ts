// A payment as the vendor shows and takes it.

import { z } from 'zod'
import { text } from '../fields.ts'
import { offsetTime } from '../times.ts'
import { minorIn, moneyOf, moneySchema, sentMoney, type Minor } from './money.ts'
import { fault, type Account } from './route.ts'
import { instantOf, timeOf } from './times.ts'

const methods = {
  creditCard: 'CREDIT_CARD',
  paypal: 'PAYPAL',
  bankTransfer: 'BANK_TRANSFER',
  cash: 'CASH',
  checque: 'CHEQUE',
  debitCard: 'DEBIT_CARD',
  existingCredit: 'EXISTING_CREDIT',
  accountCredit: 'ACCOUNT_CREDIT',
  moneyVoucher: 'VOUCHER',
  other: 'OTHER',
} as const

type Method = keyof typeof methods

const methodNames = Object.keys(methods) as [Method, ...Method[]]

/** The graph's word for a method. */
export const methodIn = (name: Method) => methods[name]

export const paymentMethod = z.enum(methodNames, 'is no payment method')

export const sentPayment = z.object({
  amount: sentMoney,
  paymentMethod,
  paymentMethodOther: text(50).nullish(),
  receivedTime: offsetTime.nullish(),
  comment: text(500).nullish(),
  transactionId: text(200).nullish(),
})

type SentPayment = z.output<typeof sentPayment>

/** What the graph is told of a payment; `name` is its field, empty when it is the whole body. */
export function initialPaymentOf(sent: SentPayment, name: string, account: Account) {
  const prefix = name === '' ? '' : `${name}.`
  const amount = minorIn(sent.amount, account.currency, `${prefix}amount`)
  if (amount <= 0) throw fault(`${prefix}amount.amount`, 'has to be more than 0')
  return {
    amount: { amount, currency: account.currency },
    method: methods[sent.paymentMethod],
    methodNote: (sent.paymentMethod === 'other' && sent.paymentMethodOther) || null,
    note: sent.comment || null,
    reference: sent.transactionId || null,
    ...(sent.receivedTime && { receivedAt: instantOf(sent.receivedTime, account) }),
  }
}

export const paymentFields = `
  id kind method methodNote note reference receivedAt createdAt
  amount { amount currency } booking { number } customer { id } recordedBy { name }
`

export type PaymentData = {
  id: string
  kind: 'PAYMENT' | 'REFUND'
  method: string
  methodNote: string | null
  note: string | null
  reference: string | null
  receivedAt: Date
  createdAt: Date
  amount: Minor
  booking: { number: string } | null
  customer: { id: string } | null
  recordedBy: { name: string } | null
}

export const paymentSchema = z.object({
  id: z.string(),
  creationTime: z.string(),
  receivedTime: z.string(),
  reason: z.string(),
  comment: z.string().optional(),
  amount: moneySchema,
  paymentMethod: z.enum(methodNames),
  paymentMethodOther: z.string().optional(),
  agent: z.string().optional(),
  customerId: z.string().optional(),
  bookingNumber: z.string().optional(),
  transactionId: z.string().optional(),
})

export const paymentExample: z.output<typeof paymentSchema> = {
  id: 'DgGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  creationTime: '2026-04-20T18:00:00+10:00',
  receivedTime: '2026-04-20T18:00:00+10:00',
  reason: 'Booking PHMS6HR',
  amount: { amount: '27.50', currency: 'AUD' },
  paymentMethod: 'cash',
  customerId: 'BgGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  bookingNumber: 'PHMS6HR',
}

/** What was given back is a negative amount. */
export function paymentOf(payment: PaymentData, account: Account): z.input<typeof paymentSchema> {
  const { kind, amount, booking, customer, recordedBy } = payment
  const isRefund = kind === 'REFUND'
  const of = booking ? ` ${booking.number}` : ''
  return {
    id: payment.id,
    creationTime: timeOf(payment.createdAt, account),
    receivedTime: timeOf(payment.receivedAt, account),
    reason: `${isRefund ? 'Refund of booking' : 'Booking'}${of}`,
    ...(payment.note !== null && { comment: payment.note }),
    amount: moneyOf({ ...amount, amount: isRefund ? -amount.amount : amount.amount }),
    paymentMethod: methodNames.find((name) => methods[name] === payment.method) ?? 'other',
    ...(payment.methodNote !== null && { paymentMethodOther: payment.methodNote }),
    ...(recordedBy !== null && { agent: recordedBy.name }),
    ...(customer !== null && { customerId: customer.id }),
    ...(booking !== null && { bookingNumber: booking.number }),
    ...(payment.reference !== null && { transactionId: payment.reference }),
  }
}
