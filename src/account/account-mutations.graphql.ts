// The mutations that open and change accounts.

import { allScopes, effectiveScopes } from '../auth/scope.ts'
import { scopesAnywhere } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { demandKey } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { unauthenticated } from '../graphql/scopes.ts'
import { createAccount, updateAccount } from './account.actions.ts'

const common = (t: InputBuilder) => ({
  locale: t.string({ description: 'RFC 5646 tag; "en" when left out of a new account.' }),
  holdSeconds: t.int({
    description: 'How long a hold lasts unless it asks for another time: 30 to 900; 300.',
  }),
  waitlistOfferMinutes: t.int({
    description: 'How long somebody on the waitlist has for an offer: 1 to 1440; 60.',
  }),
  publicAvailability: t.boolean({
    description:
      'Whether free times are shown to whoever has no credential, where a REST dialect has it so; ' +
      'false when left out of a new account.',
  }),
  mailsManageLinks: t.boolean({
    description:
      'Whether mails about any booking tell its customer a secret address at which to see, move ' +
      'and cancel it, by the policy of its service; true when left out of a new account. False: ' +
      'only those about bookings through a booking link do.',
  }),
})

const slug = 'Short name in addresses, unique: 2 to 63 small letters, digits and single hyphens.'

mutation('createAccount', {
  description:
    'Opens an account, of which the person behind the credential becomes OWNER. For a person who ' +
    'is signed in, and for an API client that is for all accounts of its maker and holds ' +
    '"accounts:write"; others are refused (VALIDATION_FAILED). The slug is what makes a repeated ' +
    'call harmless: it is refused, because the slug is taken.',
  open: 'Whoever is in no account yet holds no scope.',
  data: 'Account',
  dataDescription: 'The new account.',
  refusals: ['LIMIT_REACHED'],
  input: (t) => ({
    name: t.string({ required: true, description: 'Name for people, at most 200 characters.' }),
    slug: t.string({ required: true, description: slug }),
    timeZone: t.field({
      type: 'TimeZone',
      required: true,
      description: 'IANA zone in which its hours and dates are meant.',
    }),
    currency: t.field({
      type: 'Currency',
      required: true,
      description: 'ISO 4217; fixed once there are bookings.',
    }),
    ...common(t),
  }),
  resolve: async ({ name, slug: own, timeZone, currency, ...rest }, ctx) => {
    if (ctx.viewer.kind === 'ANONYMOUS') throw unauthenticated()
    const terms = { name, slug: own, timeZone, currency, ...givenFields(rest, []) }
    const account = await createAccount(ctx, terms)
    reach(ctx, account.id)
    return account
  },
})

mutation('updateAccount', {
  description:
    'Changes an account. What is left out stays. Dates and hours are meant in the new time zone ' +
    'from then on; bookings keep their instants. The currency stays once there are bookings ' +
    '(IN_USE).',
  scopes: ['accounts:write'],
  data: 'Account',
  dataDescription: 'The account as it is now.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The account.' }),
    name: t.string({ description: 'Name for people, at most 200 characters.' }),
    slug: t.string({ description: `${slug} Addresses with the old one lead nowhere.` }),
    timeZone: t.field({ type: 'TimeZone', description: 'IANA zone.' }),
    currency: t.field({ type: 'Currency', description: 'ISO 4217.' }),
    ...common(t),
    expectedVersion: t.int({ description: 'Refuse unless the account has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const account = demandKey('Account', id, 'id')
    return updateAccount(ctx, account.id, givenFields(input, []), expectedVersion)
  },
})

/** What was opened is read by the same request, which began before it was there. */
function reach(ctx: Context, accountId: string): void {
  const { viewer } = ctx
  const own = viewer.kind === 'USER' ? allScopes : scopesAnywhere(viewer)
  const grant = { role: 'OWNER' as const, scopes: effectiveScopes(own, 'OWNER') }
  ctx.viewer = { ...viewer, grants: new Map([...viewer.grants, [accountId, grant]]) }
}
