// The types of events that endpoints can be told of: which there are, what each is about, and the
// scope that shows it. An event of another type is told to nobody. Pure; sentences are public.

import type { Scope } from '../auth/scope.ts'
import type { Issue } from '../errors.ts'

type Noun = { subject: string; read: Scope; verbs: readonly string[] }

const nouns: Record<string, Noun> = {
  account: { subject: 'Account', read: 'accounts:read', verbs: ['created', 'updated'] },
  app: { subject: 'Installation', read: 'apps:read', verbs: ['installed', 'uninstalled'] },
  availability: { subject: 'Availability', read: 'availability:read', verbs: ['changed'] },
  booking: {
    subject: 'Booking',
    read: 'bookings:read',
    verbs: [
      'created',
      'updated',
      'rescheduled',
      'confirmed',
      'declined',
      'cancelled',
      'completed',
      'no_show',
      'paid',
    ],
  },
  customer: {
    subject: 'Customer',
    read: 'customers:read',
    verbs: ['created', 'updated', 'deleted'],
  },
  hold: { subject: 'Hold', read: 'bookings:read', verbs: ['placed', 'released', 'expired'] },
  key: { subject: 'ApiKey', read: 'clients:read', verbs: ['revoked'] },
  resource: {
    subject: 'Resource',
    read: 'staff:read',
    verbs: ['created', 'updated', 'archived'],
  },
  service: {
    subject: 'Service',
    read: 'services:read',
    verbs: ['created', 'updated', 'archived'],
  },
  session: {
    subject: 'Session',
    read: 'services:read',
    verbs: ['created', 'updated', 'archived'],
  },
  staff: { subject: 'StaffMember', read: 'staff:read', verbs: ['created', 'updated', 'archived'] },
  webhook: { subject: 'WebhookEndpoint', read: 'webhooks:read', verbs: ['disabled'] },
}

/** Sent when somebody asks for it, to that endpoint alone; it is not chosen. */
export const testType = 'webhook.test'

/** Every type that an endpoint can choose. */
export const eventTypes: readonly string[] = Object.entries(nouns).flatMap(([noun, { verbs }]) =>
  verbs.map((verb) => `${noun}.${verb}`),
)

/** The scope without which events of this type are not told; null when nobody is told of them. */
export function scopeOfType(type: string): Scope | null {
  return nounOf(type)?.read ?? null
}

/** What kind of thing events of this type are about; null when they are told to nobody. */
export function subjectOfType(type: string): string | null {
  return nounOf(type)?.subject ?? null
}

function nounOf(type: string): Noun | null {
  const noun = type.split('.')[0] ?? ''
  return Object.hasOwn(nouns, noun) ? (nouns[noun] ?? null) : null
}

/** Whether one of these choices, such as `booking.*`, takes in the type. */
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
