// The questions of a booking link as fields of a form, and the answers that came back.

import { checkAnswers, type Question } from '../../link/link.ts'
import { radioField, selectField, textField, type Troubles } from './fields.ts'
import { say, type Words } from './words.ts'

const longestText = 2000
/** From here on a choice is a list that opens, not one that stands there. */
const mostRadios = 6

const fieldOf = (id: string) => `q.${id}`

export type Answered = {
  /** By question id, as the graph is given them. */
  given: Record<string, string>
  /** By field. */
  troubles: Map<string, string>
}

export function readAnswers(
  questions: readonly Question[],
  fields: ReadonlyMap<string, string>,
  words: Words,
): Answered {
  const given: Record<string, string> = {}
  for (const question of questions) {
    const value = (fields.get(fieldOf(question.id)) ?? '').trim()
    if (value !== '') given[question.id] = question.type === 'NUMBER' ? decimal(value) : value
  }
  const { issues } = checkAnswers(questions, given)
  const troubles = new Map<string, string>()
  for (const { path } of issues) {
    const question = questions.find(({ id }) => id === path[1])
    if (question) troubles.set(fieldOf(question.id), faultOf(question, given, words))
  }
  return { given, troubles }
}

// Whoever writes "2,5" means a number.
const decimal = (text: string) => (/^[+-]?\d+,\d+$/.test(text) ? text.replace(',', '.') : text)

function faultOf({ id, type }: Question, given: Record<string, string>, words: Words): string {
  if (given[id] === undefined) return words.required
  switch (type) {
    case 'TEXT':
      return say(words.tooLong, { count: longestText })
    case 'CHOICE':
      return words.notChoice
    case 'YES_NO':
      return words.notYesNo
    case 'NUMBER':
      return words.notNumber
    default:
      return type satisfies never
  }
}

/** The faults with the names of their fields, for whoever reads them apart from these. */
export function namedTroubles(
  questions: readonly Question[],
  troubles: Troubles,
  others: Readonly<Record<string, string>> = {},
): Troubles {
  const labels = new Map([
    ...Object.entries(others),
    ...questions.map(({ id, label }) => [fieldOf(id), label] as const),
  ])
  return new Map(
    [...troubles].map(([name, message]) => {
      const label = labels.get(name)
      return [name, label === undefined ? message : `${label}: ${message}`]
    }),
  )
}

export function questionsHtml(
  questions: readonly Question[],
  fields: ReadonlyMap<string, string>,
  form: { words: Words; troubles: Troubles },
): string {
  return questions
    .map((question) => questionHtml(question, fields.get(fieldOf(question.id)) ?? '', form))
    .join('\n')
}

function questionHtml(
  { id, label, type, required, choices }: Question,
  value: string,
  form: { words: Words; troubles: Troubles },
): string {
  const { words } = form
  const field = { name: fieldOf(id), label, value, required }
  switch (type) {
    case 'TEXT':
      return textField(form, { ...field, rows: 3 })
    case 'NUMBER':
      return textField(form, { ...field, inputmode: 'decimal' })
    case 'YES_NO': {
      const options = [
        { value: 'yes', label: words.yes },
        { value: 'no', label: words.no },
      ]
      return radioField(form, { ...field, options })
    }
    case 'CHOICE': {
      const options = choices.map((choice) => ({ value: choice, label: choice }))
      if (choices.length <= mostRadios) return radioField(form, { ...field, options })
      return selectField(form, {
        ...field,
        options: [{ value: '', label: words.choose }, ...options],
      })
    }
    default:
      return type satisfies never
  }
}

/** The answers as they are carried from one page to the next. */
export function carriedAnswers(
  questions: readonly Question[],
  fields: ReadonlyMap<string, string>,
): Record<string, string | null> {
  return Object.fromEntries(
    questions.map(({ id }) => [fieldOf(id), fields.get(fieldOf(id)) ?? null]),
  )
}
