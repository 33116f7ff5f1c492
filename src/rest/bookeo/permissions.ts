// The vendor's permissions and the scopes that each stands for here. Every one lets the application
// see the business itself: times are told in its zone, money in its currency.

import type { Scope } from '../../auth/scope.ts'

const what: readonly Scope[] = ['accounts:read', 'services:read', 'staff:read']
/** Whoever may read may be told, by webhooks of its own. */
const told: readonly Scope[] = ['webhooks:read', 'webhooks:write']
const bookings: readonly Scope[] = [...what, 'bookings:read', ...told]
const customers: readonly Scope[] = [
  'accounts:read',
  'customers:read',
  'customers:contact',
  ...told,
]
const payments: readonly Scope[] = ['accounts:read', 'payments:read', ...told]
const blocks: readonly Scope[] = [...what, 'availability:read', ...told]

const permissions: Readonly<Record<string, readonly Scope[]>> = {
  bookings_r_all: bookings,
  // Whoever books asks what is free.
  bookings_rw_all: [...bookings, 'bookings:write', 'availability:read'],
  customers_r_all: customers,
  customers_rw_all: [...customers, 'customers:write'],
  payments_r_all: payments,
  payments_rw_all: [...payments, 'payments:write'],
  blocks_r_all: blocks,
  blocks_rwd_all: [...blocks, 'availability:write'],
  availability_r: [...what, 'availability:read'],
  subaccounts_all: ['accounts:read', 'subaccounts:write'],
  settings_r: what,
}

/** The scopes of a permission; null for a word that is none. */
export function scopesOf(word: string): readonly Scope[] | null {
  return Object.hasOwn(permissions, word) ? (permissions[word] ?? null) : null
}
