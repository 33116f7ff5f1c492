// Requests of Relentify's routes that can be done, for the authorization table.
import type { Asked } from '../asked.ts'

export const asked: Asked = {
  dialect: 'relentify',
  requests: {
    getAvailability: () => ({ path: '/availability?slug=tabled-0&date=2026-03-20' }),
    createBooking: (n) => ({
      path: '/bookings',
      body: {
        slug: 'tabled-0',
        contact_name: 'Somebody',
        contact_email: `somebody${n}@example.com`,
        start_time: `2026-03-20T0${n}:00:00Z`,
      },
    }),
    listBookings: () => ({ path: '/bookings?limit=1' }),
    getBooking: (_n, mine) => ({ path: `/bookings/${mine.id('Booking')}` }),
    cancelBooking: (_n, mine) => ({ path: `/bookings/${mine.id('Booking')}/cancel`, body: {} }),
  },
}
