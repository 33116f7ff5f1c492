// Global ids: opaque to clients, 33 bytes inside: a type code, the account, the row. Because the
// account is in the id, reach is decided before the database is asked, and an id of an account out
// of reach costs and answers the same as one that was made up.

import type { Key } from '../db/id.ts'
import { notFound } from '../errors.ts'

const codes = {
  Account: 1,
  Service: 2,
  StaffMember: 3,
  Resource: 4,
  Session: 5,
  Customer: 6,
  Booking: 7,
  Hold: 8,
  Block: 9,
  AvailabilityException: 10,
  WorkingHours: 11,
  BookingLink: 12,
  Series: 13,
  Payment: 14,
  BookingEvent: 15,
  User: 16,
  Membership: 17,
  Invitation: 18,
  ApiKey: 19,
  ApiClient: 20,
  Application: 21,
  Installation: 22,
  AuditEntry: 23,
  WebhookEndpoint: 24,
  WebhookDelivery: 25,
  BusyTime: 26,
  AccountEvent: 27,
  SeatBlock: 28,
  WaitlistEntry: 29,
  Checkout: 30,
  Notice: 40,
  NoticeTemplate: 41,
  CalendarFeed: 50,
  CalendarSource: 51,
  CalendarWrite: 52,
} as const

export type NodeName = keyof typeof codes

const names = new Map(
  Object.entries(codes).map(([name, code]) => [code as number, name as NodeName]),
)

/** The type of this name, when things of it have global ids. */
export function nodeNameOf(name: string | null): NodeName | null {
  return name !== null && Object.hasOwn(codes, name) ? (name as NodeName) : null
}

/**
 * Stands for the account in ids of what belongs to none: users, API clients, applications, and
 * webhook endpoints of API clients. Nobody reaches it, so each room decides itself who sees those.
 */
export const nowhere = '00000000-0000-0000-0000-000000000000'

const hex = (uuid: string) => uuid.replaceAll('-', '')
const uuid = (h: string) =>
  `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`

/** The global id of a row. An account's own id repeats the account. */
export function encodeId(name: NodeName, key: Key): string {
  const code = codes[name].toString(16).padStart(2, '0')
  return Buffer.from(code + hex(key.accountId) + hex(key.id), 'hex').toString('base64url')
}

/** The same in SQL, as JSON, of the row with this alias. */
export function idText(name: NodeName, alias: string): string {
  const account = `${alias}.${name === 'Account' ? '"id"' : '"accountId"'}`
  const code = codes[name].toString(16).padStart(2, '0')
  const bytes = `'\\x${code}'::bytea || uuid_send(${account}) || uuid_send(${alias}."id")`
  return `'"' || translate(encode(${bytes}, 'base64'), '+/', '-_') || '"'`
}

/** The parts of a global id, or null when the text is none. Never throws. */
export function decodeId(text: string): ({ name: NodeName } & Key) | null {
  if (!/^[\w-]{44}$/.test(text)) return null
  const h = Buffer.from(text, 'base64url').toString('hex')
  const name = names.get(Number.parseInt(h.slice(0, 2), 16))
  if (!name) return null
  const key = { accountId: uuid(h.slice(2, 34)), id: uuid(h.slice(34)) }
  // Who reaches an account says the first part; what is read or written may go by the second.
  return name === 'Account' && key.accountId !== key.id ? null : { name, ...key }
}

/** The key in a global id of this type, or null for anything else. */
export function keyOf(name: NodeName, text: string | null | undefined): Key | null {
  const parts = text ? decodeId(text) : null
  return parts?.name === name ? { accountId: parts.accountId, id: parts.id } : null
}

/** The key in a global id; anything else is refused as absent, at this input path. */
export function demandKey(name: NodeName, text: string, ...path: string[]): Key {
  const key = keyOf(name, text)
  if (!key) throw notFound(name, ...path)
  return key
}
