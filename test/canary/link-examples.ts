// Arguments that can be done of booking links, of what is booked and kept through them, and of the
// addresses at which customers manage what they booked.
import { monday } from '../support/shop.ts'
import { counter, freeStart, type Example } from './counters.ts'
import type { World } from './world.ts'

const opened = counter()

const link = (world: World) => ({ account: world.id('Account'), slug: `${world.word}-0` })
const through = (world: World) => ({
  startsAt: freeStart(),
  serviceId: world.id('Service'),
  staffId: world.id('StaffMember'),
  customer: { name: 'Somebody' },
})

/** When the hold of this index starts. */
const keptStart = (index: number) => {
  const midnight = Math.floor(monday / 86_400_000) * 86_400_000
  return new Date(midnight + (9 * 24 + index) * 3_600_000).toISOString()
}
const kept = (world: World) => ({ startsAt: freeStart(), serviceId: world.id('Service') })

export const linkExamples: Record<string, Example> = {
  'Query.bookingLink': (world) => ({ id: world.id('BookingLink') }),
  'Query.bookingLink account': link,
  'Query.bookingLink slug': link,

  'Mutation.updateBookingLink': (world) => ({
    input: { id: world.id('BookingLink', 3), title: `Named ${opened.next()}` },
  }),
  'Mutation.archiveBookingLink': (world) => ({ input: { id: world.id('BookingLink', 4) } }),
  'Mutation.createManageLink': (world) => ({ input: { bookingId: world.id('Booking') } }),
  'Mutation.revokeManageLinks': (world) => ({ input: { bookingId: world.id('Booking') } }),
  'Mutation.moveBookingAsCustomer': (world) => ({
    input: { bookingId: world.spare.confirmed[0], startsAt: freeStart() },
  }),
  'Mutation.createBookingLink': (world) => ({
    input: {
      accountId: world.id('Account'),
      slug: `new-${opened.next()}`,
      title: 'A new way in',
      serviceIds: [world.id('Service')],
    },
  }),
  'Mutation.createLinkBooking': (world) => ({
    input: { linkId: world.id('BookingLink'), ...through(world) },
  }),
  'Mutation.createLinkBooking input.accountId': (world) => ({
    input: { accountId: world.id('Account'), slug: link(world).slug, ...through(world) },
  }),
  'Mutation.createLinkBooking input.slug': (world) => ({
    input: { accountId: world.id('Account'), slug: link(world).slug, ...through(world) },
  }),
  'Mutation.createLinkBooking input.holdId': (world) => ({
    input: {
      linkId: world.id('BookingLink', 1),
      holdId: world.id('Hold', 4),
      startsAt: keptStart(4),
      customer: { name: 'Somebody' },
    },
  }),
  'Mutation.createLinkHold': (world) => ({
    input: { linkId: world.id('BookingLink'), ...kept(world) },
  }),
  'Mutation.createLinkHold input.replaces': (world) => ({
    input: { ...kept(world), linkId: world.id('BookingLink', 1), replaces: world.id('Hold', 5) },
  }),
  'Mutation.createLinkHold input.accountId': (world) => ({
    input: { accountId: world.id('Account'), slug: link(world).slug, ...kept(world) },
  }),
  'Mutation.createLinkHold input.slug': (world) => ({
    input: { accountId: world.id('Account'), slug: link(world).slug, ...kept(world) },
  }),
}
