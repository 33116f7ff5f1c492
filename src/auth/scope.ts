// The scope catalogue: every scope there is, the sentence shown to whoever is asked to grant it,
// and which roles may use it. A credential can do in an account what its scopes AND the role of
// the person behind it allow there. Adding a scope is one entry here and the fields that use it.

/** From the one who may do most to the one who may do least. */
export const allRoles = ['OWNER', 'ADMIN', 'STAFF', 'VIEWER'] as const

export type Role = (typeof allRoles)[number]

type Entry = { sentence: string; roles: readonly Role[] }

const everybody: readonly Role[] = ['OWNER', 'ADMIN', 'STAFF', 'VIEWER']
const workers: readonly Role[] = ['OWNER', 'ADMIN', 'STAFF']
const admins: readonly Role[] = ['OWNER', 'ADMIN']
const owners: readonly Role[] = ['OWNER']

const catalogue = {
  'accounts:read': { sentence: 'See the business: name, time zone, currency.', roles: everybody },
  'accounts:write': { sentence: 'Change the business and who works in it.', roles: admins },
  'bookings:read': { sentence: 'See bookings and their history.', roles: everybody },
  'bookings:write': { sentence: 'Make, move and cancel bookings and holds.', roles: workers },
  'customers:read': { sentence: 'See customers by name, without contact data.', roles: everybody },
  'customers:write': { sentence: 'Add, change and archive customers.', roles: workers },
  'customers:contact': { sentence: 'See e-mail, phone and address of customers.', roles: workers },
  'services:read': { sentence: 'See services and their sessions.', roles: everybody },
  'services:write': { sentence: 'Add, change and archive services and sessions.', roles: admins },
  'staff:read': { sentence: 'See staff members and resources.', roles: everybody },
  'staff:write': { sentence: 'Add, change and archive staff and resources.', roles: admins },
  'availability:read': { sentence: 'See free times, hours and blocks.', roles: everybody },
  'availability:write': { sentence: 'Change hours, exceptions and blocks.', roles: workers },
  'calendars:read': { sentence: 'See calendar feeds and connected calendars.', roles: workers },
  'calendars:write': {
    sentence: 'Make and revoke calendar feeds, connect outside calendars.',
    roles: workers,
  },
  'payments:read': { sentence: 'See prices and payments.', roles: everybody },
  'payments:write': { sentence: 'Record and refund payments.', roles: workers },
  'events:read': { sentence: 'Watch what happens, as it happens.', roles: everybody },
  'webhooks:read': { sentence: 'See webhook endpoints and deliveries.', roles: admins },
  'webhooks:write': { sentence: 'Add, change and remove webhook endpoints.', roles: admins },
  'clients:read': { sentence: 'See API keys and API clients.', roles: admins },
  'clients:write': { sentence: 'Make and revoke API keys and API clients.', roles: admins },
  'apps:read': { sentence: 'See installed applications.', roles: admins },
  'apps:write': { sentence: 'Install and uninstall applications.', roles: admins },
  'subaccounts:write': {
    sentence: 'Work with your other businesses too: install itself there and end that again.',
    roles: owners,
  },
  'audit:read': { sentence: 'See who changed what, and who did it.', roles: admins },
} as const satisfies Record<string, Entry>

export type Scope = keyof typeof catalogue

/** What something needs: all of these scopes, or all of any one of these lists. */
export type Needs = readonly Scope[] | readonly (readonly Scope[])[]

/** The needs as alternatives, each a list of scopes that are needed together; none for no needs. */
export function alternatives(needs: Needs): readonly (readonly Scope[])[] {
  if (needs.length === 0) return []
  return isFlat(needs) ? [needs] : needs
}

/** Whether these scopes cover what is needed. Asked for every field, so it makes no lists. */
export function covers(held: ReadonlySet<Scope>, needs: Needs): boolean {
  if (isFlat(needs)) return needs.every((scope) => held.has(scope))
  return needs.some((all) => all.every((scope) => held.has(scope)))
}

function isFlat(needs: Needs): needs is readonly Scope[] {
  return needs.length === 0 || typeof needs[0] === 'string'
}

export const allScopes = Object.keys(catalogue) as Scope[]

/** The sentence of a scope, for consent pages and documents. */
export function scopeSentence(scope: Scope): string {
  return catalogue[scope].sentence
}

/**
 * Whether the text is a scope of the catalogue; unknown words in stored or asked lists are
 * dropped.
 */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(catalogue, text)
}

/** What a credential with these scopes may do in an account where its person has this role. */
export function effectiveScopes(granted: Iterable<string>, role: Role): Set<Scope> {
  const scopes = new Set<Scope>()
  for (const scope of granted) {
    if (isScope(scope) && catalogue[scope].roles.includes(role)) {
      scopes.add(scope)
    }
  }
  return scopes
}
