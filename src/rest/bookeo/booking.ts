// A booking as the vendor shows it. Its options are the custom fields of the booking; adjustments
// of its price are kept among them, as they were sent.

import { z } from 'zod'
import { text, words } from '../fields.ts'
import {
  customerExample,
  customerFields,
  customerOf,
  customerSchema,
  shownFields,
  type CustomerData,
} from './customer.ts'
import { minorIn, moneyOf, moneySchema, sentMoney, type Minor } from './money.ts'
import { numbersOf } from './people.ts'
import { startId } from './place.ts'
import { priceExample, priceOf, priceSchema } from './price.ts'
import type { Account } from './route.ts'
import { timeOf } from './times.ts'

export const bookingFields = `
  id number status startsAt endsAt createdAt updatedAt version externalRef source customFields
  createdBy cancelledAt cancelledBy
  service { id name kind }
  session { id }
  series { id }
  staffMembers { id }
  resources { id }
  customer { id name }
  party { total categories { category count } }
  price { amount currency }
  amountPaid { amount currency }
  history(last: 1) { nodes { actor { name } } }
`

/** Documents that select these declare `$expand: Boolean!`, whether to show the whole customer. */
export const expandable = `${bookingFields}
  ... @include(if: $expand) { customer { ${customerFields} } }
`

type Json = Record<string, unknown>

export type BookingData = {
  id: string
  number: string
  status: 'PENDING' | 'CONFIRMED' | 'DECLINED' | 'CANCELLED' | 'COMPLETED' | 'NO_SHOW'
  startsAt: Date
  endsAt: Date
  createdAt: Date
  updatedAt: Date
  version: number
  externalRef: string | null
  source: string
  customFields: Json | null
  createdBy: string | null
  cancelledAt: Date | null
  cancelledBy: string | null
  service: { id: string; name: string; kind: 'APPOINTMENT' | 'CLASS' } | null
  session: { id: string } | null
  series: { id: string } | null
  staffMembers: { id: string }[] | null
  resources: { id: string }[] | null
  customer: ({ id: string; name: string } & Partial<CustomerData>) | null
  party: { total: number; categories: { category: string; count: number }[] }
  price: Minor | null
  amountPaid: Minor | null
  history: { nodes: { actor: { name: string } | null }[] }
}

const named = z.object({ id: z.string() })

const adjustment = z.object({
  description: z.string().optional(),
  quantity: z.int(),
  unitPrice: moneySchema,
})

export const bookingSchema = z.object({
  bookingNumber: z.string(),
  eventId: z.string(),
  startTime: z.string(),
  endTime: z.string(),
  customerId: z.string().optional(),
  customer: customerSchema.optional(),
  title: z.string(),
  externalRef: z.string().optional(),
  participants: z.object({
    numbers: z.array(z.object({ peopleCategoryId: z.string(), number: z.int() })),
    details: z.array(
      z.object({
        personId: z.string(),
        peopleCategoryId: z.string(),
        categoryIndex: z.int(),
      }),
    ),
  }),
  resources: z.array(named),
  canceled: z.boolean(),
  cancelationTime: z.string().optional(),
  cancelationAgent: z.string().optional(),
  accepted: z.boolean(),
  creationTime: z.string(),
  creationAgent: z.string().optional(),
  lastChangeTime: z.string().optional(),
  lastChangeAgent: z.string().optional(),
  productId: z.string().optional(),
  productName: z.string().optional(),
  options: z.array(z.object({ id: z.string(), name: z.string(), value: z.string() })),
  privateEvent: z.boolean(),
  priceAdjustments: z.array(adjustment),
  couponCodes: z.array(z.string()),
  noShow: z.boolean(),
  source: z.string(),
  price: priceSchema.optional(),
})

export const bookingExample: z.output<typeof bookingSchema> = {
  bookingNumber: 'PHMS6HR',
  eventId: 'at_mom5m800_BAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  startTime: '2026-05-01T10:00:00+10:00',
  endTime: '2026-05-01T11:30:00+10:00',
  customerId: customerExample.id,
  title: 'Alice Example',
  externalRef: 'order-77',
  participants: {
    numbers: [{ peopleCategoryId: 'Cadults', number: 1 }],
    details: [{ personId: 'PUNKNOWN', peopleCategoryId: 'Cadults', categoryIndex: 1 }],
  },
  resources: [{ id: 'BAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh' }],
  canceled: false,
  accepted: true,
  creationTime: '2026-04-20T18:00:00+10:00',
  productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  productName: 'Kayak hire',
  options: [],
  privateEvent: true,
  priceAdjustments: [],
  couponCodes: [],
  noShow: false,
  source: 'rest',
  price: priceExample,
}

export const isCanceled = ({ status }: Pick<BookingData, 'status'>) =>
  status === 'CANCELLED' || status === 'DECLINED'

