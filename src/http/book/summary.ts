// What is booked, in words: when, how long, what it costs, what has to be paid first, and what a
// cancellation would mean.

import { formatMoney } from '../../graphql/money.ts'
import { HOUR } from '../../time/instant.ts'
import type { MoneyData } from './times.ts'
import type { Visit } from './visit.ts'
import { say } from './words.ts'

type Words = Pick<Visit, 'words' | 'locale'>

export type Policy = { cancelFreeHours: number; cancelRefundPercent: number }

/** A stretch of time for people, with its zone. */
export function spanText({ locale }: Words, zone: string, startsAt: Date, endsAt: Date): string {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone: zone } as const
  const format = new Intl.DateTimeFormat(locale, options)
  return `${format.formatRange(new Date(startsAt), new Date(endsAt))} (${zone})`
}

export function instantText({ locale }: Words, zone: string, at: Date): string {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone: zone } as const
  return new Intl.DateTimeFormat(locale, options).format(new Date(at))
}

export function moneyText({ locale }: Words, money: MoneyData | null | undefined): string | null {
  return money ? formatMoney({ amountMinor: money.amount, currency: money.currency }, locale) : null
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
  { cancelFreeHours, cancelRefundPercent }: Policy,
  zone: string,
  startsAt: Date,
): string {
  const { words } = visit
  if (cancelRefundPercent === 100) return words.freeAlways
  const until = new Date(new Date(startsAt).getTime() - cancelFreeHours * HOUR)
  const free = say(words.freeUntil, { until: `${instantText(visit, zone, until)} (${zone})` })
  return `${free} ${say(words.refundAfter, { percent: cancelRefundPercent })}`
}
