// The mutations that make, change and archive booking links.

import { demand } from '../auth/viewer.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { demandIds, givenFields, instantOf } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import {
  archiveBookingLink,
  createBookingLink,
  updateBookingLink,
  type LinkChange,
} from './edit-link.actions.ts'
import { DistributionEnum, QuestionTypeEnum } from './link.graphql.ts'
import { RoutingOperatorEnum } from './link-routing.graphql.ts'
import { plainWindow, windowInput, type RawWindow } from './link-window.graphql.ts'

const LinkQuestionInput = builder.inputType('LinkQuestionInput', {
  description: 'What a booking link asks.',
  fields: (t) => ({
    id: t.string({
      required: true,
      description: 'Its name in `answers`: 1 to 50 letters, digits, hyphens, underscores.',
    }),
    label: t.string({ required: true, description: 'The question, at most 500 characters.' }),
    type: t.field({ type: QuestionTypeEnum, required: true, description: 'What it takes.' }),
    required: t.boolean({ description: 'Whether nobody books without an answer; false at first.' }),
    choices: t.stringList({ description: 'What a CHOICE offers, at most 100.' }),
  }),
})

const RoutingConditionInput = builder.inputType('RoutingConditionInput', {
  description: 'What a routing rule wants of one answer.',
  fields: (t) => ({
    questionId: t.string({ required: true, description: "One of the link's questions." }),
    operator: t.field({
      type: RoutingOperatorEnum,
      required: true,
      description: 'How its answer is compared.',
    }),
    value: t.string({
      description:
        'With what; "yes" or "no" for such a question. Left out where nothing is compared.',
    }),
  }),
})

const RoutingRuleInput = builder.inputType('RoutingRuleInput', {
  description: 'Where answers lead: to staff, to a service, to both; or `reject`.',
  fields: (t) => ({
    conditions: t.field({
      type: [RoutingConditionInput],
      description: 'All have to hold, at most 10; none: it always fits.',
    }),
    staffIds: t.idList({ description: 'Only these of the pool.' }),
    serviceId: t.id({ description: "In place of the link's own service." }),
    reject: t.string({ description: 'In these words a booking is refused.' }),
  }),
})

const terms = (t: InputBuilder) => ({
  distribution: t.field({
    type: DistributionEnum,
    description: 'How it chooses from its staff; ROUND_ROBIN at first.',
  }),
  visitorsChooseStaff: t.boolean({
    description:
      'Whether whoever books at its page may choose among its staff, where it chooses itself ' +
      '(ROUND_ROBIN, PRIORITY); false at first: names are shown to everybody then.',
  }),
  staffIds: t.idList({
    description: 'Its pool, in order, at most 200; none: whoever gives the service.',
  }),
  questions: t.field({ type: [LinkQuestionInput], description: 'In order, at most 50.' }),
  routing: t.field({
    type: [RoutingRuleInput],
    description: 'Asked in order, at most 50; the first that fits decides.',
  }),
  ...windowInput(t),
  expiresAt: t.field({
    type: 'DateTime',
    description: 'From when on nothing is booked through it; null: never.',
  }),
  maxBookings: t.int({
    description: 'How many bookings may be made through it, 1 to 1000000; null: any number.',
  }),
})

type Question = typeof LinkQuestionInput.$inferInput
type Rule = typeof RoutingRuleInput.$inferInput
type Raw = RawWindow & {
  serviceIds?: readonly string[] | null
  staffIds?: readonly string[] | null
  questions?: readonly Question[] | null
  routing?: readonly Rule[] | null
  expiresAt?: Date | null
}

const clearable = [
  'bookableFromOn',
  'bookableUntilOn',
  'maxAdvanceDays',
  'expiresAt',
  'maxBookings',
] as const

