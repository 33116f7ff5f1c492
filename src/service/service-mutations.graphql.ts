// The mutations that make, change and archive services.

import { invalid } from '../errors.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { dateOf, demandIds, givenFields } from '../graphql/inputs.ts'
import { MoneyInput } from '../graphql/money.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { archiveService, createService, updateService } from './service.actions.ts'
import { ServiceKind, StaffMode, StepFrom } from './service.graphql.ts'

const StaffTermsInput = builder.inputType('ServiceStaffTermsInput', {
  description: 'What is different when this staff member gives the service; replaces what was.',
  fields: (t) => ({
    staffId: t.id({ required: true, description: 'One of those who give the service.' }),
    durationMinutes: t.int({ description: 'Minutes they take; null: as the service says.' }),
    price: t.field({
      type: MoneyInput,
      description: 'Price with them; null: as the service says.',
    }),
  }),
})

const terms = (t: InputBuilder) => ({
  description: t.string({ description: 'What the customer gets.' }),
  price: t.field({
    type: MoneyInput,
    description: 'Price of an appointment, or of a seat in a class; null: none.',
  }),
  bufferBeforeMinutes: t.int({ description: 'Minutes kept free before; 0 to 1440, 0 at first.' }),
  bufferAfterMinutes: t.int({ description: 'Minutes kept free after; 0 to 1440, 0 at first.' }),
  slotStepMinutes: t.int({
    description: 'Minutes from one possible start to the next; 1 to 1440, 15 at first.',
  }),
  stepFrom: t.field({ type: StepFrom, description: 'Where that grid begins; MIDNIGHT at first.' }),
  staffMode: t.field({ type: StaffMode, description: 'How many staff it takes; ANY at first.' }),
  minNoticeMinutes: t.int({ description: 'Least minutes from now to a start; 0 at first.' }),
  maxAdvanceDays: t.int({ description: 'Days ahead that can be booked; null: without limit.' }),
  bookableFromOn: t.field({ type: 'LocalDate', description: 'First bookable date; null: none.' }),
  bookableUntilOn: t.field({
    type: 'LocalDate',
    description: 'Last bookable date, inclusive; null: none.',
  }),
  dailyLimit: t.int({ description: 'Most bookings on one local day; null: no limit.' }),
  capacity: t.int({ description: 'Heads it has room for, seats of a session; 1 at first.' }),
  minParty: t.int({ description: 'Least heads of one booking; 1 at first.' }),
  maxParty: t.int({ description: 'Most heads of one booking; the capacity at first.' }),
  requiresConfirmation: t.boolean({ description: 'Whether bookings wait until confirmed.' }),
  cancelFreeHours: t.int({ description: 'Hours before the start up to which all is given back.' }),
  cancelRefundPercent: t.int({ description: 'Percent given back later; 0 to 100, 100 at first.' }),
  depositPercent: t.int({
    description:
      'Percent of the price that has to be paid before a booking stands; 0 to 100, 0 at first.',
  }),
  deposit: t.field({
    type: MoneyInput,
    description: 'The same as an amount, of a class for each seat; null: by the percentage.',
  }),
  payWithinMinutes: t.int({
    description: 'Minutes for which a booking waits for that; 1 to 43200, 30 at first.',
  }),
  reminderMinutes: t.intList({
    description:
      'How many minutes before the start the customer is reminded, at most five times; replaces ' +
      'the list. [1440], a day, at first; bookings that are made or moved from then on follow it.',
  }),
  thanksMinutes: t.int({
    description:
      'How many minutes after the end the customer is thanked by mail, 0 to 43200; null: not at all, ' +
      'as at first.',
  }),
  staffIds: t.idList({
    description: 'Who gives it, in order; replaces the list. Those who stay keep their own terms.',
  }),
  staffTerms: t.field({
    type: [StaffTermsInput],
    description: 'Own terms of some of them; the others keep theirs.',
  }),
  resourceIds: t.idList({
    description: 'What it takes one of: the short way for a single requirement. Replaces all.',
  }),
  resourceRequirements: t.field({
    type: t.listRef(t.listRef('ID')),
    description:
      'What it takes one of each of: a list of alternatives per requirement. Replaces all.',
  }),
})

const clearable = [
  'description',
  'price',
  'deposit',
  'maxAdvanceDays',
  'bookableFromOn',
  'bookableUntilOn',
  'dailyLimit',
  'thanksMinutes',
] as const

type Price = typeof MoneyInput.$inferInput | null

