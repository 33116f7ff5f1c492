// Requests of Calendesk's routes that can be done, for the authorization table.
import type { Asked } from '../asked.ts'

export const asked: Asked = {
  dialect: 'calendesk',
  shows: async (_app, _name, token) => ({
    'x-tenant': 'slug-tabled',
    ...(token !== null && { 'x-api-key': token }),
  }),
  requests: {
    getAvailableSlots: () => ({ path: '/available-slots?service_id=1&start_date=2026-03-20' }),
    listUsers: () => ({ path: '/admin/users' }),
    createUser: (n) => ({ path: '/admin/users', body: { name: `User ${n}` } }),
    getUser: () => ({ path: '/admin/users/1' }),
    updateUser: (n) => ({ path: '/admin/users/1', body: { name: `User ${n}` } }),
    listServices: () => ({ path: '/admin/services' }),
    getService: () => ({ path: '/admin/services/1' }),
    listEmployees: () => ({ path: '/admin/employees' }),
    getEmployee: () => ({ path: '/admin/employees/1' }),
  },
}
