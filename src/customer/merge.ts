// What one customer has after others became part of it. Pure.

import { wordsOf, type CustomerTerms } from './customer.ts'

const longestList = 50

/** The target's own terms; what it lacks comes from the others, in their order. */
export function mergedTerms<Terms extends CustomerTerms>(
  target: Terms,
  others: readonly Terms[],
): CustomerTerms {
  const all = [target, ...others]
  const first = <Field extends keyof CustomerTerms>(field: Field): CustomerTerms[Field] =>
    (all.find((terms) => terms[field] !== null) ?? target)[field]
  const union = (field: 'tags' | 'groups') =>
    wordsOf(all.flatMap((terms) => terms[field])).slice(0, longestList)
  return {
    name: target.name,
    firstName: first('firstName'),
    lastName: first('lastName'),
    email: first('email'),
    phone: first('phone'),
    timeZone: first('timeZone'),
    locale: first('locale'),
    tags: union('tags'),
    groups: union('groups'),
    notes: notesOf(all),
    customFields: first('customFields'),
    personalFields: first('personalFields'),
    // Whoever said once that they want none means it.
    wantsNotices: all.every(({ wantsNotices }) => wantsNotices),
  }
}

const longestNotes = 10_000

/** Everything that was noted, each once; as much of it as notes may have. */
function notesOf(all: readonly CustomerTerms[]): string | null {
  const notes = new Set(all.map(({ notes: text }) => text?.trim()).filter(Boolean))
  return notes.size === 0 ? null : [...notes].join('\n\n').slice(0, longestNotes)
}
