// What makes an account a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import { isTimeZone } from '../time/zone.ts'

export type AccountTerms = {
  name: string
  slug: string
  timeZone: string
  currency: string
  locale: string
  holdSeconds: number
  waitlistOfferMinutes: number
  publicAvailability: boolean
  /** Whether customers are told where they manage what did not come through a booking link. */
  mailsManageLinks: boolean
}

/** Shortest and longest default life of a hold. */
const holds = { least: 30, most: 900 }

/** Shortest and longest time that an offer to somebody on the waitlist stands. */
const offers = { least: 1, most: 1440 }

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function accountIssues(terms: AccountTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: keyof AccountTerms, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  const { name, slug, timeZone, currency, locale, holdSeconds, waitlistOfferMinutes } = terms
  want(name.trim() !== '', 'name', 'An account needs a name.')
  want(name.length <= 200, 'name', 'A name has at most 200 characters.')
  want(
    /^(?=.{2,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(slug),
    'slug',
    `"${slug}" is no slug: 2 to 63 small letters and digits, with single hyphens between them.`,
  )
  want(
    isTimeZone(timeZone),
    'timeZone',
    `"${timeZone}" is not an IANA time zone such as "Europe/London".`,
  )
  want(
    Intl.supportedValuesOf('currency').includes(currency),
    'currency',
    `"${currency}" is not a currency of ISO 4217 such as "EUR".`,
  )
  want(isLocale(locale), 'locale', `"${locale}" is not a language tag such as "en-GB".`)
  want(
    holdSeconds >= holds.least && holdSeconds <= holds.most,
    'holdSeconds',
    `${holdSeconds} is not between ${holds.least} and ${holds.most}.`,
  )
  want(
    waitlistOfferMinutes >= offers.least && waitlistOfferMinutes <= offers.most,
    'waitlistOfferMinutes',
    `${waitlistOfferMinutes} is not between ${offers.least} and ${offers.most}.`,
  )
  return issues
}

function isLocale(text: string): boolean {
  try {
    return text.length <= 35 && Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}
