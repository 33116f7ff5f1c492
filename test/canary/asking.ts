// Asks any field of the schema for anything: every place in the arguments where a value can stand,
// arguments that are right otherwise, and the document that takes them.
import {
  getNamedType,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLInputType,
} from 'graphql'
import type { NodeName } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { exampleOf } from './examples.ts'
import { everythingIn, type Way } from './ways.ts'
import type { World } from './world.ts'

export type Args = Record<string, unknown>

/** A place in the arguments of a field; '0' is the first of a list. */
export type Slot = { way: Way; path: string[]; name: string; type: GraphQLInputType }

/** Every place: arguments, fields of inputs, and elements of lists of both. */
export function slotsOf(way: Way): Slot[] {
  return way.field.args.flatMap((argument) => placesIn(way, [argument.name], argument.type, []))
}

function placesIn(
  way: Way,
  path: string[],
  type: GraphQLInputType,
  above: readonly GraphQLInputType[],
): Slot[] {
  const slot = { way, path, name: `${way.name} ${path.join('.')}`, type }
  const bare = type instanceof GraphQLNonNull ? type.ofType : type
  if (bare instanceof GraphQLList) {
    return [slot, ...placesIn(way, [...path, '0'], bare.ofType, above)]
  }
  if (!(bare instanceof GraphQLInputObjectType) || above.includes(bare)) return [slot]
  const inner = Object.values(bare.getFields()).flatMap((field) =>
    placesIn(way, [...path, field.name], field.type, [...above, bare]),
  )
  return [slot, ...inner]
}

/** The name that says what a place means: that of its argument or input field. */
export function meaningOf({ path }: Slot): string {
  return path.findLast((part) => part !== '0') ?? ''
}

const idTypes: Record<string, NodeName> = {
  account: 'Account',
  accountId: 'Account',
  accountIds: 'Account',
  accounts: 'Account',
  actorIds: 'ApiKey',
  bookingId: 'Booking',
  bookingIds: 'Booking',
  customerId: 'Customer',
  customerIds: 'Customer',
  clientId: 'ApiClient',
  endpointIds: 'WebhookEndpoint',
  eventId: 'BookingEvent',
  excludeBooking: 'Booking',
  fromIds: 'Customer',
  holdId: 'Hold',
  intoId: 'Customer',
  linkId: 'BookingLink',
  membershipId: 'Membership',
  occupantIds: 'StaffMember',
  linkIds: 'BookingLink',
  paymentId: 'Payment',
  replaces: 'Hold',
  resourceId: 'Resource',
  resourceIds: 'Resource',
  resourceRequirements: 'Resource',
  serviceId: 'Service',
  serviceIds: 'Service',
  sessionId: 'Session',
  sessionIds: 'Session',
  staffId: 'StaffMember',
  staffIds: 'StaffMember',
  subjectId: 'Booking',
  subjectIds: 'Booking',
  userIds: 'User',
  waitlistEntryIds: 'WaitlistEntry',
}

/** The type of the things whose ids stand here; null where ids of all types may. */
export function idTypeOf(slot: Slot): NodeName | null {
  const name = meaningOf(slot)
  const { field } = slot.way
  if (name in idTypes) return idTypes[name] ?? null
  if (field.name === 'node' || field.name === 'nodes') return null
  if (name === 'id') {
    if (field.name === 'markNoShow') return 'Booking'
    if (field.name === 'leaveWaitlist') return 'WaitlistEntry'
    if (field.name === 'retryRefund' || field.name === 'settlePayment') return 'Payment'
    if (field.name === 'cancelBookingSeries') return 'Series'
    if (field.name === 'regenerateApiClientSecret') return 'ApiClient'
    if (field.name === 'rotateApplicationSecret') return 'Application'
    if (field.name === 'uninstallApplication') return 'Installation'
    if (field.name === 'redeliverWebhook') return 'WebhookDelivery'
    if (/[wW]ebhook(s|Secret|DryRun)$/.test(field.name)) return 'WebhookEndpoint'
    const nouns = [/[A-Z]\w*$/.exec(field.name)?.[0] ?? '', getNamedType(field.type).name]
    const noun = nouns.find((each) => schema.getType(each))
    if (noun) return noun as NodeName
  }
  throw new Error(`Say in idTypes what "${name}" of ${slot.way.name} is an id of`)
}

