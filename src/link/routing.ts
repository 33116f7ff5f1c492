// Routing: where the answers of whoever books through a link lead. Rules are asked in order, and
// the first that fits decides. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import type { Answer, Answers, Question } from './link.ts'

export type RoutingOperator =
  | 'IS'
  | 'IS_NOT'
  | 'CONTAINS'
  | 'AT_LEAST'
  | 'AT_MOST'
  | 'ANSWERED'
  | 'NOT_ANSWERED'

export type RoutingCondition = {
  questionId: string
  operator: RoutingOperator
  /** What the answer is compared with; null for the two that compare nothing. */
  value: string | null
}

/** As it is kept in the link's row. Either `reject`, or where it leads. */
export type RoutingRule = {
  /** All of them have to hold; none always do. */
  conditions: readonly RoutingCondition[]
  staffIds: readonly string[] | null
  serviceId: string | null
  reject: string | null
}

/** Where it leads; null is where the link leads by itself. */
export type Routing = Omit<RoutingRule, 'conditions'>

const nowhereElse: Routing = { staffIds: null, serviceId: null, reject: null }

export function routeBy(rules: readonly RoutingRule[], answers: Answers): Routing {
  const rule = rules.find(({ conditions }) =>
    conditions.every((condition) => holds(condition, answers[condition.questionId])),
  )
  if (!rule) return nowhereElse
  const { staffIds, serviceId, reject } = rule
  return { staffIds, serviceId, reject }
}

function holds({ operator, value }: RoutingCondition, answer: Answer | undefined): boolean {
  if (operator === 'ANSWERED') return answer !== undefined
  if (operator === 'NOT_ANSWERED') return answer === undefined
  // What was not answered is nothing: it is not this, it contains nothing, it is no number.
  if (answer === undefined) return operator === 'IS_NOT'
  const wanted = value ?? ''
  switch (operator) {
    case 'IS':
      return isSame(answer, wanted)
    case 'IS_NOT':
      return !isSame(answer, wanted)
    case 'CONTAINS':
      return wordsOf(answer).includes(wordsOf(wanted))
    case 'AT_LEAST':
      return typeof answer === 'number' && answer >= Number(wanted)
    case 'AT_MOST':
      return typeof answer === 'number' && answer <= Number(wanted)
    default:
      return operator satisfies never
  }
}

function isSame(answer: Answer, wanted: string): boolean {
  if (typeof answer === 'number') return answer === Number(wanted)
  if (typeof answer === 'boolean') return answer === (wordsOf(wanted) === 'yes')
  return wordsOf(answer) === wordsOf(wanted)
}

const wordsOf = (text: Answer) => String(text).trim().toLocaleLowerCase('en')

const mostRules = 50
const mostConditions = 10
const longestText = 500

/** Everything that is wrong with rules about these questions. Paths are input fields. */
export function routingIssues(
  rules: readonly RoutingRule[],
  questions: readonly Question[],
): Issue[] {
  if (rules.length > mostRules) {
    return [{ path: ['routing'], message: `A link has at most ${mostRules} routing rules.` }]
  }
  const byId = new Map(questions.map((question) => [question.id, question]))
  return rules.flatMap((rule, index) => {
    const at = (message: string, ...path: string[]): Issue => ({
      path: ['routing', String(index), ...path],
      message,
    })
    const issues = rule.conditions
      .slice(0, mostConditions)
      .map((condition) => conditionFault(condition, byId.get(condition.questionId)))
      .flatMap((fault, place) => (fault ? [at(fault, 'conditions', String(place))] : []))
    if (rule.conditions.length > mostConditions) {
      issues.push(at(`A rule has at most ${mostConditions} conditions.`, 'conditions'))
    }
    const leads = rule.staffIds !== null || rule.serviceId !== null
    if (leads === (rule.reject !== null)) {
      issues.push(at('A rule either rejects, or leads to staff, to a service or to both.'))
    }
    if (rule.staffIds?.length === 0) {
      issues.push(at('A rule that leads to staff names at least one.', 'staffIds'))
    }
    if (rule.reject !== null && (rule.reject.trim() === '' || rule.reject.length > longestText)) {
      issues.push(at(`Words of at most ${longestText} characters say why.`, 'reject'))
    }
    return issues
  })
}

function conditionFault(
  { questionId, operator, value }: RoutingCondition,
  question: Question | undefined,
): string | null {
  if (!question) return `The booking link asks no question "${questionId}".`
  const { label, type, choices } = question
  const compares = operator !== 'ANSWERED' && operator !== 'NOT_ANSWERED'
  if (!compares) return value === null ? null : `${operator} compares with nothing.`
  if (value === null || value.trim() === '') return `${operator} needs a value to compare with.`
  if (value.length > longestText) return `A value has at most ${longestText} characters.`
  if (operator === 'CONTAINS') {
    return type === 'TEXT' ? null : `"${label}" is no text that contains anything.`
  }
  const isNumber = value.trim() !== '' && Number.isFinite(Number(value))
  if (operator === 'AT_LEAST' || operator === 'AT_MOST') {
    if (type !== 'NUMBER') return `"${label}" is answered by no number.`
    return isNumber ? null : `"${value}" is no number.`
  }
  if (type === 'NUMBER') return isNumber ? null : `"${value}" is no number.`
  if (type === 'YES_NO') {
    return /^(yes|no)$/i.test(value.trim()) ? null : `"${label}" is answered by yes or no.`
  }
  if (type === 'CHOICE' && !choices.some((choice) => wordsOf(choice) === wordsOf(value))) {
    return `"${value}" is no choice of "${label}".`
  }
  return null
}
