// The rules of a booking link: which answers it takes, and whom it chooses from.

import { describe, expect, it } from 'vitest'
import { checkAnswers, choiceOf, type Question } from '../../src/link/link.ts'

const interest: Question = {
  id: 'interest',
  label: 'What for?',
  type: 'CHOICE',
  required: true,
  choices: ['Cut', 'Colour'],
}
const note = { id: 'note', label: 'Anything else?', type: 'TEXT', required: false, choices: [] }
const first = { id: 'first', label: 'First visit?', type: 'YES_NO', required: false, choices: [] }
const heads = { id: 'heads', label: 'How many?', type: 'NUMBER', required: false, choices: [] }
const questions = [interest, note, first, heads] as Question[]

const messages = (given: Record<string, unknown>) =>
  checkAnswers(questions, given).issues.map(({ message }) => message)

describe('answers', () => {
  it('are kept by question, in the form of their question', () => {
    const given = { interest: ' Cut ', note: 'no dye', first: 'Yes', heads: '2.5' }
    expect(checkAnswers(questions, given)).toEqual({
      answers: { interest: 'Cut', note: 'no dye', first: true, heads: 2.5 },
      issues: [],
    })
  })

  it.each([
    [true, true],
    [false, false],
    ['TRUE', true],
    ['no', false],
    ['false', false],
  ])('to yes or no may be %j', (given, kept) => {
    const { answers, issues } = checkAnswers([first as Question], { first: given })
    expect({ answers, issues }).toEqual({ answers: { first: kept }, issues: [] })
  })

  it.each([
    [{}, ['The question "What for?" needs an answer.']],
    [{ interest: null }, ['The question "What for?" needs an answer.']],
    [{ interest: '  ' }, ['The question "What for?" needs an answer.']],
    [{ interest: 'Perm' }, ['The question "What for?" takes one of "Cut", "Colour".']],
    [{ interest: ['Cut'] }, ['The question "What for?" takes one of "Cut", "Colour".']],
    [{ interest: 'Cut', first: 1 }, ['The question "First visit?" takes yes or no.']],
    [{ interest: 'Cut', first: 'maybe' }, ['The question "First visit?" takes yes or no.']],
    [{ interest: 'Cut', heads: 'two' }, ['The question "How many?" takes a number.']],
    [{ interest: 'Cut', heads: Infinity }, ['The question "How many?" takes a number.']],
    [{ interest: 'Cut', heads: '0x10' }, ['The question "How many?" takes a number.']],
    [
      { interest: 'Cut', note: 'x'.repeat(2001) },
      ['The question "Anything else?" takes a text of at most 2000 characters.'],
    ],
    [
      { interest: 'Cut', note: { not: '' } },
      ['The question "Anything else?" takes a text of at most 2000 characters.'],
    ],
    [{ interest: 'Cut', age: 7 }, ['The booking link asks no question "age".']],
    [
      { heads: 'two', toString: 'x' },
      [
        'The question "What for?" needs an answer.',
        'The question "How many?" takes a number.',
        'The booking link asks no question "toString".',
      ],
    ],
  ])('%j are refused by question', (given, sentences) => {
    expect(messages(given)).toEqual(sentences)
  })

  it('are refused at the path of their question', () => {
    const { issues } = checkAnswers(questions, { interest: 'Perm' })
    expect(issues.map(({ path }) => path)).toEqual([['answers', 'interest']])
  })

  it('of a question that is called as every object has members are not taken for given', () => {
    const odd = { ...interest, id: 'constructor', label: 'Odd?' }
    expect(checkAnswers([odd], {}).issues).toHaveLength(1)
  })
})

describe('the choice of staff', () => {
  const named = { named: true, staffIds: ['a', 'b'] }
  const unnamed = { named: false, staffIds: ['x', 'y'] }

  it.each([
    ['ROUND_ROBIN', { staffIds: ['a', 'b'], assign: 'EVENLY' }],
    ['PRIORITY', { staffIds: ['a', 'b'], assign: 'IN_ORDER' }],
    ['COLLECTIVE', { staffIds: ['a', 'b'], assign: 'TOGETHER' }],
    ['SINGLE', { staffIds: ['a'], assign: 'FAIR' }],
  ] as const)('of %s is from those it names', (distribution, choice) => {
    expect(choiceOf(distribution, named)).toEqual(choice)
  })

  it.each([
    ['ROUND_ROBIN', { staffIds: null, assign: 'EVENLY' }],
    ['PRIORITY', { staffIds: null, assign: 'IN_ORDER' }],
    ['COLLECTIVE', { staffIds: null, assign: 'TOGETHER' }],
    ['SINGLE', { staffIds: ['x'], assign: 'FAIR' }],
  ] as const)('of %s is from all who give the service when it names nobody', (word, choice) => {
    expect(choiceOf(word, unnamed)).toEqual(choice)
  })

  it('is from nobody when all who were named have left', () => {
    const left = { named: true, staffIds: [] }
    expect(choiceOf('ROUND_ROBIN', left).staffIds).toEqual([])
    expect(choiceOf('SINGLE', left).staffIds).toEqual([])
  })

  it('of a service that needs nobody is not narrowed', () => {
    const nobody = { named: false, staffIds: [] }
    expect(choiceOf('SINGLE', nobody).staffIds).toBeNull()
  })
})
