// Which types of events an endpoint chooses, and the scope without which none of a type is told to
// it. Pure; sentences are public.

import type { Scope } from '../auth/scope.ts'
import type { Issue } from '../errors.ts'
import { eventTypes, readScopeOf, subjectOfType } from '../events/subject.ts'

/** Sent when somebody asks for it, to that endpoint alone; it is not chosen. */
export const testType = 'webhook.test'

/** The scope without which events of this type are not told; null when nobody is told of them. */
export function scopeOfType(type: string): Scope | null {
  return readScopeOf(subjectOfType(type) ?? '')
}

/** Whether one of these choices, such as `booking.*` or `*`, takes in the type. */
export function takesIn(chosen: readonly string[], type: string): boolean {
  const all = `${type.split('.')[0] ?? ''}.*`
  return chosen.some((choice) => choice === type || choice === all || choice === '*')
}

/** What is wrong with a choice of types for an endpoint with these scopes. */
export function typeIssues(chosen: readonly string[], scopes: readonly string[]): Issue[] {
  if (chosen.length === 0) {
    const message = 'An endpoint needs at least one type of event; "*" takes in all of them.'
    return [{ path: ['types'], message }]
  }
  const issues: Issue[] = []
  for (const choice of new Set(chosen)) {
    const taken = eventTypes.filter((type) => takesIn([choice], type))
    if (taken.length === 0) {
      const message = `There is no type of event "${choice}"; there are ${eventTypes.join(', ')}.`
      issues.push({ path: ['types'], message })
      continue
    }
    const needed = [...new Set(taken.map((type) => scopeOfType(type)))]
    if (needed.some((scope) => scope !== null && scopes.includes(scope))) continue
    const [first] = needed
    const message = `Of "${choice}" nothing would be told without the scope "${first}".`
    issues.push({ path: ['types'], message })
  }
  return issues
}
