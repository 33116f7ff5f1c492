// What makes sending a form twice the same as once.

import { randomUUID } from 'node:crypto'
import type { Visit } from './visit.ts'

const keyForm = /^[\w-]{16,64}$/

/**
 * The key that was sent with the form, else a new one. Times are picked under one of their own
 * (`pick`), because what is picked from one page may be booked more than once.
 */
export function formKey({ fields }: Pick<Visit, 'fields'>, name: 'key' | 'pick' = 'key'): string {
  const sent = fields.get(name) ?? ''
  return keyForm.test(sent) ? sent : randomUUID()
}
