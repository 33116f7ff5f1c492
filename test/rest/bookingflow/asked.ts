// Requests of BookingFlow's routes that can be done, for the authorization table.
import type { Asked } from '../asked.ts'

export const asked: Asked = {
  dialect: 'bookingflow',
  requests: {
    getMe: () => ({ path: '/me' }),
    listBookings: () => ({ path: '/bookings?date=2026-03-20' }),
    getBooking: (_n, mine) => ({ path: `/bookings/${mine.id('Booking')}` }),
    createBooking: (n, mine) => ({
      path: '/bookings',
      body: {
        roomId: mine.id('Service'),
        startAt: `2026-03-21T0${n}:00:00Z`,
        players: 1,
        customer: { name: 'Somebody', email: `flow${n}@example.com` },
      },
    }),
    updateBooking: (n, mine) => ({
      path: `/bookings/${mine.spare.confirmed[0]}`,
      body: { players: (n % 5) + 1 },
    }),
    cancelBooking: (n, mine) => ({ path: `/bookings/${mine.id('Booking', n + 1)}` }),
    listRooms: () => ({ path: '/rooms' }),
    getRoom: (_n, mine) => ({ path: `/rooms/${mine.id('Service')}` }),
    createRoom: (n) => ({
      path: '/rooms',
      body: { name: `Room ${n}`, maxPlayers: 6, durationMins: 60 },
    }),
    updateRoom: (n, mine) => ({
      path: `/rooms/${mine.id('Service', 2)}`,
      body: { durationMins: 60 + n },
    }),
    listSchedules: () => ({ path: '/schedules?from=2026-03-20&to=2026-03-20' }),
    createBlock: (n, mine) => ({
      path: '/schedules/block',
      body: {
        from: `2026-03-22T0${n}:00:00Z`,
        to: `2026-03-22T0${n}:30:00Z`,
        room: mine.id('Service'),
      },
    }),
    listCustomers: () => ({ path: '/customers' }),
    getCustomer: (_n, mine) => ({ path: `/customers/${mine.id('Customer')}` }),
  },
}
