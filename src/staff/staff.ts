// What makes a staff member a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import { isTimeZone } from '../time/zone.ts'

export type StaffTerms = {
  name: string
  email: string | null
  timeZone: string | null
  dailyLimit: number | null
}

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function staffIssues({ name, email, timeZone, dailyLimit }: StaffTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  want(name.trim() !== '', 'name', 'A staff member needs a name.')
  want(name.length <= 200, 'name', 'A name has at most 200 characters.')
  want((email?.length ?? 0) <= 254, 'email', 'An e-mail address has at most 254 characters.')
  want(
    timeZone === null || isTimeZone(timeZone),
    'timeZone',
    `"${timeZone}" is not an IANA time zone such as "Europe/London".`,
  )
  want(
    dailyLimit === null || (dailyLimit >= 1 && dailyLimit <= 1000),
    'dailyLimit',
    `${dailyLimit} is not between 1 and 1000.`,
  )
  return issues
}
