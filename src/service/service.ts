// What makes a service a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'

export type ServiceTerms = {
  name: string
  kind: 'APPOINTMENT' | 'CLASS'
  durationMinutes: number
  priceMinor: number | null
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  slotStepMinutes: number
  minNoticeMinutes: number
  maxAdvanceDays: number | null
  bookableFromOn: Date | null
  bookableUntilOn: Date | null
  dailyLimit: number | null
  capacity: number
  minParty: number
  maxParty: number
  cancelFreeHours: number
  cancelRefundPercent: number
  depositPercent: number
  depositMinor: number | null
  payWithinMinutes: number
  reminderMinutes: number[]
  thanksMinutes: number | null
}

const DAY_MINUTES = 1440
/** Most reminders, and the longest time before a start. */
const reminders = { most: 5, minutes: 60 * DAY_MINUTES }
/** The longest time after an end. */
const longestThanks = 30 * DAY_MINUTES

/** Where the input has an amount with its currency. */
const amounts: Record<string, string[]> = {
  priceMinor: ['price', 'amount'],
  depositMinor: ['deposit', 'amount'],
}

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function serviceIssues(terms: ServiceTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: amounts[field] ?? [field], message })
  }
  const between = (field: keyof ServiceTerms, low: number, high: number) => {
    const value = terms[field]
    if (typeof value !== 'number') return
    want(value >= low && value <= high, field, `${value} is not between ${low} and ${high}.`)
  }
  want(terms.name.trim() !== '', 'name', 'A service needs a name.')
  want(terms.name.length <= 200, 'name', 'A name has at most 200 characters.')
  between('durationMinutes', 1, 30 * DAY_MINUTES)
  between('bufferBeforeMinutes', 0, DAY_MINUTES)
  between('bufferAfterMinutes', 0, DAY_MINUTES)
  between('slotStepMinutes', 1, DAY_MINUTES)
  between('minNoticeMinutes', 0, 366 * DAY_MINUTES)
  between('maxAdvanceDays', 0, 3660)
  between('priceMinor', 0, 2_000_000_000)
  between('dailyLimit', 1, 10_000)
  want(
    terms.dailyLimit === null || terms.kind === 'APPOINTMENT',
    'dailyLimit',
    'Only appointments have a daily limit; a class has the seats of its sessions.',
  )
  between('capacity', 1, 100_000)
  between('minParty', 1, 100_000)
  between('cancelFreeHours', 0, 24 * 366)
  between('cancelRefundPercent', 0, 100)
  between('depositPercent', 0, 100)
  between('depositMinor', 0, 2_000_000_000)
  between('payWithinMinutes', 1, 30 * DAY_MINUTES)
  between('thanksMinutes', 0, longestThanks)
  want(
    terms.depositMinor === null || terms.depositPercent === 0,
    'deposit',
    'A deposit is an amount or a part of the price: give "deposit" or "depositPercent".',
  )
  want(
    terms.reminderMinutes.length <= reminders.most &&
      terms.reminderMinutes.every((before) => before >= 1 && before <= reminders.minutes),
    'reminderMinutes',
    `A service has at most ${reminders.most} reminders, each 1 to ${reminders.minutes} minutes before.`,
  )
  want(
    terms.maxParty >= terms.minParty,
    'maxParty',
    `${terms.maxParty} is less than minParty, which is ${terms.minParty}.`,
  )
  want(
    !terms.bookableFromOn ||
      !terms.bookableUntilOn ||
      terms.bookableUntilOn >= terms.bookableFromOn,
    'bookableUntilOn',
    'The last bookable day lies before the first.',
  )
  return issues
}