/** The `eventId` of a booking. */
function eventIdOf({ session, startsAt, staffMembers }: BookingData): string {
  return session?.id ?? startId(startsAt, staffMembers?.[0]?.id)
}

export function bookingOf(booking: BookingData, account: Account): z.input<typeof bookingSchema> {
  const { customer, service, price, externalRef, createdBy } = booking
  const isWhole = customer?.createdAt !== undefined
  const numbers = numbersOf(booking.party)
  return {
    bookingNumber: booking.number,
    eventId: eventIdOf(booking),
    startTime: timeOf(booking.startsAt, account),
    endTime: timeOf(booking.endsAt, account),
    ...(customer && { customerId: customer.id }),
    ...(isWhole && { customer: customerOf(customer as CustomerData, account) }),
    title: customer?.name ?? service?.name ?? booking.number,
    ...(externalRef !== null && { externalRef }),
    participants: { numbers, details: numbers.flatMap(headsOf) },
    resources: [...(booking.staffMembers ?? []), ...(booking.resources ?? [])],
    ...changesOf(booking, account),
    accepted: booking.status !== 'PENDING',
    creationTime: timeOf(booking.createdAt, account),
    ...(createdBy !== null && { creationAgent: createdBy }),
    ...(service && { productId: service.id, productName: service.name }),
    options: shownFields(booking.customFields),
    privateEvent: booking.session === null,
    priceAdjustments: adjustmentsOf(booking),
    couponCodes: [],
    noShow: booking.status === 'NO_SHOW',
    source: booking.source.toLowerCase(),
    ...(price && { price: priceOf(price, booking.amountPaid?.amount) }),
  }
}

/** Nobody is known by name: people are counted. */
function headsOf({ peopleCategoryId, number }: { peopleCategoryId: string; number: number }) {
  return Array.from({ length: number }, (_, index) => ({
    personId: 'PUNKNOWN',
    peopleCategoryId,
    categoryIndex: index + 1,
  }))
}

function changesOf(booking: BookingData, account: Account) {
  const { cancelledAt, cancelledBy, version, updatedAt, history } = booking
  const agent = history.nodes[0]?.actor?.name
  return {
    canceled: isCanceled(booking),
    ...(cancelledAt !== null && { cancelationTime: timeOf(cancelledAt, account) }),
    ...(cancelledBy !== null && { cancelationAgent: cancelledBy }),
    ...(version > 1 && {
      lastChangeTime: timeOf(updatedAt, account),
      ...(agent !== undefined && { lastChangeAgent: agent }),
    }),
  }
}

const adjustmentsField = 'priceAdjustments'

export const sentAdjustments = z
  .array(
    z.object({
      description: text(200).nullish(),
      quantity: z.int().min(1, 'is less than 1').max(1000, 'is more than 1000').nullish(),
      unitPrice: sentMoney,
    }),
  )
  .max(20, 'has more than 20 adjustments')

export type SentAdjustments = z.output<typeof sentAdjustments>

export const sentOptions = z
  .array(z.object({ id: words(100), value: text(2000).nullish() }))
  .max(100, 'has more than 100 options')

/** The adjustments that are kept with a booking; what is there in another form is none. */
export function adjustmentsOf({ customFields }: Pick<BookingData, 'customFields'>) {
  return z
    .array(adjustment)
    .catch([])
    .parse(customFields?.[adjustmentsField] ?? [])
}

const nameOf = (index: number) => `priceAdjustments[${index}].unitPrice`

/** What adjustments come to, in minor units; more digits than the currency has are refused. */
export function sumOf(adjustments: SentAdjustments, { currency }: Account): number {
  return adjustments.reduce(
    (sum, { unitPrice, quantity }, index) =>
      sum + minorIn(unitPrice, currency, nameOf(index)) * (quantity ?? 1),
    0,
  )
}

/** The custom fields that options and adjustments make, with those that the vendor is not shown. */
export function customFieldsOf(
  options: z.output<typeof sentOptions>,
  adjustments: SentAdjustments,
  { currency }: Account,
  before: Json | null = null,
): Json | null {
  const shown = new Set(shownFields(before).map(({ id }) => id))
  const hidden = Object.entries(before ?? {}).filter(
    ([name]) => !shown.has(name) && name !== adjustmentsField,
  )
  const kept = adjustments.map(({ description, quantity, unitPrice }, index) => ({
    ...(description && { description }),
    quantity: quantity ?? 1,
    unitPrice: moneyOf({ amount: minorIn(unitPrice, currency, nameOf(index)), currency }),
  }))
  const fields = {
    ...Object.fromEntries(hidden),
    ...Object.fromEntries(options.map(({ id, value }) => [id, value ?? ''])),
    ...(kept.length > 0 && { [adjustmentsField]: kept }),
  }
  return Object.keys(fields).length > 0 ? fields : null
}
