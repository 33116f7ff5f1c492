// The events of bookings: their names, which fields they tell of, and as what the graph shows each.
// A field that is not here is in no event.

/** Every type that an event of a booking has. */
export const bookingEventTypes = [
  'booking.created',
  'booking.updated',
  'booking.rescheduled',
  'booking.confirmed',
  'booking.declined',
  'booking.cancelled',
  'booking.completed',
  'booking.no_show',
  'booking.paid',
] as const

export type BookingEventType = (typeof bookingEventTypes)[number]

/** How a stored field is told. */
type Telling = {
  /** Path in the graph's Booking; its first part decides which scopes are needed. */
  field: string
  /** The stored value is the id of one of these, or a list of ids. */
  refersTo?: 'Service' | 'StaffMember' | 'Session' | 'Customer' | 'Resource'
}

const tellings = {
  status: { field: 'status' },
  serviceId: { field: 'service', refersTo: 'Service' },
  staffId: { field: 'staff', refersTo: 'StaffMember' },
  // Told of moves alone: it is kept with the time that is taken, not in the booking's row.
  resourceIds: { field: 'resources', refersTo: 'Resource' },
  sessionId: { field: 'session', refersTo: 'Session' },
  customerId: { field: 'customer', refersTo: 'Customer' },
  startsAt: { field: 'startsAt' },
  endsAt: { field: 'endsAt' },
  timeZone: { field: 'timeZone' },
  partySize: { field: 'party.total' },
  party: { field: 'party.categories' },
  attended: { field: 'party.attended' },
  priceMinor: { field: 'price.amount' },
  priceReason: { field: 'priceReason' },
  depositMinor: { field: 'deposit.amount' },
  payBy: { field: 'payBy' },
  amountPaidMinor: { field: 'amountPaid.amount' },
  refundedMinor: { field: 'amountRefunded.amount' },
  refundDueMinor: { field: 'refundDue.amount' },
  refundOpenMinor: { field: 'refundOpen.amount' },
  externalRef: { field: 'externalRef' },
  notes: { field: 'notes' },
  answers: { field: 'answers' },
  customFields: { field: 'customFields' },
  reminds: { field: 'reminders' },
  thanks: { field: 'thanks' },
  cancelReason: { field: 'cancelReason' },
} as const satisfies Record<string, Telling>

/** The stored fields whose changes an event of a booking tells. */
export const toldBookingFields = Object.keys(tellings)

/** How the change of a stored field is told; null for what is not. */
export function tellingOf(field: string): Telling | null {
  return Object.hasOwn(tellings, field) ? tellings[field as keyof typeof tellings] : null
}
