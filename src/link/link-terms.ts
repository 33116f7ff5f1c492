// What makes a booking link a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import type { Distribution, Question } from './link.ts'
import { windowIssues, type LinkWindow } from './link-window.ts'
import { routingIssues, type RoutingRule } from './routing.ts'

export type LinkTerms = LinkWindow & {
  slug: string
  title: string
  distribution: Distribution
  /** Where it chooses among several, whoever books at its page may do so, too. */
  visitorsChooseStaff: boolean
  /** First the one that is booked when nobody says otherwise. */
  serviceIds: readonly string[]
  staffIds: readonly string[]
  questions: readonly Question[]
  routing: readonly RoutingRule[]
  expiresAt: Date | null
  /** How many bookings may be made through it; null is any number. */
  maxBookings: number | null
}

const mostServices = 50
const mostStaff = 200
const mostQuestions = 50
const mostChoices = 100
const longestTitle = 200
const longestLabel = 500
const mostBookings = 1_000_000

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function linkIssues(terms: LinkTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  want(
    /^[a-z\d](?:[a-z\d-]{0,98}[a-z\d])?$/.test(terms.slug),
    'slug',
    'A slug has 1 to 100 small letters, digits and hyphens, and none of these at its ends.',
  )
  want(terms.title.trim() !== '', 'title', 'A booking link needs a title.')
  want(
    terms.title.length <= longestTitle,
    'title',
    `A title has at most ${longestTitle} characters.`,
  )
  want(terms.serviceIds.length > 0, 'serviceIds', 'A booking link books at least one service.')
  want(
    terms.serviceIds.length <= mostServices,
    'serviceIds',
    `A booking link books at most ${mostServices} services.`,
  )
  want(isUnique(terms.serviceIds), 'serviceIds', 'A service is named twice.')
  want(terms.staffIds.length <= mostStaff, 'staffIds', `A pool has at most ${mostStaff} staff.`)
  want(isUnique(terms.staffIds), 'staffIds', 'A staff member is named twice.')
  const { maxBookings } = terms
  want(
    maxBookings === null || (maxBookings >= 1 && maxBookings <= mostBookings),
    'maxBookings',
    `${maxBookings} is not between 1 and ${mostBookings}.`,
  )
  return [
    ...issues,
    ...windowIssues(terms),
    ...questionIssues(terms.questions),
    ...routingIssues(terms.routing, terms.questions),
  ]
}

const isUnique = (ids: readonly string[]) => new Set(ids).size === ids.length

function questionIssues(questions: readonly Question[]): Issue[] {
  if (questions.length > mostQuestions) {
    return [{ path: ['questions'], message: `A link asks at most ${mostQuestions} questions.` }]
  }
  const ids = questions.map(({ id }) => id)
  return questions.flatMap(({ id, label, type, choices }, index) => {
    const fault = !/^[\w-]{1,50}$/.test(id)
      ? 'An id has 1 to 50 letters, digits, hyphens and underscores.'
      : ids.indexOf(id) < index
        ? `There are two questions "${id}".`
        : label.trim() === '' || label.length > longestLabel
          ? `A question has words, at most ${longestLabel} characters of them.`
          : type === 'CHOICE'
            ? choiceFault(choices)
            : choices.length > 0
              ? 'Only a CHOICE has choices.'
              : null
    return fault === null ? [] : [{ path: ['questions', String(index)], message: fault }]
  })
}

function choiceFault(choices: readonly string[]): string | null {
  if (choices.length === 0) return 'A CHOICE offers at least one choice.'
  if (choices.length > mostChoices) return `A CHOICE offers at most ${mostChoices} choices.`
  if (choices.some((choice) => choice.trim() === '' || choice.length > longestLabel)) {
    return `A choice has words, at most ${longestLabel} characters of them.`
  }
  return isUnique(choices.map((choice) => choice.trim().toLocaleLowerCase('en')))
    ? null
    : 'A choice is there twice.'
}
