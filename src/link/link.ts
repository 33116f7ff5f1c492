// What a booking link asks for and whom it books with. Pure; sentences are public.

import type { Assign } from '../availability/choose-staff.ts'
import type { Issue } from '../errors.ts'

export type Distribution = 'ROUND_ROBIN' | 'COLLECTIVE' | 'PRIORITY' | 'SINGLE'

export type QuestionType = 'TEXT' | 'CHOICE' | 'YES_NO' | 'NUMBER'

/** As it is kept in the link's row. */
export type Question = {
  /** Unique in its link; answers are kept under it. */
  id: string
  label: string
  type: QuestionType
  required: boolean
  /** What a CHOICE offers; empty for the others. */
  choices: readonly string[]
}

export type Answer = string | number | boolean

/** By question id. */
export type Answers = Record<string, Answer>

/** Who may do it, in order. */
export type Pool = {
  /** False when the link names nobody: then they are whoever gives the service. */
  named: boolean
  staffIds: readonly string[]
}

/** Whom to choose from, and how; null is whoever gives the service. */
export type Choice = { staffIds: readonly string[] | null; assign: Assign }

export function choiceOf(distribution: Distribution, { named, staffIds }: Pool): Choice {
  const all = named ? staffIds : null
  switch (distribution) {
    case 'ROUND_ROBIN':
      return { staffIds: all, assign: 'EVENLY' }
    case 'PRIORITY':
      return { staffIds: all, assign: 'IN_ORDER' }
    case 'COLLECTIVE':
      return { staffIds: all, assign: 'TOGETHER' }
    case 'SINGLE':
      return {
        staffIds: named || staffIds.length > 0 ? membersOf(distribution, staffIds) : null,
        assign: 'FAIR',
      }
    default:
      return distribution satisfies never
  }
}

/** Those of the pool to whom the answers lead; null leads nowhere else. */
export function ledPool(pool: Pool, led: readonly string[] | null): Pool {
  if (led === null) return pool
  return { named: true, staffIds: pool.staffIds.filter((id) => led.includes(id)) }
}

/** Those of the staff that a booking can be with: any of them, or all of them when COLLECTIVE. */
export function membersOf<Member>(distribution: Distribution, staff: readonly Member[]): Member[] {
  return distribution === 'SINGLE' ? staff.slice(0, 1) : [...staff]
}

/** Whether it is chosen among several, so that whoever books can choose. */
export function choosesOne(distribution: Distribution): boolean {
  return distribution === 'ROUND_ROBIN' || distribution === 'PRIORITY'
}

/** The choice of whoever wants a certain staff member; null when it is none of the pool. */
export function withOne(choice: Choice, staffId: string | null): Choice | null {
  if (staffId === null) return choice
  const { staffIds, assign } = choice
  if (staffIds && !staffIds.includes(staffId)) return null
  return assign === 'TOGETHER' ? choice : { staffIds: [staffId], assign }
}

const longestText = 2000

/** The answers as they are kept, or everything that is wrong with them, by question. */
export function checkAnswers(
  questions: readonly Question[],
  given: Readonly<Record<string, unknown>>,
): { answers: Answers; issues: Issue[] } {
  const answers: [string, Answer][] = []
  const issues: Issue[] = []
  const issue = (id: string, message: string) => issues.push({ path: ['answers', id], message })
  for (const question of questions) {
    const { id, label, required } = question
    const value = Object.hasOwn(given, id) ? given[id] : null
    if (isBlank(value)) {
      if (required) issue(id, `The question "${label}" needs an answer.`)
      continue
    }
    const answer = answerTo(question, value)
    if (answer === null) issue(id, `The question "${label}" takes ${wanted(question)}.`)
    else answers.push([id, answer])
  }
  const known = new Set(questions.map(({ id }) => id))
  for (const id of Object.keys(given)) {
    if (!known.has(id)) issue(id, `The booking link asks no question "${id}".`)
  }
  return { answers: Object.fromEntries(answers), issues }
}

function isBlank(value: unknown): boolean {
  return value == null || (typeof value === 'string' && value.trim() === '')
}

// Forms and bots send everything as text, so yes, no and numbers may come as words.
function answerTo({ type, choices }: Question, value: unknown): Answer | null {
  const word = typeof value === 'string' ? value.trim() : null
  switch (type) {
    case 'TEXT':
      return word !== null && word.length <= longestText ? word : null
    case 'CHOICE':
      return word !== null && choices.includes(word) ? word : null
    case 'YES_NO':
      if (typeof value === 'boolean') return value
      return yesOrNo.get(word?.toLowerCase() ?? '') ?? null
    case 'NUMBER':
      if (typeof value === 'number') return Number.isFinite(value) ? value : null
      return word !== null && decimal.test(word) ? Number(word) : null
    default:
      return type satisfies never
  }
}

const yesOrNo = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
])

const decimal = /^[+-]?\d{1,15}(\.\d{1,15})?$/

function wanted({ type, choices }: Question): string {
  switch (type) {
    case 'TEXT':
      return `a text of at most ${longestText} characters`
    case 'CHOICE':
      return `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`
    case 'YES_NO':
      return 'yes or no'
    case 'NUMBER':
      return 'a number'
    default:
      return type satisfies never
  }
}
