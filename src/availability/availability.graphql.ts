// When a service can be booked, by local day.

import { may } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { demandArgument } from '../graphql/arguments.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, keyOf } from '../graphql/ids.ts'
import { badInput } from '../graphql/lists.ts'
import { dayName, dayNumber } from '../time/local.ts'
import { localDayOf, zoneOf, type Zone } from '../time/zone.ts'
import { askedDays, daysCost, maxDays, sumOfCosts } from './asked-days.ts'
import {
  firstOffers,
  loadFacts,
  loadOffers,
  type AvailabilityQuestion,
  type Offer,
} from './availability.data.ts'
import type { ServiceFacts } from './facts.data.ts'
import { keptMinutes } from './kept-length.ts'
import {
  absent,
  asManagerSentence,
  open,
  readAvailability,
  serviceWithin,
  Slot,
} from './slot.graphql.ts'

type Days = {
  zone: Zone
  offers: readonly Offer[]
  next: () => Promise<Offer | null>
}

/** What a day counts for in the cost of an operation. */
const slotsPerDay = 20

/** Most questions at once, about several services or days that lie apart. */
const mostQuestions = 100

/** Most slots of one answer: 62 days of 13 hours, every five minutes. */
const mostSlots = 10_000

// Never cut short: what an answer leaves out would look as if it were taken.
function listable(slots: readonly Offer[], count: number): Offer[] {
  if (count <= mostSlots) return [...slots]
  throw badInput(`There are ${count} slots; one answer lists at most ${mostSlots}: ask fewer days.`)
}

type DayOffers = { date: string; slots: Offer[]; count: number }

const Day = builder.objectRef<DayOffers>('AvailabilityDay').implement({
  description: "The slots of one local day of the answer's zone.",
  open,
  fields: (t) => ({
    date: t.expose('date', { type: 'LocalDate', description: 'The local date.' }),
    slots: t.field({
      type: [Slot],
      complexity: { field: 1, multiplier: slotsPerDay },
      description: `Soonest first; at least one. All days together list at most ${mostSlots}.`,
      resolve: ({ slots, count }) => listable(slots, count),
    }),
  }),
})

const Availability = builder.objectRef<Days>('Availability').implement({
  description: 'When a service can be booked.',
  open,
  fields: (t) => ({
    timeZone: t.field({
      type: 'TimeZone',
      description: 'The zone whose days are meant.',
      resolve: ({ zone }) => zone.name,
    }),
    days: t.field({
      type: [Day],
      complexity: { field: 1, multiplier: 1 },
      description: 'The days that have slots, in order.',
      resolve: ({ zone, offers }) => daysOf(zone, offers),
    }),
    slots: t.field({
      type: [Slot],
      complexity: { field: 1, multiplier: slotsPerDay },
      description:
        'All slots in one list, soonest first. BAD_USER_INPUT when there are more than ' +
        `${mostSlots}: ask for fewer days.`,
      resolve: ({ offers }) => listable(offers, offers.length),
    }),
    nextAvailable: t.field({
      type: Slot,
      nullable: true,
      complexity: 20,
      description:
        'The first slot after the asked days when these have none; null when they have some, or ' +
        'when the service is booked out.',
      resolve: (days) => days.next(),
    }),
  }),
})

function daysOf(zone: Zone, offers: readonly Offer[]): DayOffers[] {
  const byDay = Map.groupBy(offers, ({ startsAt }) => localDayOf(zone, startsAt))
  return [...byDay].map(([day, slots]) => ({ date: dayName(day), slots, count: offers.length }))
}

const partySizeMeans = 'For how many; null: for the smallest party that the service takes.'

