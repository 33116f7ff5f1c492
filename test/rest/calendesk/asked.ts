// Requests of Calendesk's routes that can be done, for the authorization table.
import type { Asked } from '../asked.ts'

/** A start of the first service that is nobody else's. */
const placeAt = (n: number) => ({
  employee_id: 0,
  service_id: 1,
  start_date: '2026-03-21',
  start_time: `${String(n).padStart(2, '0')}:00`,
})

export const asked: Asked = {
  dialect: 'calendesk',
  shows: async (_app, _name, token) => ({
    'x-tenant': 'slug-tabled',
    ...(token !== null && { 'x-api-key': token }),
  }),
  requests: {
    getAvailableSlots: () => ({ path: '/available-slots?service_id=1&start_date=2026-03-20' }),
    createBooking: (n) => ({
      path: '/bookings',
      body: { ...placeAt(n), user_id: 1 },
    }),
    updateBooking: (n) => ({ path: '/bookings/1', body: { description: `Number ${n}` } }),
    cancelBooking: async (_n, { accountId }, app) => {
      const last = await app.db.prisma.booking.findFirst({
        where: { accountId, status: 'CONFIRMED' },
        orderBy: { serial: 'desc' },
      })
      return { path: `/bookings/${last?.serial ?? 1}` }
    },
    bookForUser: (n) => ({
      path: '/user/bookings/v2',
      body: {
        user: { email: `user${n}@example.com`, name: 'Somebody' },
        bookings: [placeAt(n + 10)],
      },
    }),
    listBookings: () => ({ path: '/admin/bookings' }),
    listUsers: () => ({ path: '/admin/users' }),
    createUser: (n) => ({ path: '/admin/users', body: { name: `User ${n}` } }),
    getUser: () => ({ path: '/admin/users/1' }),
    updateUser: (n) => ({ path: '/admin/users/1', body: { name: `User ${n}` } }),
    listServices: () => ({ path: '/admin/services' }),
    getService: () => ({ path: '/admin/services/1' }),
    listEmployees: () => ({ path: '/admin/employees' }),
    getEmployee: () => ({ path: '/admin/employees/1' }),
    payBooking: () => ({
      path: '/admin/payments/bookings',
      body: { payment_method: 'cash', booking_id: 1, amount: 1 },
    }),
    createWebhook: () => ({
      path: '/admin/webhooks',
      body: { url: 'https://example.com/hooks', events: ['booking_created'] },
    }),
    listWebhooks: () => ({ path: '/admin/webhooks' }),
    deleteWebhook: async (_n, { accountId }, app) => {
      const first = await app.db.prisma.webhookEndpoint.findFirst({
        where: { accountId, format: 'calendesk' },
      })
      return { path: `/admin/webhooks/${first?.serial ?? 1}` }
    },
  },
}
