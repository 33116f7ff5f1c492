// The resources of the dialect: what of ours is an account, a booking, a customer, an event, a
// service and a staff member there. The names of attributes are ours: the vendor publishes none.

import { z } from 'zod'
import { utcText } from '../times.ts'
import { attribute, type ResourceType } from './resource.ts'

const text = z.string()
const words = text.nullable()
const count = z.int()
const at = (field: string) => attribute(field, z.iso.datetime(), utcText)
const lower = (field: string, values: readonly string[]) =>
  attribute(field, z.enum(values), (value: string) => value.toLowerCase())
const money = (field: string) =>
  attribute(
    field,
    z
      .object({
        amount: count.describe('In the minor unit of the currency.'),
        currency: text.describe('ISO 4217.'),
      })
      .nullable(),
    (value) => value,
    '{ amount currency }',
  )
const changed = { created_at: at('createdAt'), updated_at: at('updatedAt') }
const account = { account: { field: 'account', type: 'accounts' } }
const object = z.record(z.string(), z.unknown()).nullable()

const accounts: ResourceType = {
  name: 'accounts',
  graph: 'Account',
  attributes: {
    name: attribute('name', text),
    slug: attribute('slug', text),
    time_zone: attribute('timeZone', text),
    currency: attribute('currency', text),
    locale: attribute('locale', text),
    ...changed,
  },
  relations: {},
  lists: {},
  example: {
    name: 'Hudson Physio',
    slug: 'hudson-physio',
    time_zone: 'America/New_York',
    currency: 'USD',
    locale: 'en-US',
  },
}

export const bookingStatuses = [
  'pending',
  'confirmed',
  'declined',
  'cancelled',
  'completed',
  'no_show',
] as const

const bookings: ResourceType = {
  name: 'bookings',
  graph: 'Booking',
  attributes: {
    number: attribute('number', text),
    status: lower('status', bookingStatuses),
    starts_at: at('startsAt'),
    ends_at: at('endsAt'),
    time_zone: attribute('timeZone', text),
    spaces: attribute('party', count, ({ total }: { total: number }) => total, '{ total }'),
    price: money('price'),
    amount_paid: money('amountPaid'),
    source: lower('source', ['api', 'link', 'rest', 'console', 'import']),
    external_reference: attribute('externalRef', words),
    notes: attribute('notes', words),
    answers: attribute('answers', object),
    custom_fields: attribute('customFields', object),
    cancel_reason: attribute('cancelReason', words),
    ...changed,
  },
  relations: {
    ...account,
    customer: { field: 'customer', type: 'customers' },
    event: { field: 'session', type: 'events' },
    service: { field: 'service', type: 'services' },
    staff: { field: 'staff', type: 'staff' },
  },
  lists: {},
  example: { number: 'PHMS6HR', status: 'confirmed', starts_at: '2026-03-02T14:00:00Z', spaces: 1 },
}

const customers: ResourceType = {
  name: 'customers',
  graph: 'Customer',
  attributes: {
    name: attribute('name', text),
    first_name: attribute('firstName', words),
    last_name: attribute('lastName', words),
    email: attribute('email', words),
    phone: attribute('phone', words),
    time_zone: attribute('timeZone', words),
    locale: attribute('locale', words),
    tags: attribute('tags', z.array(text)),
    groups: attribute('groups', z.array(text)),
    notes: attribute('notes', words),
    custom_fields: attribute('customFields', object),
    active: attribute('active', z.boolean()),
    ...changed,
  },
  relations: account,
  lists: { bookings: { type: 'bookings', filter: 'customer' } },
  example: { name: 'Ada Lovelace', email: 'ada@example.com', phone: '+15550100', tags: ['vip'] },
}

const events: ResourceType = {
  name: 'events',
  graph: 'Session',
  attributes: {
    status: attribute('active', z.enum(['scheduled', 'cancelled']), (active: boolean) =>
      active ? 'scheduled' : 'cancelled',
    ),
    starts_at: at('startsAt'),
    ends_at: at('endsAt'),
    capacity: attribute('capacity', count),
    seats_taken: attribute('seatsTaken', count),
    seats_available: attribute('seatsAvailable', count),
    ...changed,
  },
  relations: {
    ...account,
    service: { field: 'service', type: 'services' },
    staff: { field: 'staff', type: 'staff' },
  },
  lists: { bookings: { type: 'bookings', filter: 'event', field: 'bookings' } },
  example: { status: 'scheduled', capacity: 12, seats_taken: 5, seats_available: 7 },
}

const services: ResourceType = {
  name: 'services',
  graph: 'Service',
  attributes: {
    name: attribute('name', text),
    description: attribute('description', words),
    kind: lower('kind', ['appointment', 'class']),
    duration_minutes: attribute('durationMinutes', count),
    price: money('price'),
    buffer_before_minutes: attribute('bufferBeforeMinutes', count),
    buffer_after_minutes: attribute('bufferAfterMinutes', count),
    capacity: attribute('capacity', count),
    requires_confirmation: attribute('requiresConfirmation', z.boolean()),
    active: attribute('active', z.boolean()),
    ...changed,
  },
  relations: account,
  lists: { bookings: { type: 'bookings', filter: 'service' } },
  example: { name: 'First visit', kind: 'appointment', duration_minutes: 45 },
}

const staff: ResourceType = {
  name: 'staff',
  graph: 'StaffMember',
  attributes: {
    name: attribute('name', text),
    email: attribute('email', words),
    time_zone: attribute('timeZone', words),
    active: attribute('active', z.boolean()),
    ...changed,
  },
  relations: account,
  lists: { bookings: { type: 'bookings', filter: 'staff' } },
  example: { name: 'Grace Hopper', active: true },
}

export const types: Readonly<Record<string, ResourceType>> = {
  accounts,
  bookings,
  customers,
  events,
  services,
  staff,
}

export type TypeName = 'accounts' | 'bookings' | 'customers' | 'events' | 'services' | 'staff'

/** One of the tables by its name, which is one of a table's own. */
export function typeNamed(name: string): ResourceType {
  const type = types[name]
  if (!type) throw new Error(`There is no resource type "${name}".`)
  return type
}
