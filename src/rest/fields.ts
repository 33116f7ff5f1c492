// Fields that dialects ask for, each with the sentence that says what would be right: it is read
// after the field's name. A string here is a string and never an object that only looks like one.

import { z } from 'zod'
import { isPhoneNumber, isText } from '../graphql/text.ts'
import { isTimeZone } from '../time/zone.ts'

/** A string of people: no control characters, at most so long. */
export function text(maxLength: number) {
  return z
    .string()
    .max(maxLength, `has more than ${maxLength} characters`)
    .refine(isText, 'contains a character that is not text')
}

/** A text that says something. */
export function words(maxLength: number) {
  return text(maxLength).refine((value) => value.trim() !== '', 'is empty')
}

/** An opaque id of ours; a text that is none finds nothing. */
export const id = text(255)

const years = 'has to lie in the years 1970 to 2199'

/** YYYY-MM-DD, a day that exists. */
export const localDate = z.iso
  .date('has to be a date YYYY-MM-DD')
  .refine((date) => date >= '1970-01-01' && date <= '2199-12-31', years)

/** ISO 8601 with an offset, made an ISO 8601 instant in UTC. */
export const instant = z.iso
  .datetime({ offset: true, error: 'has to be a date-time such as 2026-05-01T10:00:00Z' })
  .transform((at) => new Date(at))
  .refine((at) => at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 2199, years)
  .transform((at) => at.toISOString())

export const email = z
  .email({ pattern: z.regexes.html5Email, error: 'has to be an e-mail address' })
  .max(254, 'has more than 254 characters')

/** As people write it, with spaces and dashes. */
export const phone = z
  .string()
  .refine(isPhoneNumber, 'has to be a phone number such as +1 (123) 456-7890')

/** An IANA name. */
export const timeZone = text(64).refine(isTimeZone, 'has to be an IANA time zone')
