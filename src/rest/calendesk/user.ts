// A user as this dialect shows it: a customer of the business.

import { z } from 'zod'
import { email, phone, text, timeZone, words } from '../fields.ts'
import { utcText } from '../times.ts'

export const userFields = 'serial name firstName lastName email timeZone active createdAt'

export type UserData = {
  id: string
  serial: number
  name: string
  firstName: string | null
  lastName: string | null
  email: string | null
  timeZone: string | null
  active: boolean
  createdAt: Date
}

export const userStatus = z.enum(['active', 'inactive'], 'has to be active or inactive')

export const userSchema = z.object({
  id: z.int(),
  name: z.string(),
  surname: z.string().nullable(),
  email: z.string().nullable(),
  status: userStatus,
  time_zone: z.string().nullable(),
  created_at: z.iso.datetime(),
})

export const userExample: z.output<typeof userSchema> = {
  id: 200,
  name: 'Jane',
  surname: 'Smith',
  email: 'jane@example.com',
  status: 'active',
  time_zone: 'Europe/Warsaw',
  created_at: '2025-01-15T10:30:00Z',
}

/** Of whom only a full name is known, that is the name. */
export function userOf(user: UserData): z.input<typeof userSchema> {
  const { firstName, lastName } = user
  return {
    id: user.serial,
    name: firstName ?? (lastName === null ? user.name : ''),
    surname: lastName,
    email: user.email,
    status: statusOf(user),
    time_zone: user.timeZone,
    created_at: utcText(user.createdAt),
  }
}

export function statusOf({ active }: { active: boolean }): z.output<typeof userStatus> {
  return active ? 'active' : 'inactive'
}

const labels = z.array(words(60)).max(50, 'are more than 50')

/** An empty text is as good as null. */
function orNothing<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.literal('', 'has to be a text')]).nullish()
}

/** What may be said of a user beside the name. */
export const userTerms = {
  surname: text(100).nullish(),
  email: orNothing(email),
  default_phone: orNothing(phone),
  time_zone: orNothing(timeZone),
  tags: labels.optional(),
  groups: labels.optional(),
}

type Terms = { [Field in keyof typeof userTerms]?: z.output<(typeof userTerms)[Field]> }

/** The same as the graph takes it, but for the names; what is left out stays out. */
export function termsOf({ email: address, default_phone, time_zone, tags, groups }: Terms) {
  const terms = { email: address, phone: default_phone, timeZone: time_zone, tags, groups }
  const given = Object.entries(terms).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([field, value]) => [field, value || null]))
}
