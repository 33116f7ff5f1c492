// What receivers of this dialect are told: { event, data }, with data as its routes answer it,
// signed as Standard Webhooks says.

import { standardSignature, telling } from '../webhooks.ts'
import { bookingFields, bookingOf, type BookingData } from './booking.ts'
import { userFields, userOf, type UserData } from './user.ts'

type ToldBooking = {
  booking: (BookingData & { account: { timeZone: string } | null }) | null
}

const booking = (name: string) =>
  telling<ToldBooking>({
    name,
    document: `query CalendeskToldBooking($booking: ID!) {
      booking(id: $booking) { ${bookingFields} account { timeZone } }
    }`,
    body: ({ booking: found }) => {
      // Whoever may not see the business cannot be told its wall clock.
      if (!found?.account) return null
      const { service } = found
      const shown = bookingOf(found, found.account.timeZone)
      return { event: name, data: { ...shown, service: service && { name: service.name } } }
    },
  })

const user = (name: string) =>
  telling<{ node: UserData | null }>({
    name,
    document: `query CalendeskToldUser($customer: ID!) {
      node(id: $customer) { ... on Customer { ${userFields} } }
    }`,
    body: ({ node }) => node && { event: name, data: userOf(node) },
  })

export const format = {
  about:
    'Calendesk: `{ event, data }`, where `data` is the booking or the user as the routes of that ' +
    'API show it. The signature, by headers of Standard Webhooks, is ours.',
  events: {
    'booking.created': booking('booking_created'),
    'booking.updated': booking('booking_updated'),
    'booking.rescheduled': booking('booking_updated'),
    'booking.confirmed': booking('booking_updated'),
    'booking.declined': booking('booking_updated'),
    'booking.completed': booking('booking_updated'),
    'booking.no_show': booking('booking_updated'),
    'booking.paid': booking('booking_paid'),
    'booking.cancelled': booking('booking_cancelled'),
    'customer.created': user('user_created'),
    'customer.updated': user('user_updated'),
    'customer.deleted': user('user_updated'),
  },
  headers: standardSignature,
  signsWith: 'ENDPOINT',
} as const
