// Requests of Relentify's routes that can be done, for the authorization table.
import { encodeId } from '../../../src/graphql/ids.ts'
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
    cancelBooking: async (_n, { accountId }, app) => {
      const where = { accountId, status: 'CONFIRMED' } as const
      const newest = { where, orderBy: { createdAt: 'desc' } } as const
      const { id } = await app.db.prisma.booking.findFirstOrThrow(newest)
      return { path: `/bookings/${encodeId('Booking', { accountId, id })}/cancel`, body: {} }
    },
  },
}
