// What every route of the suite shares: test mode, the way a link is named, the form of times.

import { z } from 'zod'
import { id } from '../fields.ts'

/** `test_mode=true` does everything and keeps nothing. */
export const testMode = {
  test_mode: z.enum(['true', 'false'], 'has to be true or false').optional(),
}

/** A booking link is named by its id or by its slug; the id counts when both are there. */
export const linkNames = { booking_link_id: id.nullish(), slug: id.nullish() }

export const linkNotFound = {
  status: 404,
  code: 'booking_link_not_found',
  message: 'No booking link has this id or slug.',
} as const

/** Refuses a request that names no link. */
export function namesNoLink(named: {
  booking_link_id?: string | null | undefined
  slug?: string | null | undefined
}): boolean {
  return !named.booking_link_id?.trim() && !named.slug?.trim()
}

/** The vendor's times are UTC to the second. */
export function utc(at: Date | string): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
