// What servers say in JSON, read without trusting it. Pure.

import { DAY, type Instant } from '../time/instant.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Of what is no object, none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {}
}

export function fieldsIn(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Null for what is no list. */
export function listOf(value: unknown): Fields[] | null {
  return Array.isArray(value) ? value.map(fieldsOf) : null
}

/** Empty for what is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** How long a server wants to be left alone (RFC 9110, 10.2.3), a day at most. */
export function pauseIn(headers: Readonly<Record<string, string>>, now: Instant): number {
  const { 'retry-after': wanted = '' } = headers
  const ms = /^\d{1,9}$/.test(wanted) ? Number(wanted) * 1000 : Date.parse(wanted) - now
  return Math.min(Math.max(ms || 0, 0), DAY)
}
