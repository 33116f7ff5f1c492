// The scalars of the contract, from graphql-scalars, with what this API says about each.

import {
  CurrencyResolver,
  DateTimeResolver,
  EmailAddressResolver,
  JSONObjectResolver,
  JSONResolver,
  LocalDateResolver,
  NonNegativeIntResolver,
  PositiveIntResolver,
  TimeZoneResolver,
  URLResolver,
} from 'graphql-scalars'
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import {
  decodeEventCursor,
  encodeEventCursor,
  type EventCursor as Place,
} from '../events/cursor.ts'
import { isPhoneNumber } from './text.ts'

const wallTime = /^(?:([01]\d|2[0-3]):[0-5]\d|24:00)$/

function localTime(value: unknown): string {
  if (typeof value === 'string' && wallTime.test(value)) return value
  throw new GraphQLError(`LocalTime must be "HH:MM" from "00:00" to "24:00", not ${show(value)}.`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}

/** graphql-scalars' LocalTime has no 24:00, which is a legal end of a day's hours here. */
const LocalTime = new GraphQLScalarType<string, string>({
  name: 'LocalTime',
  description: 'A wall-clock time "HH:MM" from "00:00" to "24:00".',
  serialize: localTime,
  parseValue: localTime,
  parseLiteral: (node) => localTime(node.kind === Kind.STRING ? node.value : undefined),
})

function phoneNumber(value: unknown): string {
  if (typeof value === 'string' && isPhoneNumber(value)) return value
  throw new GraphQLError(
    `PhoneNumber must be a number such as "+1 (123) 456-7890", not ${show(value)}.`,
  )
}

const PhoneNumber = new GraphQLScalarType<string, string>({
  name: 'PhoneNumber',
  description:
    'A phone number of at most 50 characters, such as "+1 (123) 456-7890": digits, with single ' +
    'spaces or dashes between them; the country code may be left out.',
  serialize: phoneNumber,
  parseValue: phoneNumber,
  parseLiteral: (node) => phoneNumber(node.kind === Kind.STRING ? node.value : undefined),
})

function eventCursor(value: unknown): Place {
  const place = typeof value === 'string' ? decodeEventCursor(value) : null
  if (place) return place
  throw new GraphQLError(`EventCursor must be the cursor of an event, not ${show(value)}.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  })
}

const EventCursor = new GraphQLScalarType<Place, string>({
  name: 'EventCursor',
  description: 'The place of an event in the log. Opaque; keep the last one to resume after it.',
  serialize: (value) => encodeEventCursor(value as Place),
  parseValue: eventCursor,
  parseLiteral: (node) => eventCursor(node.kind === Kind.STRING ? node.value : undefined),
})

/** graphql-scalars takes what JavaScript holds; rows hold what Int does. */
function withinInt(scalar: GraphQLScalarType<number, number>): GraphQLScalarType<number, number> {
  const within = (value: number) => {
    if (value <= 2_147_483_647) return value
    throw new GraphQLError(`${scalar.name} must be at most 2147483647, not ${value}.`)
  }
  return new GraphQLScalarType({
    ...scalar.toConfig(),
    parseValue: (value) => within(scalar.parseValue(value)),
    parseLiteral: (node, variables) => within(scalar.parseLiteral(node, variables)),
  })
}

export const scalars = {
  DateTime: DateTimeResolver,
  LocalDate: LocalDateResolver,
  LocalTime,
  TimeZone: TimeZoneResolver,
  EmailAddress: EmailAddressResolver,
  PhoneNumber,
  URL: URLResolver,
  Currency: CurrencyResolver,
  JSON: JSONResolver,
  JSONObject: JSONObjectResolver,
  EventCursor,
  NonNegativeInt: withinInt(NonNegativeIntResolver),
  PositiveInt: withinInt(PositiveIntResolver),
}

export type ScalarTypes = {
  ID: { Input: string; Output: string }
  DateTime: { Input: Date; Output: Date }
  LocalDate: { Input: string; Output: string }
  LocalTime: { Input: string; Output: string }
  TimeZone: { Input: string; Output: string }
  EmailAddress: { Input: string; Output: string }
  PhoneNumber: { Input: string; Output: string }
  URL: { Input: URL; Output: URL | string }
  Currency: { Input: string; Output: string }
  JSON: { Input: unknown; Output: unknown }
  EventCursor: { Input: Place; Output: Place }
  JSONObject: { Input: Record<string, unknown>; Output: unknown }
  NonNegativeInt: { Input: number; Output: number }
  PositiveInt: { Input: number; Output: number }
}
