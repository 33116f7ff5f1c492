// A customer as the vendor shows and takes it. What the business has no column for, such as an
// address, is among its personal fields, under the vendor's names.

import { z } from 'zod'
import { email, localDate, text, words } from '../fields.ts'
import type { Account } from './route.ts'
import { timeOf } from './times.ts'

export const customerFields = `
  id name firstName lastName email phone locale customFields personalFields createdAt
  bookingSummary { count cancelled noShows nextStartsAt previousStartsAt }
`

type Json = Record<string, unknown>

export type CustomerData = {
  id: string
  name: string
  firstName: string | null
  lastName: string | null
  email: string | null
  phone: string | null
  locale: string | null
  customFields: Json | null
  personalFields: Json | null
  createdAt: Date
  bookingSummary: {
    count: number
    cancelled: number
    noShows: number
    nextStartsAt: Date | null
    previousStartsAt: Date | null
  } | null
}

const phoneNumber = z.object({ number: words(50), type: text(20).nullish() })

const streetAddress = z.object({
  address1: text(200).nullish(),
  address2: text(200).nullish(),
  city: text(100).nullish(),
  countryCode: text(3).nullish(),
  state: text(100).nullish(),
  postcode: text(20).nullish(),
})

const sentField = z.object({ id: text(100).nullish(), name: words(100), value: text(2000) })

/** A customer that is sent; what the vendor only shows is ignored. */
export const sentCustomer = z.object({
  firstName: text(100).nullish(),
  middleName: text(100).nullish(),
  lastName: text(100).nullish(),
  emailAddress: email.nullish(),
  phoneNumbers: z.array(phoneNumber).max(10, 'has more than 10 numbers').nullish(),
  streetAddress: streetAddress.nullish(),
  dateOfBirth: localDate.nullish(),
  customFields: z.array(sentField).max(100, 'has more than 100 fields').nullish(),
  gender: text(20).nullish(),
  languageCode: text(35)
    .refine((tag) => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag), 'has to be a language tag')
    .nullish(),
})

export type SentCustomer = z.output<typeof sentCustomer>

export const customerSchema = z.object({
  id: z.string(),
  firstName: z.string(),
  middleName: z.string().optional(),
  lastName: z.string(),
  emailAddress: z.string().optional(),
  phoneNumbers: z.array(z.object({ number: z.string(), type: z.string().optional() })).optional(),
  streetAddress: z
    .object({
      address1: z.string().optional(),
      address2: z.string().optional(),
      city: z.string().optional(),
      countryCode: z.string().optional(),
      state: z.string().optional(),
      postcode: z.string().optional(),
    })
    .optional(),
  creationTime: z.string(),
  startTimeOfNextBooking: z.string().optional(),
  startTimeOfPreviousBooking: z.string().optional(),
  dateOfBirth: z.string().optional(),
  customFields: z.array(z.object({ id: z.string(), name: z.string(), value: z.string() })),
  gender: z.string().optional(),
  languageCode: z.string().optional(),
  numBookings: z.int().optional(),
  numCancelations: z.int().optional(),
  numNoShows: z.int().optional(),
  member: z.boolean(),
})

export const customerExample: z.output<typeof customerSchema> = {
  id: 'BgGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  firstName: 'Alice',
  lastName: 'Example',
  emailAddress: 'alice@example.com',
  phoneNumbers: [{ number: '+61 2 5550 1234', type: 'mobile' }],
  streetAddress: { address1: '1 Harbour Street', city: 'Sydney', countryCode: 'AU' },
  creationTime: '2026-05-01T10:00:00+10:00',
  customFields: [],
  languageCode: 'en-AU',
  numBookings: 0,
  numCancelations: 0,
  numNoShows: 0,
  member: false,
}

/** The names of the personal fields that this dialect keeps. */
const kept = ['middleName', 'phoneNumbers', 'streetAddress', 'dateOfBirth', 'gender'] as const