/** Ids become row ids of this account; lists replace what was. */
function plain<Input extends Raw>(accountId: string, input: Input) {
  const { serviceIds, staffIds, questions, routing, expiresAt, ...window } = input
  const { hours, bookableFromOn, bookableUntilOn, ...others } = window
  return {
    ...others,
    ...plainWindow({ hours, bookableFromOn, bookableUntilOn }),
    ...(serviceIds && { serviceIds: demandIds('Service', accountId, serviceIds, 'serviceIds') }),
    ...(staffIds && { staffIds: demandIds('StaffMember', accountId, staffIds, 'staffIds') }),
    ...(questions && { questions: questions.map(questionOf) }),
    ...(routing && { routing: routing.map((rule, index) => ruleOf(accountId, rule, index)) }),
    ...(expiresAt !== undefined && { expiresAt: expiresAt && instantOf(expiresAt, 'expiresAt') }),
  }
}

const questionOf = ({ id, label, type, required, choices }: Question) => ({
  id,
  label: label.trim(),
  type,
  required: required ?? false,
  choices: (choices ?? []).map((choice) => choice.trim()),
})

function ruleOf(accountId: string, rule: Rule, index: number) {
  const { conditions, staffIds, serviceId, reject } = rule
  const path = ['routing', String(index)]
  const [service = null] = serviceId
    ? demandIds('Service', accountId, [serviceId], ...path, 'serviceId')
    : []
  return {
    conditions: (conditions ?? []).map(({ questionId, operator, value }) => ({
      questionId,
      operator,
      value: value ?? null,
    })),
    staffIds: staffIds ? demandIds('StaffMember', accountId, staffIds, ...path, 'staffIds') : null,
    serviceId: service,
    reject: reject ?? null,
  }
}

mutation('createBookingLink', {
  description: 'Makes a public way in: what is booked through it, with whom, and what is asked.',
  scopes: ['services:write'],
  data: 'BookingLink',
  dataDescription: 'The link.',
  refusals: ['IN_USE', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The business.' }),
    slug: t.string({
      required: true,
      description: '1 to 100 small letters, digits and hyphens; unique in its account.',
    }),
    title: t.string({ required: true, description: 'For people, at most 200 characters.' }),
    serviceIds: t.idList({
      required: true,
      description: 'What is booked, at most 50; the first when nobody says otherwise.',
    }),
    ...terms(t),
    idempotencyKey: t.string({
      description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
    }),
  }),
  resolve: async ({ accountId: account, idempotencyKey, ...input }, ctx) => {
    const { id: accountId } = demandKey('Account', account, 'accountId')
    // Whose account it is decides before what is named of it.
    demand(ctx.viewer, accountId, ['services:write'], 'Account', 'accountId')
    const given = givenFields(plain(accountId, input), clearable)
    return createBookingLink(ctx, accountId, given as never, idempotencyKey)
  },
})

mutation('updateBookingLink', {
  description: 'Changes a booking link; what is left out stays. Lists replace what was.',
  scopes: ['services:write'],
  data: 'BookingLink',
  dataDescription: 'The link as it is now.',
  refusals: ['IN_USE', 'VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The link.' }),
    slug: t.string({ description: 'Old addresses lead nowhere then.' }),
    title: t.string({ description: 'For people.' }),
    serviceIds: t.idList({ description: 'What is booked through it.' }),
    ...terms(t),
    active: t.boolean({ description: 'True opens an archived link again.' }),
    expectedVersion: t.int({ description: 'Refused when the link has another version.' }),
  }),
  resolve: async ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('BookingLink', id, 'id')
    const given = givenFields(plain(key.accountId, input), clearable)
    return updateBookingLink(ctx, key, given as LinkChange, expectedVersion)
  },
})

mutation('archiveBookingLink', {
  description: 'Closes a booking link. Bookings that came through it stay.',
  scopes: ['services:write'],
  data: 'BookingLink',
  dataDescription: 'The link, not active any more.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The link.' }),
    expectedVersion: t.int({ description: 'Refused when the link has another version.' }),
  }),
  resolve: async ({ id, expectedVersion }, ctx) =>
    archiveBookingLink(ctx, demandKey('BookingLink', id, 'id'), expectedVersion),
})
