// The routes: what each list can be narrowed and ordered by, and its arguments in the graph.

import { filterOf, filters, wordsOf, type Query } from './query.ts'
import { listRoute, oneRoute } from './routes.ts'
import { bookingStatuses } from './types.ts'

const { account, search, from, to, updated_since } = filters

const given = (query: Query, name: string) => query[`filter[${name}]`] ?? null
const only = (query: Query, name: string) => {
  const id = given(query, name)
  return id === null ? null : [id]
}
const range = (query: Query, start: string, end?: string) => ({
  from: given(query, start),
  to: end === undefined ? null : given(query, end),
})

/** Of events: which of both there are to be; null for both. */
function isScheduled(query: Query): boolean | null {
  const wanted = new Set(filterOf(query, 'status') ?? ['scheduled'])
  return wanted.size === 1 ? wanted.has('scheduled') : null
}

const byName = { name: 'NAME' }
const changes = { created_at: 'CREATED_AT', updated_at: 'UPDATED_AT' }

export const routes = [
  listRoute({
    type: 'accounts',
    summary: 'Names and slugs of every authenticated account',
    list: 'accounts',
    arguments: { search: 'String' },
    variables: (query) => ({ search: given(query, 'search') }),
    sorts: byName,
    filters: { search },
  }),
  oneRoute('accounts', 'One account'),
  listRoute({
    type: 'bookings',
    summary: 'Bookings over all authenticated accounts, or some',
    list: 'bookings',
    arguments: { filter: 'BookingFilter', orderBy: 'BookingOrder' },
    variables: (query) => ({
      filter: {
        search: given(query, 'search'),
        status: filterOf(query, 'status')?.map((status) => status.toUpperCase()) ?? null,
        startsAt: range(query, 'from', 'to'),
        updatedAt: range(query, 'updated_since'),
        customerIds: only(query, 'customer'),
        serviceIds: only(query, 'service'),
        sessionIds: only(query, 'event'),
        staffIds: only(query, 'staff'),
      },
    }),
    sorts: { starts_at: 'STARTS_AT', ...changes },
    filters: { ...filters, status: wordsOf(bookingStatuses, 'status', 1) },
    example: { 'filter[account]': 'hudson-physio', include: 'customer,service' },
  }),
  oneRoute('bookings', 'One booking'),
  listRoute({
    type: 'customers',
    summary: 'Customers over all authenticated accounts, or some',
    list: 'customers',
    arguments: { search: 'String', filter: 'CustomerFilter', orderBy: 'CustomerOrder' },
    variables: (query) => ({
      search: given(query, 'search'),
      filter: { active: true, updatedAt: range(query, 'updated_since') },
    }),
    sorts: { ...byName, ...changes },
    filters: { account, search, updated_since },
    example: { 'filter[search]': 'lovelace' },
  }),
  oneRoute('customers', 'One customer'),
  listRoute({
    type: 'events',
    summary: 'Events, with their seats and bookings, over all authenticated accounts, or some',
    description:
      'The dated occurrences of classes. Those that were called off are left out unless ' +
      'filter[status] names them. Included with `bookings` are at most 100 of each, and a page ' +
      'has at most 15 then; the link of the relationship leads to all.',
    list: 'sessions',
    arguments: { filter: 'SessionFilter', orderBy: 'SessionOrder' },
    variables: (query) => ({
      filter: {
        search: given(query, 'search'),
        active: isScheduled(query),
        ...range(query, 'from', 'to'),
        updatedAt: range(query, 'updated_since'),
        serviceIds: only(query, 'service'),
        staffIds: only(query, 'staff'),
      },
    }),
    sorts: { starts_at: 'STARTS_AT' },
    filters: {
      account,
      search,
      from,
      to,
      updated_since,
      service: filters.service,
      staff: filters.staff,
      status: wordsOf(['scheduled', 'cancelled'], 'status', 1),
    },
    example: { 'page[size]': '15', include: 'bookings' },
  }),
  oneRoute('events', 'One event'),
  listRoute({
    type: 'services',
    summary: 'Services over all authenticated accounts, or some',
    list: 'services',
    arguments: { filter: 'ServiceFilter' },
    variables: (query) => ({ filter: { search: given(query, 'search') } }),
    sorts: byName,
    filters: { account, search },
  }),
  oneRoute('services', 'One service'),
  listRoute({
    type: 'staff',
    summary: 'Staff over all authenticated accounts, or some',
    list: 'staff',
    arguments: { filter: 'StaffFilter' },
    variables: (query) => ({ filter: { search: given(query, 'search') } }),
    sorts: byName,
    filters: { account, search },
  }),
  oneRoute('staff', 'One member of the staff'),
]
