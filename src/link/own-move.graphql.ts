// Moving a booking as its customer may, over the graph: when it could be, and the move.

import { askedDays, daysCost, maxDays } from '../availability/asked-days.ts'
import { customerMay } from '../booking/booking.ts'
import type { Context } from '../context.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { instantOf } from '../graphql/inputs.ts'
import { badInput } from '../graphql/lists.ts'
import { timeRefusals } from '../graphql/refusals.ts'
import { mutation } from '../graphql/mutations.ts'
import { zoneOf } from '../time/zone.ts'
import { offersFor } from './link.data.ts'
import { moveBookingAsCustomer } from './own-move.actions.ts'
import { ownQuestion } from './own-move.data.ts'

builder.prismaObjectField('Booking', 'customerMoves', (t) =>
  t.field({
    // The type is another room's, known here by its name alone.
    type: 'Availability' as never,
    nullable: true,
    scopes: ['availability:read'],
    complexity: daysCost,
    description:
      'When its customer may move it to: what its booking link would offer them, without one its ' +
      'service; its own time counts as free. What is listed is what moveBookingAsCustomer ' +
      'accepts. Nothing when it cannot be moved. Null when denied.',
    args: {
      from: t.arg({ type: 'LocalDate', required: true, description: 'The first day.' }),
      days: t.arg.int({ defaultValue: 7, description: `How many days, 1 to ${maxDays}.` }),
      timeZone: t.arg({ type: 'TimeZone', description: "Whose days; left out, the booking's." }),
    },
    resolve: (booking, args, ctx) => movesOf(booking, args, ctx) as never,
  }),
)

type Asked = { from: string; days?: number | null; timeZone?: string | null }

async function movesOf(booking: Booking, args: Asked, ctx: Context) {
  const { accountId, serviceId } = booking
  const zone = zoneOf(args.timeZone ?? booking.timeZone)
  const days = askedDays(zone, args.from, args.days ?? 7)
  if ('fault' in days) throw badInput(days.fault)
  const { from, to } = days
  const now = ctx.clock.now()
  const service = await ctx.load('Service', { accountId, id: serviceId })
  if (!service || customerMay(booking, service, now).moveUntil === null) {
    return { zone, offers: [], next: async () => null }
  }
  const question = await ownQuestion(ctx.db, booking, now)
  return { zone, ...(await offersFor(ctx.db, question, from, to)) }
}

mutation('moveBookingAsCustomer', {
  description:
    'Moves a booking as its customer may: to a time that its booking link (without one, its ' +
    'service) offers, and while `customerMay.moveUntil` has not passed. Who does it stays if free, ' +
    'else another of those who may.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking as it is now.',
  refusals: [...timeRefusals, 'VERSION_CONFLICT', 'ILLEGAL_TRANSITION', 'ALREADY_CANCELLED'],
  input: (t) => ({
    bookingId: t.id({ required: true, description: 'The booking.' }),
    startsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'The new start, or that of the session to move to.',
    }),
    expectedVersion: t.int({ description: 'Refuse unless the booking has this version.' }),
  }),
  resolve: ({ bookingId, startsAt, expectedVersion }, ctx) =>
    moveBookingAsCustomer(ctx, demandKey('Booking', bookingId, 'bookingId'), {
      startsAt: instantOf(startsAt, 'startsAt'),
      expectedVersion: expectedVersion ?? null,
    }),
})