/** What the graph is told of a customer that is sent; `before` keeps what is not the vendor's. */
export function termsOf(sent: SentCustomer, before?: CustomerData) {
  const own = kept.flatMap((name) => (sent[name] == null ? [] : [[name, bare(sent[name])]]))
  const others = Object.entries(before?.personalFields ?? {}).filter(
    ([name]) => !(kept as readonly string[]).includes(name),
  )
  const personal = Object.fromEntries([...others, ...own])
  // What is no text was not shown, so leaving it out means nothing.
  const hidden = Object.entries(before?.customFields ?? {}).filter(([, value]) => !isShown(value))
  const fields = (sent.customFields ?? []).map(({ id, name, value }) => [id || name, value])
  const custom = Object.fromEntries([...hidden, ...fields])
  return {
    name: [sent.firstName, sent.lastName].filter((part) => part?.trim()).join(' '),
    firstName: sent.firstName?.trim() || null,
    lastName: sent.lastName?.trim() || null,
    email: sent.emailAddress ?? null,
    phone: international(sent.phoneNumbers ?? []),
    locale: sent.languageCode ?? null,
    customFields: emptyToNull(custom),
    personalFields: emptyToNull(personal),
  }
}

/** Without what was sent as null. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner != null)
  return Object.fromEntries(entries.map(([name, inner]) => [name, bare(inner)]))
}

function emptyToNull(fields: Json): Json | null {
  return Object.keys(fields).length === 0 ? null : fields
}

/** The first number by which a stranger can call, if there is one; all are kept as they are. */
function international(numbers: readonly { number: string }[]): string | null {
  const plain = numbers.map(({ number }) => number.replaceAll(/[\s().-]/g, ''))
  return plain.find((number) => /^\+[1-9]\d{6,14}$/.test(number)) ?? null
}

const isShown = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

/** The fields that people can read, as the vendor lists such. */
export function shownFields(fields: Json | null): { id: string; name: string; value: string }[] {
  return Object.entries(fields ?? {})
    .filter(([, value]) => isShown(value))
    .map(([id, value]) => ({ id, name: id, value: String(value) }))
}

export function customerOf(
  customer: CustomerData,
  account: Account,
): z.input<typeof customerSchema> {
  const { firstName, lastName, name, email: address, locale, bookingSummary: summary } = customer
  const { nextStartsAt, previousStartsAt } = summary ?? {}
  return {
    id: customer.id,
    // Of some only a whole name is known.
    firstName: firstName ?? (lastName === null ? name : ''),
    lastName: lastName ?? '',
    ...personalOf(customer),
    ...(address !== null && { emailAddress: address }),
    creationTime: timeOf(customer.createdAt, account),
    ...(nextStartsAt && { startTimeOfNextBooking: timeOf(nextStartsAt, account) }),
    ...(previousStartsAt && { startTimeOfPreviousBooking: timeOf(previousStartsAt, account) }),
    customFields: shownFields(customer.customFields),
    ...(locale !== null && { languageCode: locale }),
    ...(summary && {
      numBookings: summary.count,
      numCancelations: summary.cancelled,
      numNoShows: summary.noShows,
    }),
    member: false,
  }
}

const shownPersonal = z.object({
  middleName: z.string().optional().catch(undefined),
  phoneNumbers: customerSchema.shape.phoneNumbers.catch(undefined),
  streetAddress: customerSchema.shape.streetAddress.catch(undefined),
  dateOfBirth: z.string().optional().catch(undefined),
  gender: z.string().optional().catch(undefined),
})

/** What this dialect or another program keeps; what is there in another form is left out. */
function personalOf({ personalFields, phone }: CustomerData) {
  const { phoneNumbers = [], ...others } = shownPersonal.parse(personalFields ?? {})
  // Somebody else may have set another number since.
  const isKnown = phone === null || international(phoneNumbers) === phone
  const numbers = isKnown ? phoneNumbers : [{ number: phone }, ...phoneNumbers]
  const found = Object.entries(others).filter(([, value]) => value !== undefined)
  return {
    ...(Object.fromEntries(found) as Omit<z.output<typeof shownPersonal>, 'phoneNumbers'>),
    ...(numbers.length > 0 && { phoneNumbers: numbers }),
  }
}
