// What is asked of a person's name and e-mail address. Pure; sentences are public.

import type { Issue } from '../errors.ts'

/** Everything that is wrong; empty when nothing is. Paths are input fields. */
export function personIssues({ name, email }: { name: string; email: string }): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  want(name.trim() !== '', 'name', 'A person needs a name.')
  want(name.length <= 200, 'name', 'A name has at most 200 characters.')
  want(email.length <= 254, 'email', 'An e-mail address has at most 254 characters.')
  want(
    /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(email),
    'email',
    `"${email}" is not an e-mail address such as "ada@example.com".`,
  )
  return issues
}
