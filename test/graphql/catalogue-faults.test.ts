// What is not a legal service, staff member, resource or customer: the field at fault, the
// sentence, and nothing written.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, documentOf, rowCounts } from '../support/ask.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const account = encodeId('Account', { accountId: accounts.first.id, id: accounts.first.id })
const admin = tokens.admin
const service = { name: 'Cut', kind: 'APPOINTMENT', durationMinutes: 30 }

/** Mutation, what is wrong, the path that is named, the sentence. */
const faults: [string, object, string[], string][] = [
  ['createService', { ...service, name: ' ' }, ['name'], 'A service needs a name.'],
  [
    'createService',
    { ...service, durationMinutes: 0 },
    ['durationMinutes'],
    '0 is not between 1 and 43200.',
  ],
  [
    'createService',
    { ...service, price: { amount: -1 } },
    ['price', 'amount'],
    '-1 is not between 0 and 2000000000.',
  ],
  [
    'createService',
    { ...service, price: { amount: 1, currency: 'EUR' } },
    ['price', 'currency'],
    'The account\'s currency is "GBP", not "EUR".',
  ],
  [
    'createService',
    { ...service, minParty: 3, maxParty: 2 },
    ['maxParty'],
    '2 is less than minParty, which is 3.',
  ],
  [
    'createService',
    { ...service, bookableFromOn: '2026-05-02', bookableUntilOn: '2026-05-01' },
    ['bookableUntilOn'],
    'The last bookable day lies before the first.',
  ],
  [
    'createService',
    { ...service, bookableFromOn: '0000-01-01' },
    ['bookableFromOn'],
    '"0000-01-01" is not a date from 1970-01-01 to 2199-12-31.',
  ],
  [
    'createService',
    { ...service, resourceIds: [], resourceRequirements: [] },
    ['resourceIds'],
    'Give "resourceIds" or "resourceRequirements", not both.',
  ],
  [
    'createService',
    { ...service, idempotencyKey: '' },
    ['idempotencyKey'],
    'An idempotency key has 1 to 255 characters.',
  ],
  ['createStaffMember', { name: '' }, ['name'], 'A staff member needs a name.'],
  [
    'createStaffMember',
    { name: 'Ana', timeZone: '+01:00' },
    ['timeZone'],
    '"+01:00" is not an IANA time zone such as "Europe/London".',
  ],
  [
    'createStaffMember',
    { name: 'Ana', dailyLimit: 0 },
    ['dailyLimit'],
    '0 is not between 1 and 1000.',
  ],
  ['createResource', { name: '' }, ['name'], 'A resource needs a name.'],
  [
    'createResource',
    { name: 'Hall', capacity: 1001 },
    ['capacity'],
    '1001 is not between 1 and 1000.',
  ],
  ['createCustomer', {}, ['name'], 'A customer needs a name, or a first or last name.'],
  [
    'createCustomer',
    { name: 'Ada', locale: 'no such' },
    ['locale'],
    '"no such" is not a language tag such as "en-GB".',
  ],
  [
    'createCustomer',
    { name: 'Ada', tags: [' '] },
    ['tags'],
    'Each of tags has 1 to 60 characters, and "" has not.',
  ],
]

describe('an input that is not legal', () => {
  it.each(faults)('%s %j is refused at %j', async (mutation, input, path, message) => {
    const before = await rowCounts(app)
    const asked = { accountId: account, ...input }
    expect(await change(app, admin, mutation, asked, 'id')).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      message,
      path,
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('is refused with everything that is wrong at once', async () => {
    const document = documentOf('createService', 'id').replace(
      '... on Refusal',
      '... on ValidationError { issues { path message } } ... on Refusal',
    )
    const input = { accountId: account, name: '', kind: 'CLASS', durationMinutes: -1 }
    const { data } = await app.graphql(admin, document, { input })
    expect(data.result.issues).toEqual([
      { path: ['name'], message: 'A service needs a name.' },
      { path: ['durationMinutes'], message: '-1 is not between 1 and 43200.' },
    ])
  })
})