const AvailabilityInput = builder.inputType('AvailabilityInput', {
  description: 'Which slots are asked for.',
  fields: (t) => ({
    serviceId: t.id({ required: true, description: 'What is to be booked.' }),
    from: t.field({ type: 'LocalDate', required: true, description: 'The first day.' }),
    days: t.int({ defaultValue: 7, description: `How many days, 1 to ${maxDays}.` }),
    timeZone: t.field({
      type: 'TimeZone',
      description: "The zone whose days are meant; left out, the account's.",
    }),
    staffIds: t.idList({ description: 'Only with one of these staff members.' }),
    resourceIds: t.idList({ description: 'Only with one of these resources.' }),
    partySize: t.field({ type: 'PositiveInt', defaultValue: 1, description: partySizeMeans }),
    asManager: t.boolean({ defaultValue: false, description: asManagerSentence }),
    excludeBooking: t.id({ description: 'Treat the time of this booking as free: it moves.' }),
    durationMinutes: t.int({
      description: 'Another length than the usual one; of a booking that moves, than its own.',
    }),
  }),
})

type Input = typeof AvailabilityInput.$inferInput

builder.queryField('availability', (t) =>
  t.field({
    type: Availability,
    scopes: readAvailability,
    complexity: ({ input }) => daysCost(input),
    description: 'When a service can be booked. What is listed is what createBooking accepts.',
    args: { input: t.arg({ type: AvailabilityInput, required: true, description: 'What.' }) },
    resolve: (_root, { input }, ctx) => {
      const service = serviceWithin(ctx, input.serviceId, 'serviceId', input.asManager)
      return availabilityOf(ctx, service, input)
    },
  }),
)

builder.queryField('availabilities', (t) =>
  t.field({
    type: [Availability],
    scopes: readAvailability,
    complexity: ({ inputs }) =>
      inputs.map(daysCost).reduce(sumOfCosts, { field: 0, multiplier: 0 }),
    description: 'When services can be booked, for each question in the order asked.',
    args: {
      inputs: t.arg({
        type: [AvailabilityInput],
        required: true,
        description: `At most ${mostQuestions} questions.`,
      }),
    },
    resolve: (_root, { inputs }, ctx) => {
      demandArgument(
        inputs.length <= mostQuestions,
        `"inputs" has ${inputs.length} questions; ${mostQuestions} are allowed.`,
      )
      return Promise.all(
        inputs.map((input) => {
          const service = serviceWithin(ctx, input.serviceId, 'inputs.serviceId', input.asManager)
          return availabilityOf(ctx, service, input)
        }),
      )
    },
  }),
)

builder.prismaObjectField('Service', 'availability', (t) =>
  t.field({
    type: Availability,
    nullable: true,
    scopes: readAvailability,
    complexity: daysCost,
    description: 'When it can be booked; empty for an archived service. Null when denied.',
    args: {
      from: t.arg({ type: 'LocalDate', required: true, description: 'The first day.' }),
      days: t.arg.int({ defaultValue: 7, description: `How many days, 1 to ${maxDays}.` }),
      timeZone: t.arg({ type: 'TimeZone', description: "Whose days; left out, the account's." }),
      partySize: t.arg({ type: 'PositiveInt', defaultValue: 1, description: partySizeMeans }),
    },
    resolve: (service, args, ctx) => availabilityOf(ctx, service, args),
  }),
)

builder.prismaObjectField('StaffMember', 'availability', (t) =>
  t.field({
    type: Availability,
    nullable: true,
    scopes: readAvailability,
    complexity: daysCost,
    description: 'When they have time for a service. Null when denied.',
    args: {
      serviceId: t.arg.id({ required: true, description: 'What is to be booked.' }),
      from: t.arg({ type: 'LocalDate', required: true, description: 'The first day.' }),
      days: t.arg.int({ defaultValue: 7, description: `How many days, 1 to ${maxDays}.` }),
      timeZone: t.arg({ type: 'TimeZone', description: "Whose days; left out, the account's." }),
      partySize: t.arg({ type: 'PositiveInt', defaultValue: 1, description: partySizeMeans }),
    },
    resolve: ({ accountId, id }, { serviceId, ...args }, ctx) => {
      const service = serviceWithin(ctx, serviceId, 'serviceId')
      if (service.accountId !== accountId) throw absent('Service', 'serviceId')
      return availabilityOf(ctx, service, {
        ...args,
        staffIds: [encodeId('StaffMember', { accountId, id })],
      })
    },
  }),
)

