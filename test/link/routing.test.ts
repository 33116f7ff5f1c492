// Where answers lead: the first rule that fits, each operator by example, and what makes a rule one
// that cannot be.

import { describe, expect, it } from 'vitest'
import type { Answers, Question } from '../../src/link/link.ts'
import {
  routeBy,
  routingIssues,
  type RoutingCondition,
  type RoutingRule,
} from '../../src/link/routing.ts'

const question = (id: string, type: Question['type'], choices: string[] = []): Question => ({
  id,
  label: `About ${id}`,
  type,
  required: false,
  choices,
})

const questions = [
  question('text', 'TEXT'),
  question('kind', 'CHOICE', ['Cut', 'Colour']),
  question('new', 'YES_NO'),
  question('heads', 'NUMBER'),
]

const rule = (conditions: RoutingCondition[], leads: Partial<RoutingRule> = {}): RoutingRule => ({
  conditions,
  staffIds: null,
  serviceId: null,
  reject: null,
  ...leads,
})

const when = (
  questionId: string,
  operator: RoutingCondition['operator'],
  value: string | null = null,
): RoutingCondition => ({ questionId, operator, value })

describe('an operator', () => {
  const holds = (condition: RoutingCondition, answers: Answers) =>
    routeBy([rule([condition], { reject: 'No.' })], answers).reject !== null

  it.each<[RoutingCondition, Answers, boolean]>([
    [when('kind', 'IS', 'cut'), { kind: 'Cut' }, true],
    [when('kind', 'IS', 'Cut'), { kind: 'Colour' }, false],
    [when('kind', 'IS', 'Cut'), {}, false],
    [when('kind', 'IS_NOT', 'Cut'), { kind: 'Colour' }, true],
    [when('kind', 'IS_NOT', 'Cut'), { kind: 'CUT' }, false],
    [when('kind', 'IS_NOT', 'Cut'), {}, true],
    [when('text', 'CONTAINS', 'back pain'), { text: 'Bad BACK PAIN' }, true],
    [when('text', 'CONTAINS', 'back'), { text: 'Knee' }, false],
    [when('text', 'CONTAINS', 'back'), {}, false],
    [when('new', 'IS', 'yes'), { new: true }, true],
    [when('new', 'IS', 'no'), { new: false }, true],
    [when('new', 'IS', 'yes'), { new: false }, false],
    [when('heads', 'AT_LEAST', '4'), { heads: 4 }, true],
    [when('heads', 'AT_LEAST', '4'), { heads: 3 }, false],
    [when('heads', 'AT_LEAST', '4'), {}, false],
    [when('heads', 'AT_MOST', '4'), { heads: 4 }, true],
    [when('heads', 'AT_MOST', '4'), { heads: 5 }, false],
    [when('heads', 'IS', '4.0'), { heads: 4 }, true],
    [when('text', 'ANSWERED'), { text: 'x' }, true],
    [when('text', 'ANSWERED'), {}, false],
    [when('text', 'NOT_ANSWERED'), {}, true],
    [when('text', 'NOT_ANSWERED'), { text: 'x' }, false],
  ])('%j of %j is %s', (condition, answers, expected) => {
    expect(holds(condition, answers)).toBe(expected)
  })
})

describe('rules', () => {
  it('are asked in order; the first that fits decides, and none leads nowhere', () => {
    const rules = [
      rule([when('new', 'IS', 'yes'), when('heads', 'AT_LEAST', '5')], { reject: 'Too many.' }),
      rule([when('new', 'IS', 'yes')], { staffIds: ['ann'] }),
      rule([when('heads', 'AT_LEAST', '5')], { serviceId: 'large', staffIds: ['bob'] }),
    ]
    const led = (answers: Answers) => routeBy(rules, answers)
    expect(led({ new: true, heads: 5 })).toEqual({
      reject: 'Too many.',
      staffIds: null,
      serviceId: null,
    })
    expect(led({ new: true, heads: 4 }).staffIds).toEqual(['ann'])
    expect(led({ new: false, heads: 9 })).toEqual({
      reject: null,
      staffIds: ['bob'],
      serviceId: 'large',
    })
    expect(led({})).toEqual({ reject: null, staffIds: null, serviceId: null })
    expect(routeBy([rule([], { reject: 'Closed.' })], {}).reject).toBe('Closed.')
  })

  const leads = { reject: 'No.' }

  it.each<[RoutingRule, string]>([
    [rule([]), 'A rule either rejects, or leads to staff, to a service or to both.'],
    [
      rule([], { reject: 'No.', serviceId: 's' }),
      'A rule either rejects, or leads to staff, to a service or to both.',
    ],
    [rule([], { staffIds: [] }), 'A rule that leads to staff names at least one.'],
    [rule([], { reject: '  ' }), 'Words of at most 500 characters say why.'],
    [rule([when('age', 'ANSWERED')], leads), 'The booking link asks no question "age".'],
    [rule([when('text', 'ANSWERED', 'x')], leads), 'ANSWERED compares with nothing.'],
    [rule([when('text', 'IS')], leads), 'IS needs a value to compare with.'],
    [rule([when('kind', 'IS', 'Perm')], leads), '"Perm" is no choice of "About kind".'],
    [
      rule([when('kind', 'CONTAINS', 'C')], leads),
      '"About kind" is no text that contains anything.',
    ],
    [rule([when('text', 'AT_LEAST', '1')], leads), '"About text" is answered by no number.'],
    [rule([when('heads', 'AT_MOST', 'few')], leads), '"few" is no number.'],
    [rule([when('new', 'IS', 'maybe')], leads), '"About new" is answered by yes or no.'],
    [
      rule(Array<RoutingCondition>(11).fill(when('text', 'ANSWERED')), leads),
      'A rule has at most 10 conditions.',
    ],
  ])('that cannot be are named: %j', (wrong, message) => {
    expect(routingIssues([wrong], questions).map((issue) => issue.message)).toEqual([message])
  })

  it('are fifty at most, and legal ones have no issues', () => {
    const good = rule([when('new', 'IS', 'Yes'), when('heads', 'IS', '3')], { staffIds: ['ann'] })
    expect(routingIssues([good], questions)).toEqual([])
    expect(routingIssues(Array<RoutingRule>(51).fill(good), questions)).toHaveLength(1)
  })
})
