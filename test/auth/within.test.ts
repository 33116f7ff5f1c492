// Where a viewer holds what is needed, however many accounts there are and however often it is
// asked.
import { expect, it } from 'vitest'
import type { Scope } from '../../src/auth/scope.ts'
import { accountsWithin, anonymous, type Viewer } from '../../src/auth/viewer.ts'

const ids = Array.from({ length: 30 }, (_, n) => `account-${String(n).padStart(2, '0')}`)

/** In every second account both scopes, in the others one of them. */
function viewerOf(accounts: string[]): Viewer {
  const both: Scope[] = ['bookings:read', 'customers:read']
  const grantOf = (id: string) => ({
    role: 'ADMIN' as const,
    scopes: new Set(Number(id.slice(-2)) % 2 === 0 ? both : both.slice(0, 1)),
  })
  return { ...anonymous, grants: new Map(accounts.map((id) => [id, grantOf(id)])) }
}

it.each([3, 30])('finds the accounts with all scopes, or with one of them, of %i', (count) => {
  const some = ids.slice(0, count)
  const even = some.filter((_, index) => index % 2 === 0)
  const viewer = viewerOf(some.toReversed())
  for (let time = 0; time < 2; time += 1) {
    expect(accountsWithin(viewer, ['bookings:read', 'customers:read'])).toEqual(even)
    expect(accountsWithin(viewer, [['bookings:read'], ['customers:read']])).toEqual(some)
    expect(accountsWithin(viewer, [['bookings:read', 'customers:read']])).toEqual(even)
    // Theirs to change.
    accountsWithin(viewer, [['bookings:read'], ['customers:read']]).length = 0
  }
})
