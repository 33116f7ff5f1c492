// The inputs that several mutations of bookings share: for whom, for how many, in what words.

import type { InputFieldBuilder } from '@pothos/core'
import type { RefusalCode } from '../errors.ts'
import { builder, type Types } from '../graphql/builder.ts'
import { demandIds } from '../graphql/inputs.ts'
import { paymentInput, paymentOf } from '../graphql/payment-input.ts'
import { BookingSourceEnum } from './booking.graphql.ts'
import type { NewBooking } from './new-booking.actions.ts'
import type { NewPayment } from '../payment/payment.ts'

type Fields = InputFieldBuilder<Types, 'InputObject'>

export const changing: readonly RefusalCode[] = [
  'VERSION_CONFLICT',
  'ILLEGAL_TRANSITION',
  'ALREADY_CANCELLED',
]

export const idempotencyKey = (t: Fields) =>
  t.string({
    description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
  })

const NotifyInput = builder.inputType('NotifyInput', {
  description: 'Who is to be told of a change, by a notice.',
  fields: (t) => ({
    customer: t.boolean({ defaultValue: true, description: 'Tell the customer.' }),
    staff: t.boolean({ defaultValue: true, description: 'Tell the staff.' }),
    reminders: t.boolean({
      description:
        'Remind the customer before the start, as the service says. It is kept with the booking; ' +
        'left out, as it was said before, at first true.',
    }),
    thanks: t.boolean({
      description:
        'Thank the customer after the end, as the service says. It is kept with the booking; left ' +
        'out, as it was said before, at first true.',
    }),
  }),
})

/** The field that says who is to be told. */
export const notifyInput = (t: Fields) =>
  t.field({
    type: NotifyInput,
    description: 'Who is to be told of it; left out, the customer and the staff.',
  })

/** Who is to be told, to be spread into what an action takes. */
export function notifyOf({ notify }: { notify?: typeof NotifyInput.$inferInput | null }) {
  if (!notify) return {}
  const { customer, staff, reminders, thanks } = notify
  return {
    notify: {
      customer: customer ?? true,
      staff: staff ?? true,
      ...(reminders != null && { reminders }),
      ...(thanks != null && { thanks }),
    },
  }
}

export const PartyCountInput = builder.inputType('PartyCountInput', {
  description: 'How many heads of one category.',
  fields: (t) => ({
    category: t.string({ required: true, description: "Code from the account's own list." }),
    count: t.field({ type: 'NonNegativeInt', required: true, description: 'Heads.' }),
  }),
})

export const BookingCustomerInput = builder.inputType('BookingCustomerInput', {
  description: 'A customer by description: the one with this e-mail, else a new one.',
  fields: (t) => ({
    name: t.string({ description: 'Full name; left out, made of first and last name.' }),
    firstName: t.string({ description: 'Given name.' }),
    lastName: t.string({ description: 'Family name.' }),
    email: t.field({
      type: 'EmailAddress',
      description:
        'By which a known one is found; not by whoever holds `customers:read` without ' +
        '`customers:contact`, who would learn whose address it is.',
    }),
    phone: t.string({ description: 'Phone number.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Their IANA zone.' }),
    locale: t.string({ description: 'RFC 5646 tag.' }),
    customFields: t.field({ type: 'JSONObject', description: 'Of a new one, what to keep of it.' }),
    personalFields: t.field({
      type: 'JSONObject',
      description: 'Of a new one, what else tells of the person, such as an address.',
    }),
  }),
})

export const RefundEnum = builder.enumType('RefundChoice', {
  description: 'What a cancellation gives back.',
  values: {
    POLICY: { description: "By the service's policy." },
    FULL: { description: 'All that was paid; needs `payments:write`.' },
    NONE: { description: 'Nothing; needs `payments:write`.' },
  } as const,
})

const InitialPaymentInput = builder.inputType('InitialPaymentInput', {
  description: 'Money that was received elsewhere for a booking that is being made.',
  fields: paymentInput,
})

/** The field that says what was paid already. */
export const paidInput = (t: Fields) =>
  t.field({
    type: [InitialPaymentInput],
    description:
      'What was paid for it already, recorded with it; nobody is charged. Needs `payments:write`.',
  })

/** What was paid already, as it was told; `path` leads to whatever holds it. */
export function paidOf(
  given: Left<(typeof InitialPaymentInput.$inferInput)[]>,
  ...path: string[]
): NewPayment[] {
  return (given ?? []).map((payment, index) =>
    paymentOf(payment, ...path, 'initialPayments', String(index)),
  )
}

/** Fields that say for whom. */
export const whoInput = (t: Fields) => ({
  customerId: t.id({ description: 'For this customer.' }),
  customer: t.field({ type: BookingCustomerInput, description: 'For this person.' }),
})

/** Fields that say for how many, and in what words. */
export const wordsInput = (t: Fields) => ({
  partySize: t.field({ type: 'PositiveInt', description: 'Heads; 1 when left out.' }),
  party: t.field({ type: [PartyCountInput], description: 'Heads by category.' }),
  timeZone: t.field({ type: 'TimeZone', description: "The customer's zone for this booking." }),
  notes: t.string({ description: 'Free text.' }),
  answers: t.field({ type: 'JSONObject', description: 'Answers by question id.' }),
  customFields: t.field({ type: 'JSONObject', description: "The account's own fields." }),
  externalRef: t.string({ description: 'Your own reference, at most 255 characters.' }),
  source: t.field({ type: BookingSourceEnum, defaultValue: 'API', description: 'How it came.' }),
  confirmed: t.boolean({
    description:
      'True: CONFIRMED at once, false: PENDING until somebody decides, whatever the service says; ' +
      'left out, as the service says. A deposit is awaited either way.',
  }),
})

type Left<T> = T | null | undefined

type Who = {
  customerId?: Left<string>
  customer?: Left<typeof BookingCustomerInput.$inferInput>
}

/** For whom; every id must be of this account, or it is absent. */
export function whoOf(accountId: string, input: Who): Pick<NewBooking, 'customerId' | 'customer'> {
  return {
    customerId: ownId('Customer', accountId, input.customerId, 'customerId'),
    customer: input.customer ?? null,
  }
}

/** The row's id of a global id that must be of this account; null when none was given. */
export function ownId(
  name: 'Customer' | 'Hold',
  accountId: string,
  id: Left<string>,
  ...path: string[]
): string | null {
  return id == null ? null : (demandIds(name, accountId, [id], ...path)[0] ?? null)
}

type Words = {
  partySize?: Left<number>
  party?: Left<{ category: string; count: number }[]>
  timeZone?: Left<string>
  notes?: Left<string>
  answers?: unknown
  customFields?: unknown
  externalRef?: Left<string>
  source?: Left<NewBooking['source']>
  confirmed?: Left<boolean>
}

/** For how many, and in what words. */
export function wordsOf(input: Words) {
  return {
    partySize: input.partySize ?? null,
    party: input.party ?? [],
    linkId: null,
    timeZone: input.timeZone ?? null,
    notes: input.notes ?? null,
    answers: (input.answers ?? null) as never,
    customFields: (input.customFields ?? null) as never,
    externalRef: input.externalRef ?? null,
    source: input.source ?? ('API' as const),
    ...(input.confirmed != null && { confirmed: input.confirmed }),
  }
}
