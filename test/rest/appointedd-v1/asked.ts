// Requests of the routes of Appointedd's V1, for the authorization table.
import type { World } from '../../canary/world.ts'
import type { Asked } from '../asked.ts'

const list = (path: string) => () => ({ path })

/** Nine o'clock in a week that nobody has anything in; another day for each. */
const startOf = (n: number, hour = 9) => `2026-04-1${n}T0${hour}:00:00.000+00:00`

const slot = (n: number, mine: World) => ({ start: startOf(n), service_id: mine.id('Service') })

export const asked: Asked = {
  dialect: 'appointedd-v1',
  shows: async (_app, _name, token): Promise<Record<string, string>> =>
    token === null ? {} : { 'x-api-key': token },
  requests: {
    searchIntervals: (_n, mine) => ({
      path: '/availability/intervals/search',
      body: { ranges: ['2026-04-10'], service_id: mine.id('Service') },
    }),
    createReservation: (n, mine) => ({ path: '/availability/slots', body: slot(n, mine) }),
    getReservation: (_n, mine) => ({ path: `/availability/slots/${mine.id('Hold')}` }),
    createBooking: (n, mine) => ({
      path: '/bookings',
      body: { reservation_id: mine.id('Hold', n % 4), customers: [{ name: `Somebody ${n}` }] },
    }),
    listBookings: list('/bookings'),
    getBooking: (_n, mine) => ({ path: `/bookings/${mine.id('Booking')}` }),
    updateBooking: (n, mine) => ({
      path: `/bookings/${mine.id('Booking')}`,
      body: { label: `Told by ${n}` },
    }),
    deleteBooking: (n, mine) => ({ path: `/bookings/${mine.spare.confirmed[1 + (n % 2)]}` }),
    cancelBooking: (n, mine) => ({ path: `/bookings/${mine.id('Booking', n + 14)}/cancel` }),
    listServices: list('/services'),
    listResources: list('/resources'),
    listCustomers: list('/customers'),
    getCustomer: (_n, mine) => ({ path: `/customers/${mine.id('Customer')}` }),
    listOrganisations: list('/organisations'),
  },
}
