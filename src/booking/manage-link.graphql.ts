// What a customer may do to their own booking, and the addresses at which they do it.

import type { Booking } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { mutation } from '../graphql/mutations.ts'
import { customerMay, type CustomerMay } from './booking.ts'
import { createManageLink, manageNeeds, revokeManageLinks } from './manage-link.actions.ts'
import { manageDays } from './manage-link.data.ts'

const CustomerRights = builder.objectRef<CustomerMay>('CustomerRights').implement({
  description: 'What the customer may do to a booking without asking the business.',
  open: 'Part of a booking, reached only through it.',
  fields: (t) => ({
    moveUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Until when they may move it: as long as cancelling it would give back all that was paid, ' +
        'and before it starts. Null: not, or not any more.',
      resolve: ({ moveUntil }) => (moveUntil === null ? null : new Date(moveUntil)),
    }),
    cancelUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when they may cancel it: its start. Null: not, or not any more.',
      resolve: ({ cancelUntil }) => (cancelUntil === null ? null : new Date(cancelUntil)),
    }),
  }),
})

builder.prismaObjectField('Booking', 'customerMay', (t) =>
  t.field({
    type: CustomerRights,
    nullable: true,
    description: 'What its customer may do now. Null only together with an error.',
    resolve: async (booking: Booking, _args, ctx) => {
      const { accountId, serviceId } = booking
      const service = await ctx.load('Service', { accountId, id: serviceId })
      return service && customerMay(booking, service, ctx.clock.now())
    },
  }),
)

mutation('createManageLink', {
  description:
    'Makes a secret address at which a customer sees, moves and cancels a booking. Mails about ' +
    'bookings have one of their own (`Account.mailsManageLinks`). It is good until ' +
    `${manageDays} days after the booking ends; of one booking at most 50 are.`,
  scopes: manageNeeds,
  data: 'Booking',
  dataDescription: 'The booking that is managed there.',
  secretDescription: 'The address, for the customer.',
  input: (t) => ({
    bookingId: t.id({ required: true, description: 'The booking that is managed there.' }),
  }),
  resolve: ({ bookingId }, ctx) =>
    createManageLink(ctx, demandKey('Booking', bookingId, 'bookingId')),
})

mutation('revokeManageLinks', {
  description:
    'Ends every secret address of a booking, those in mails included. What changes the booking ' +
    'later is told with a new one.',
  scopes: ['bookings:write'],
  data: 'Booking',
  dataDescription: 'The booking.',
  input: (t) => ({
    bookingId: t.id({ required: true, description: 'The booking that was managed there.' }),
  }),
  resolve: ({ bookingId }, ctx) =>
    revokeManageLinks(ctx, demandKey('Booking', bookingId, 'bookingId')),
})
