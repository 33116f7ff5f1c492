// What the booking pages say, in the languages that notices have; which of them a visitor gets.

import type { BookingStatus } from '../../booking/booking.ts'
import { languageOf, languages } from '../../notice/words.ts'
import { de } from './words-de.ts'
import { en } from './words-en.ts'
import { pl } from './words-pl.ts'

export type Words = {
  /** The language's own name. */
  language: string
  languages: string
  /** Of the choice of a time. */
  service: string
  anyone: string
  people: string
  timeZone: string
  show: string
  days: string
  earlier: string
  later: string
  free: string
  timesOn: string
  noTimes: string
  firstFree: string
  fullyBooked: string
  seatsLeft: string
  next: string
  /** Of the questions and of whoever books. */
  kept: string
  keptAnew: string
  yourAnswers: string
  yourDetails: string
  name: string
  email: string
  emailHint: string
  phone: string
  notes: string
  optional: string
  yes: string
  no: string
  choose: string
  book: string
  request: string
  /** Of what is booked. */
  when: string
  length: string
  withWhom: string
  price: string
  /** In place of a price of nothing. */
  costless: string
  deposit: string
  cancelling: string
  approval: string
  approvalMeans: string
  paid: string
  refundDue: string
  number: string
  status: string
  minutes: string
  freeAlways: string
  freeUntil: string
  refundAfter: string
  /** Of what goes wrong. */
  error: string
  troubles: string
  required: string
  notEmail: string
  notPhone: string
  notNumber: string
  notChoice: string
  notYesNo: string
  tooLong: string
  cannotBe: string
  chooseTime: string
  taken: string
  takenWith: string
  lost: string
  staffGone: string
  otherTimes: string
  allTimes: string
  sentBefore: string
  startAnew: string
  closedTitle: string
  closed: string
  absentTitle: string
  absent: string
  busyTitle: string
  busy: string
  wrongTitle: string
  wrong: string
  /** Of a booking that there is. */
  yourBooking: string
  states: Readonly<Record<BookingStatus, string>>
  awaitsDeposit: string
  booked: string
  requested: string
  awaited: string
  keep: string
  moved: string
  cancelled: string
  paidThanks: string
  unpaid: string
  payNow: string
  payFailed: string
  move: string
  moveTitle: string
  moveHere: string
  isNow: string
  cannotMove: string
  moveUntil: string
  cancel: string
  cancelTitle: string
  refund: string
  nothingPaid: string
  reason: string
  cancelNow: string
  keepIt: string
  cannotCancel: string
  changedMeanwhile: string
  returnTitle: string
  returned: string
}

const tables: Readonly<Record<string, Words>> = { en, de, pl }

/** The languages of the pages, by their tags. */
export const pageLanguages = languages.filter((language) => Object.hasOwn(tables, language))

export function pageWords(language: string): Words {
  return tables[language] ?? en
}

/**
 * The language that was asked for; else the first that the visitor's browser names and there are
 * words for; else that of the account.
 */
export function chosenLanguage(
  asked: string | null,
  acceptLanguage: string | undefined,
  accountLocale: string,
): string {
  if (asked !== null && pageLanguages.includes(asked)) return asked
  const named = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean)
      return { language: languageOf(tag), weight: Number(weight ?? 1) }
    })
    .filter(({ language, weight }) => weight > 0 && pageLanguages.includes(language))
    .toSorted((a, b) => b.weight - a.weight)
  const own = languageOf(accountLocale)
  return named[0]?.language ?? (pageLanguages.includes(own) ? own : 'en')
}

/** The words with what stands in braces put in. */
export function say(words: string, values: Readonly<Record<string, string | number>>): string {
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}
