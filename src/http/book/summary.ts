// What is booked, in words: when, how long, what it costs, what has to be paid first, and what a
// cancellation would mean.

import { freeUntil, type CancelPolicy } from '../../booking/booking.ts'
import { formatMoney } from '../../graphql/money.ts'
import { instantText, whenText } from '../../notice/message.ts'
import type { Visit } from './visit.ts'
import { say } from './words.ts'

export type MoneyData = { amount: number; currency: string }

type Words = Pick<Visit, 'words' | 'locale'>

/** A stretch of time for people, with its zone. */
export function spanText({ locale }: Words, timeZone: string, startsAt: Date, endsAt: Date) {
  return whenText(new Date(startsAt), new Date(endsAt), { timeZone, locale })
}

/** An instant for people, with its zone. */
export function atText({ locale }: Words, timeZone: string, at: Date | number): string {
  return instantText(new Date(at), { timeZone, locale })
}

export function moneyText({ locale }: Words, money: MoneyData | null | undefined): string | null {
  return money ? formatMoney({ amountMinor: money.amount, currency: money.currency }, locale) : null
}

/** What something costs. */
export function priceText(visit: Words, price: MoneyData | null | undefined): string | null {
  return price?.amount === 0 ? visit.words.costless : moneyText(visit, price)
}

export function lengthText({ words }: Words, minutes: number): string {
  return say(words.minutes, { count: minutes })
}

/** What has to be paid before it stands; null for nothing. */
export function depositText(
  visit: Words,
  { deposit, depositPercent }: { deposit: MoneyData | null; depositPercent: number },
): string | null {
  if (deposit && deposit.amount > 0) return moneyText(visit, deposit)
  return depositPercent > 0 ? `${depositPercent} %` : null
}

/** What cancelling means, for a booking that starts then. */
export function policyText(
  visit: Words,
  policy: CancelPolicy,
  zone: string,
  startsAt: Date,
): string {
  const { words } = visit
  const { cancelRefundPercent } = policy
  if (cancelRefundPercent === 100) return words.freeAlways
  const until = freeUntil({ startsAt: new Date(startsAt) }, policy)
  const free = say(words.freeUntil, { until: atText(visit, zone, until) })
  return `${free} ${say(words.refundAfter, { percent: cancelRefundPercent })}`
}