type Asked = Pick<Input, 'from'> & Partial<Omit<Input, 'serviceId'>>

async function availabilityOf(ctx: Context, service: Key, input: Asked): Promise<Days> {
  const minutes = input.durationMinutes
  demandArgument(
    minutes == null || (minutes >= 1 && minutes <= 43_200),
    `"durationMinutes" is ${minutes}; 1 to 43200 are allowed.`,
  )
  const question = await questionOf(ctx, service, input)
  const facts = await factsOf(ctx, service, input.from)
  const zone = zoneOf(input.timeZone ?? (await timeZoneOf(ctx, service, facts)))
  const asked = askedDays(zone, input.from, input.days ?? 7)
  if ('fault' in asked) throw badInput(asked.fault)
  const { from, to } = asked
  const name = `Service.availability ${from} ${to} ${JSON.stringify(question, withoutServices)}`
  const offers = await batched(ctx, name, service, async (services) => {
    const all = await Promise.all(services.map((each) => factsOf(ctx, each, input.from)))
    const known = new Map(all.flatMap((each) => (each ? [[each.id, each] as const] : [])))
    const found = await loadOffers(ctx.db, { ...question, services }, from, to, known)
    return services.map(({ id }) => found.get(id) ?? null)
  })
  // Nothing is found for an archived service, and for one that there never was.
  if (!offers && !(await ctx.load('Service', service))) throw absent('Service', 'serviceId')
  const next = async () => {
    if (!offers || offers.length > 0) return null
    const after = Math.max(to, question.now)
    return batched(ctx, `next of ${name}`, service, async (services) => {
      const found = await firstOffers(ctx.db, { ...question, services }, after, 1)
      return services.map(({ id }) => found.get(id)?.[0] ?? null)
    })
  }
  return { zone, offers: offers ?? [], next }
}

/** Null for an archived service, and for one that there never was. */
function factsOf(ctx: Context, service: Key, from: string): Promise<ServiceFacts | null> {
  const firstDay = dayNumber(from) ?? 0
  return batched(ctx, `facts of services from ${firstDay}`, service, async (services) => {
    const found = await loadFacts(ctx.db, services, firstDay)
    return services.map(({ id }) => found.get(id) ?? null)
  })
}

async function timeZoneOf(ctx: Context, { accountId }: Key, facts: ServiceFacts | null) {
  if (facts) return facts.account.timeZone
  return (await ctx.load('Account', { accountId, id: accountId }))?.timeZone ?? 'UTC'
}

function withoutServices(key: string, value: unknown): unknown {
  return key === 'services' ? undefined : value
}

async function questionOf(ctx: Context, service: Key, input: Asked): Promise<AvailabilityQuestion> {
  const idsOf = (name: 'StaffMember' | 'Resource', ids: readonly string[] | null | undefined) =>
    ids ? ids.flatMap((id) => keyOf(name, id)?.id ?? []) : null
  const staffIds = idsOf('StaffMember', input.staffIds)
  const booking = await bookingToMove(ctx, service, input.excludeBooking)
  return {
    services: [service],
    now: ctx.clock.now(),
    partySize: input.partySize === undefined ? 1 : input.partySize,
    durationMinutes: input.durationMinutes ?? (booking && keptMinutes(booking)),
    staffIds,
    resourceIds: idsOf('Resource', input.resourceIds),
    exceptBookingId: booking?.id ?? null,
    ...(input.asManager && { asManager: true }),
  }
}

async function bookingToMove(ctx: Context, service: Key, id: string | null | undefined) {
  if (id == null) return null
  const key = keyOf('Booking', id)
  const seen =
    key?.accountId === service.accountId && may(ctx.viewer, key.accountId, ['bookings:read'])
  const booking = seen ? await ctx.load('Booking', key) : null
  if (!booking) throw absent('Booking', 'excludeBooking')
  return booking
}
