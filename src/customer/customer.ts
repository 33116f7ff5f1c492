// What makes a customer a legal one, and how a name comes about. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import { isTimeZone } from '../time/zone.ts'

export type CustomerTerms = {
  name: string
  firstName: string | null
  lastName: string | null
  email: string | null
  phone: string | null
  timeZone: string | null
  locale: string | null
  tags: string[]
  groups: string[]
  notes: string | null
  customFields: unknown
  personalFields: unknown
  wantsNotices: boolean
}

export type NameParts = {
  name?: string | null
  firstName?: string | null
  lastName?: string | null
}

const longest = { words: 50, word: 60, fields: 20_000, notes: 10_000 }

/** First and last name as one; empty when neither is there. */
export function composedName({ firstName, lastName }: NameParts): string {
  return [firstName, lastName]
    .map((part) => part?.trim())
    .filter(Boolean)
    .join(' ')
}

/**
 * The name after a change of its parts: the one that is given, else the composed one where the name
 * was composed before, else the name as it was.
 */
export function nameAfter(before: NameParts, change: NameParts): string {
  if (change.name != null) return change.name.trim()
  const composed = composedName({
    firstName: change.firstName === undefined ? before.firstName : change.firstName,
    lastName: change.lastName === undefined ? before.lastName : change.lastName,
  })
  const wasComposed = !before.name || before.name === composedName(before)
  return (wasComposed && composed) || (before.name ?? '')
}

/** Words as they are kept: trimmed, each once, in their order. */
export function wordsOf(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => word.trim()))]
}

/** E-mail addresses are kept and compared in lower case. */
export function emailOf(email: string): string {
  return email.trim().toLowerCase()
}

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function customerIssues(terms: CustomerTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  const short = (field: 'name' | 'firstName' | 'lastName' | 'email' | 'phone', length: number) =>
    want(
      (terms[field]?.length ?? 0) <= length,
      field,
      `"${field}" has at most ${length} characters.`,
    )
  want(terms.name !== '', 'name', 'A customer needs a name, or a first or last name.')
  short('name', 200)
  short('firstName', 100)
  short('lastName', 100)
  short('email', 254)
  short('phone', 50)
  want(
    terms.timeZone === null || isTimeZone(terms.timeZone),
    'timeZone',
    `"${terms.timeZone}" is not an IANA time zone such as "Europe/London".`,
  )
  want(
    terms.locale === null || isLocale(terms.locale),
    'locale',
    `"${terms.locale}" is not a language tag such as "en-GB".`,
  )
  for (const field of ['tags', 'groups'] as const) {
    const words = terms[field]
    want(words.length <= longest.words, field, `There are at most ${longest.words} ${field}.`)
    const bad = words.find((word) => word === '' || word.length > longest.word)
    const message = `Each of ${field} has 1 to ${longest.word} characters, and "${bad}" has not.`
    want(bad === undefined, field, message)
  }
  want((terms.notes?.length ?? 0) <= longest.notes, 'notes', 'Notes have at most 10000 characters.')
  for (const field of ['customFields', 'personalFields'] as const) {
    want(
      JSON.stringify(terms[field] ?? null).length <= longest.fields,
      field,
      `"${field}" has at most ${longest.fields} characters as JSON.`,
    )
  }
  return issues
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}
