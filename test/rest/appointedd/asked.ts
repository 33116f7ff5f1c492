// Requests of the routes of Appointedd's V2, for the authorization table.
import type { NodeName } from '../../../src/graphql/ids.ts'
import type { Asked } from '../asked.ts'

const list = (path: string) => () => ({ path })
const one = (path: string, name: NodeName): Asked['requests'][string] => {
  return (_n, mine) => ({ path: `${path}/${mine.id(name)}` })
}

export const asked: Asked = {
  dialect: 'appointedd',
  requests: {
    listAccounts: list('/accounts'),
    getAccount: one('/accounts', 'Account'),
    listBookings: list('/bookings?include=customer,service'),
    getBooking: one('/bookings', 'Booking'),
    listCustomers: list('/customers'),
    getCustomer: one('/customers', 'Customer'),
    listEvents: list('/events?include=bookings'),
    getSession: one('/events', 'Session'),
    listServices: list('/services'),
    getService: one('/services', 'Service'),
    listStaff: list('/staff'),
    getStaffMember: one('/staff', 'StaffMember'),
  },
}
