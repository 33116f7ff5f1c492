// What makes a list of party categories a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'

export type PartyCategoryTerms = { code: string; name: string }

const mostCategories = 50

/** Everything that is wrong with a list of categories; paths start at `categories`. */
export function categoryIssues(categories: readonly PartyCategoryTerms[]): Issue[] {
  if (categories.length > mostCategories) {
    const message = `${categories.length} categories are too many; give at most ${mostCategories}.`
    return [{ path: ['categories'], message }]
  }
  const seen = new Set<string>()
  return categories.flatMap(({ code, name }, index) => {
    const issues: Issue[] = []
    const want = (holds: boolean, field: string, message: string) => {
      if (!holds) issues.push({ path: ['categories', String(index), field], message })
    }
    const legal = `"${code}" is no code: take 1 to 40 letters, digits, "-" and "_".`
    want(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(code), 'code', legal)
    want(!seen.has(code), 'code', `"${code}" is in the list twice.`)
    want(name.trim() !== '' && name.length <= 100, 'name', 'A name has 1 to 100 characters.')
    seen.add(code)
    return issues
  })
}