type Raw = {
  price?: Price
  deposit?: Price
  bookableFromOn?: string | null
  bookableUntilOn?: string | null
  reminderMinutes?: number[]
  staffIds?: string[]
  staffTerms?: (typeof StaffTermsInput.$inferInput)[]
  resourceIds?: string[]
  resourceRequirements?: string[][]
}

// Prices to minor units, local dates to dates, global ids of the account to row ids.
function plain<Input extends Raw>(accountId: string, input: Input) {
  const { price, deposit, bookableFromOn: from, bookableUntilOn: until, ...others } = input
  const { staffIds, staffTerms, resourceIds, resourceRequirements, reminderMinutes, ...rest } =
    others
  const resources = (ids: string[], path: string) => demandIds('Resource', accountId, ids, path)
  return {
    ...rest,
    ...(price !== undefined && { priceMinor: price?.amount ?? null }),
    ...(deposit !== undefined && { depositMinor: deposit?.amount ?? null }),
    ...(from !== undefined && { bookableFromOn: dateOrNull(from, 'bookableFromOn') }),
    ...(until !== undefined && { bookableUntilOn: dateOrNull(until, 'bookableUntilOn') }),
    ...(reminderMinutes && {
      reminderMinutes: [...new Set(reminderMinutes)].toSorted((a, b) => b - a),
    }),
    ...(staffIds && { staffIds: demandIds('StaffMember', accountId, staffIds, 'staffIds') }),
    ...(staffTerms && { staffTerms: staffTerms.map((own) => plainTerms(accountId, own)) }),
    ...(resourceIds && { resourceIds: resources(resourceIds, 'resourceIds') }),
    ...(resourceRequirements && {
      resourceRequirements: resourceRequirements.map((ids) =>
        resources(ids, 'resourceRequirements'),
      ),
    }),
    currencies: [price, deposit, ...(staffTerms ?? []).map((own) => own.price)].map(
      (p) => p?.currency,
    ),
  }
}

const dateOrNull = (text: string | null, field: string) =>
  text === null ? null : dateOf(text, field)

function plainTerms(accountId: string, own: typeof StaffTermsInput.$inferInput) {
  const [staffId = ''] = demandIds('StaffMember', accountId, [own.staffId], 'staffTerms')
  return {
    staffId,
    durationMinutes: own.durationMinutes ?? null,
    priceMinor: own.price?.amount ?? null,
  }
}

mutation('createService', {
  description: 'Adds a service to an account.',
  scopes: ['services:write'],
  data: 'Service',
  dataDescription: 'The new service.',
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account that offers it.' }),
    name: t.string({ required: true, description: 'Name for people, at most 200 characters.' }),
    kind: t.field({ type: ServiceKind, required: true, description: 'How it is booked; stays.' }),
    durationMinutes: t.int({ required: true, description: 'Elapsed minutes, 1 to 43200.' }),
    ...terms(t),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ accountId, idempotencyKey, name, kind, durationMinutes, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId').id
    const given = plain(account, givenFields(input, clearable))
    return createService(ctx, account, { name, kind, durationMinutes, ...given }, idempotencyKey)
  },
})

mutation('updateService', {
  description:
    'Changes a service. What is left out stays; null clears what may be empty. Bookings that stand ' +
    'keep their times. An update that changes nothing is no change: same version, no event.',
  scopes: ['services:write'],
  data: 'Service',
  dataDescription: 'The service as it is now.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The service.' }),
    name: t.string({ description: 'Name for people, at most 200 characters.' }),
    durationMinutes: t.int({ description: 'Elapsed minutes, 1 to 43200.' }),
    ...terms(t),
    active: t.boolean({ description: 'True brings an archived service back.' }),
    expectedVersion: t.int({ description: 'Refuse unless the service has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('Service', id, 'id')
    const { active, ...given } = plain(key.accountId, givenFields(input, clearable))
    if (active === false) throw invalid(['active'], 'To archive a service, use archiveService.')
    return updateService(ctx, key, active ? { ...given, active } : given, expectedVersion)
  },
})

mutation('archiveService', {
  description: 'Takes a service out of the offer; bookings of it stay as they are.',
  scopes: ['services:write'],
  data: 'Service',
  dataDescription: 'The service, archived.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The service.' }),
    expectedVersion: t.int({ description: 'Refuse unless the service has this version.' }),
  }),
  resolve: (input, ctx) =>
    archiveService(ctx, demandKey('Service', input.id, 'id'), input.expectedVersion),
})
