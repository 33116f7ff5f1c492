// Booking as a manager: what a service asks of its customers does not bind those who run it. Free
// time, blocks, capacity and double booking bind everybody. Pure.

import type { Scope } from '../auth/scope.ts'
import { Forbidden, may, type Viewer } from '../auth/viewer.ts'
import type { BookingRules } from './booking-window.ts'

/** What acting as a manager of an account needs there, beside what the act itself needs. */
export const asManagerNeeds: readonly Scope[] = ['availability:write']

/** Throws Forbidden when somebody acts as a manager of an account in reach who is none. */
export function demandManager(viewer: Viewer, accountId: string, asManager?: boolean): void {
  if (asManager && !may(viewer, accountId, asManagerNeeds)) throw new Forbidden(asManagerNeeds)
}

type Terms = {
  readonly rules: BookingRules & { readonly dailyLimit: number | null }
  readonly dailyLimit: number | null
  readonly staff: readonly { readonly dailyLimit: number | null }[]
}

/** The terms for whoever asks: a manager's have no notice, window, party size and daily limits. */
export function termsFor<T extends Terms>(terms: T, asManager: boolean | undefined): T {
  if (!asManager) return terms
  return {
    ...terms,
    dailyLimit: null,
    staff: terms.staff.map((member) => ({ ...member, dailyLimit: null })),
    rules: {
      ...terms.rules,
      minNoticeMinutes: 0,
      maxAdvanceDays: null,
      bookableFromDay: null,
      bookableUntilDay: null,
      minParty: 1,
      maxParty: null,
      dailyLimit: null,
    },
  }
}