/** Arguments that are right for this world, with a value of its own in this place. */
export function rightArgs(slot: Slot, world: World): Args {
  // By way of JSON, as a client would send it: what is undefined is left out.
  const args: Args = JSON.parse(JSON.stringify(exampleOf(slot.way.name, slot.path, world)))
  for (const argument of slot.way.field.args) {
    if (args[argument.name] === undefined && argument.type instanceof GraphQLNonNull) {
      args[argument.name] = right(slot, argument.type, argument.name, world)
    }
  }
  if (at(args, slot.path) !== undefined) return args
  return withValue(slot, args, right(slot, slot.type, meaningOf(slot), world), world)
}

/** These arguments with another value in the place; what has to be around it is made. */
export function withValue(slot: Slot, args: Args, value: unknown, world: World): Args {
  const copy: Args = structuredClone(args)
  let holder = copy as Record<string, unknown>
  let type = slot.way.field.args.find(({ name }) => name === slot.path[0])?.type
  slot.path.forEach((part, index) => {
    if (index === slot.path.length - 1) {
      holder[part] = value
      return
    }
    holder[part] ??= type && right(slot, type, part, world)
    holder = holder[part] as Record<string, unknown>
    type = type && below(type, slot.path[index + 1] ?? '')
  })
  return copy
}

function below(type: GraphQLInputType, part: string): GraphQLInputType | undefined {
  const bare = type instanceof GraphQLNonNull ? type.ofType : type
  if (bare instanceof GraphQLList) return bare.ofType
  return bare instanceof GraphQLInputObjectType ? bare.getFields()[part]?.type : undefined
}

function at(args: Args, path: readonly string[]): unknown {
  // oxlint-disable-next-line no-explicit-any
  return path.reduce<any>((value, part) => value?.[part], args)
}

const texts: Record<string, unknown> = {
  DateTime: '2026-03-20T10:00:00Z',
  LocalDate: '2026-03-20',
  LocalTime: '10:00',
  TimeZone: 'Europe/London',
  EmailAddress: 'someone@example.com',
  PhoneNumber: '+441632960000',
  Currency: 'EUR',
  JSONObject: { some: 'thing' },
  URL: 'https://example.com/',
  Int: 1,
  PositiveInt: 1,
  NonNegativeInt: 1,
  Boolean: true,
  String: 'text',
}

/** A value that this type takes; of inputs only what has to be there. */
export function right(slot: Slot, type: GraphQLInputType, name: string, world: World): unknown {
  if (type instanceof GraphQLNonNull) return right(slot, type.ofType, name, world)
  if (type instanceof GraphQLList) return [right(slot, type.ofType, name, world)]
  if (type instanceof GraphQLEnumType) return type.getValues()[0]?.name
  if (type instanceof GraphQLInputObjectType) {
    const needed = Object.values(type.getFields()).filter(
      (field) => field.type instanceof GraphQLNonNull,
    )
    return Object.fromEntries(
      needed.map((field) => [field.name, right(slot, field.type, field.name, world)]),
    )
  }
  if (type.name === 'ID') {
    return world.id(idTypeOf({ ...slot, path: [name] }) ?? 'Booking')
  }
  return texts[type.name]
}

/**
 * The document that asks the field, every argument by a variable of its name; of the answer, all
 * that stands `depth` types down.
 */
export function documentOf(way: Way, depth = 1): string {
  const { field, from, operation } = way
  const variables = field.args.map(({ name, type }) => `$${name}_: ${String(type)}`)
  if (from) variables.unshift('$id: ID!')
  const args = field.args.map(({ name }) => `${name}: $${name}_`)
  const head = variables.length > 0 ? `(${variables.join(', ')})` : ''
  const given = args.length > 0 ? `(${args.join(', ')})` : ''
  // Of a node it is everything of every type that has an id, so that is deep enough.
  const isNode = getNamedType(field.type).name === 'Node'
  const selection = everythingIn(schema, field.type, isNode ? 1 : depth)
  return `${operation} ${head} { ${way.wrap(`result: ${field.name}${given} ${selection}`)} }`
}

/** The variables of that document. */
export function variablesOf({ from }: Way, args: Args, world: World): Args {
  const own = Object.entries(args).map(([name, value]) => [`${name}_`, value])
  return { ...Object.fromEntries(own), ...(from && { id: world.id(from as NodeName) }) }
}
