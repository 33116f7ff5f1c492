// Arguments that can be done, where the schema alone does not say which: by place, else by field.
// Whatever is used up by doing it is a thing of its own, so that each can be done once.
import type { NodeName } from '../../src/graphql/ids.ts'
import { monday } from '../support/shop.ts'
import { counter, freeStart, type Example } from './counters.ts'
import { linkExamples } from './link-examples.ts'
import type { World } from './world.ts'

const booking = (world: World) => ({
  serviceId: world.id('Service'),
  startsAt: freeStart(),
  customerId: world.id('Customer'),
})

const together = (world: World, item: Record<string, unknown>) => {
  const { customerId, ...wanted } = booking(world)
  return { input: { customerId, items: [{ ...wanted, ...item }] } }
}

const cancelled = counter()

/** One of the bookings in the first session that nothing else here is done to. */
const anotherOfSeries = (world: World) => world.id('Booking', 9 + (cancelled.next() % 6))

const opened = counter()
const removed = counter()

/** Another one each time, while there are any. */
const lastMember = (world: World) => world.id('Membership', 6 - (removed.next() % 5))

const oneOf = (kind: keyof World['spare']): Example => {
  const used = counter()
  return ({ spare }) => ({ input: { id: spare[kind][used.next() % spare[kind].length] } })
}

/** Another one each time of so many, from the first that it can be done to. */
function nextOf(type: NodeName, first: number, many: number) {
  const used = counter()
  return (world: World) => ({ input: { id: world.id(type, first + (used.next() % many)) } })
}

/** Another one each time, from the end. */
type Listed =
  | 'Block'
  | 'SeatBlock'
  | 'WaitlistEntry'
  | 'AvailabilityException'
  | 'CalendarFeed'
  | 'CalendarSource'
const lastOf = (name: Listed): Example => {
  const used = counter()
  return (world) => {
    const count = world.rows[name].length
    return { input: { id: world.id(name, (count * 2 - 1 - used.next()) % count) } }
  }
}

const move: Example = (world) => ({
  input: { id: world.spare.confirmed[0], startsAt: freeStart() },
})

const closed = { kind: 'CLOSED', on: '2026-09-01' }
// As they are already, so that there are times to book.
const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
  weekday,
  startLocalTime: '00:00',
  endLocalTime: '24:00',
}))
const nth =
  (
    name:
      | 'Application'
      | 'Customer'
      | 'Installation'
      | 'Resource'
      | 'Service'
      | 'Session'
      | 'StaffMember'
      | 'WebhookEndpoint',
    index: number,
  ): Example =>
  (world) => ({ input: { id: world.id(name, index) } })

const examples: Record<string, Example> = {
  ...linkExamples,
  'Query.account': (world) => ({ id: world.id('Account') }),
  'Query.account slug': ({ slug }) => ({ slug }),
  'Query.booking': (world) => ({ id: world.id('Booking') }),
  'Query.booking account': (world) => ({ account: world.id('Account'), number: `${world.word}0` }),
  'Query.booking number': (world) => ({ account: world.id('Account'), number: `${world.word}0` }),
  'Mutation.createBooking': (world) => ({ input: booking(world) }),
  'Mutation.createBooking input.customer': (world) => ({
    input: { ...booking(world), customerId: undefined, customer: { name: 'Somebody' } },
  }),
  'Mutation.createBooking input.sessionId': (world) => ({
    input: {
      serviceId: world.id('Service', 1),
      sessionId: world.id('Session', 1),
      customerId: world.id('Customer'),
    },
  }),
  'Mutation.createBooking input.holdId': (world) => ({
    input: { ...booking(world), startsAt: undefined, holdId: world.id('Hold') },
  }),
  'Mutation.createBooking input.party': (world) => ({
    input: { ...booking(world), party: [{ category: `${world.word}0`, count: 1 }] },
  }),
  'Mutation.createBookings': (world) => together(world, {}),
  'Mutation.createBookings input.items.0.sessionId': (world) =>
    together(world, {
      startsAt: undefined,
      serviceId: world.id('Service', 1),
      sessionId: world.id('Session', 1),
    }),
  'Mutation.createBookings input.items.0.holdId': (world) =>
    together(world, { startsAt: undefined, holdId: world.id('Hold', 3) }),
  'Mutation.createBookingSeries': (world) => ({
    input: { ...booking(world), rule: 'FREQ=DAILY;COUNT=1' },
  }),
  'Mutation.cancelBookingSeries': (world) => ({
    input: { id: world.id('Series'), part: 'THIS_ONLY', bookingId: anotherOfSeries(world) },
  }),
  'Mutation.createAccount': () => ({
    input: {
      name: 'New',
      slug: `new-${opened.next()}`,
      timeZone: 'Europe/London',
      currency: 'EUR',
    },
  }),
  'Mutation.inviteUser': (world) => ({
    input: {
      accountId: world.id('Account'),
      email: `guest${opened.next()}@example.com`,
      name: 'New',
      role: 'VIEWER',
    },
  }),
  'Mutation.changeRole': (world) => ({
    input: { membershipId: world.id('Membership', 1), role: 'STAFF' },
  }),
  'Mutation.removeUser': (world) => ({ input: { membershipId: lastMember(world) } }),
  'Mutation.createCustomer': (world) => ({
    input: { accountId: world.id('Account'), name: 'New' },
  }),
  'Mutation.placeHold': (world) => ({ input: { ...booking(world), customerId: undefined } }),
  'Mutation.placeHold input.sessionId': (world) => ({
    input: { serviceId: world.id('Service', 1), sessionId: world.id('Session', 1) },
  }),
  'Mutation.placeHold input.replaces': (world) => ({
    input: { ...booking(world), customerId: undefined, replaces: world.id('Hold', 1) },
  }),
  'Mutation.releaseHold': (world) => ({ input: { id: world.id('Hold', 2) } }),
  // The page that is open for exactly this.
  'Mutation.startCheckout': (world) => ({
    input: {
      bookingId: world.id('Booking'),
      amount: { amount: 100 },
      successUrl: `https://${world.word}.example/thanks`,
      cancelUrl: `https://${world.word}.example/back`,
    },
  }),
  'Mutation.recordPayment': (world) => ({
    input: { bookingId: world.id('Booking'), amount: { amount: 1000 }, method: 'CASH' },
  }),
  'Mutation.settlePayment': nextOf('Payment', 1, 3),
  'Mutation.refundPayment': (world) => ({
    input: { bookingId: world.id('Booking'), amount: { amount: 1 } },
  }),
  'Mutation.refundPayment input.paymentId': (world) => ({
    input: { paymentId: world.id('Payment'), amount: { amount: 1 } },
  }),
  'Mutation.rescheduleBooking': move,
  'Mutation.rescheduleBooking input.sessionId': (world) => ({
    input: { id: world.id('Booking', 8), sessionId: world.id('Session', 2) },
  }),
  'Mutation.updateBooking': oneOf('confirmed'),
  'Mutation.cancelBooking': (world) => ({ input: { id: world.spare.confirmed[3] } }),
  'Mutation.confirmBooking': oneOf('pending'),
  'Mutation.declineBooking': (world) => ({ input: { id: world.spare.pending[3] } }),
  'Mutation.completeBooking': (world) => ({ input: { id: world.spare.started[0] } }),
  'Mutation.markNoShow': (world) => ({ input: { id: world.spare.started[1] } }),

  'Mutation.createAvailabilityException': (world) => ({
    input: { accountId: world.id('Account'), ...closed },
  }),
  'Mutation.createAvailabilityException input.staffId': (world) => ({
    input: { staffId: world.id('StaffMember'), ...closed },
  }),
  'Mutation.createAvailabilityException input.resourceId': (world) => ({
    input: { resourceId: world.id('Resource'), ...closed },
  }),
  'Mutation.createAvailabilityException input.serviceId': (world) => ({
    input: { serviceId: world.id('Service'), ...closed },
  }),
  // As they are already: bookings are made by them.
  'Mutation.setPartyCategories': (world) => ({
    input: {
      accountId: world.id('Account'),
      categories: [0, 1].map((index) => ({
        code: `${world.word}${index}`,
        name: `${world.word} ${index}`,
      })),
    },
  }),
  'Mutation.setWorkingHours': (world) => ({ input: { accountId: world.id('Account'), hours } }),
  'Mutation.setWorkingHours input.staffId': (world) => ({
    input: { staffId: world.id('StaffMember'), hours },
  }),
  'Mutation.setWorkingHours input.resourceId': (world) => ({
    input: { resourceId: world.id('Resource'), hours },
  }),
  'Mutation.setWorkingHours input.serviceId': (world) => ({
    input: { serviceId: world.id('Service'), hours },
  }),
  'Mutation.createBlock': (world) => ({
    input: { staffIds: [world.id('StaffMember', 5)], ...later() },
  }),
  'Mutation.createBlock input.resourceIds.0': (world) => ({
    input: { resourceIds: [world.id('Resource', 5)], ...later() },
  }),
  'Mutation.replaceBusyTimes': (world) => ({
    input: { staffId: world.id('StaffMember', 5), ...told() },
  }),
  'Mutation.replaceBusyTimes input.resourceId': (world) => ({
    input: { resourceId: world.id('Resource', 5), ...told() },
  }),
  'Mutation.createService input.staffTerms.0.staffId': (world) => ({
    input: {
      accountId: world.id('Account'),
      name: 'New',
      kind: 'APPOINTMENT',
      durationMinutes: 30,
      staffIds: [world.id('StaffMember')],
      staffTerms: [{ staffId: world.id('StaffMember') }],
    },
  }),
  'Mutation.createApiKey': (world) => ({
    input: { accountId: world.id('Account'), name: 'New', scopes: ['bookings:read'] },
  }),
  'Mutation.rotateApiKey': (world) => ({ input: { id: world.id('ApiKey', 1) } }),
  'Mutation.revokeApiKey': (world) => ({ input: { id: world.id('ApiKey', 5) } }),
  'Mutation.createApiClient': (world) => ({
    input: { accountIds: [world.id('Account')], name: 'New', scopes: ['bookings:read'] },
  }),
  'Mutation.regenerateApiClientSecret': (world) => ({ input: { id: world.id('ApiClient', 1) } }),
  'Mutation.deleteApiClient': (world) => spareClient(world),

  'Mutation.rotateApplicationSecret': nth('Application', 1),
  'Mutation.deleteApplication': nth('Application', 2),
  'Mutation.authorizeApplication': (world) => ({
    input: {
      accountId: world.id('Account'),
      applicationId: `${world.word}app3`,
      scopes: ['bookings:read'],
    },
  }),
  'Mutation.uninstallApplication': nth('Installation', 4),

  'Mutation.setNoticeTemplate': (world) => ({
    input: { accountId: world.id('Account'), kind: 'CHANGE', subject: 'Changed', text: '{{when}}' },
  }),
  'Mutation.previewNotice': (world) => ({
    input: { bookingId: world.id('Booking'), kind: 'CONFIRMATION' },
  }),
  'Mutation.retryNotice': nextOf('Notice', 0, 7),
  'Mutation.deleteNoticeTemplate': nextOf('NoticeTemplate', 0, 7),
  'Mutation.createWebhookEndpoint': (world) => ({ input: endpoint(world) }),
  'Mutation.createWebhookEndpoint input.clientId': (world) => ({
    input: { ...ofClient, clientId: world.id('ApiClient') },
  }),
  'Mutation.createWebhookEndpoint input.document': (world) => ({
    input: { ...endpoint(world), document },
  }),
  'Mutation.updateWebhookEndpoint': nth('WebhookEndpoint', 1),
  'Mutation.updateWebhookEndpoint input.document': (world) => ({
    input: { id: world.id('WebhookEndpoint', 1), document },
  }),
  'Mutation.webhookDryRun': nth('WebhookEndpoint', 6),
  'Mutation.webhookDryRun input.document': (world) => ({
    input: { id: world.id('WebhookEndpoint', 6), document },
  }),
  'Mutation.enableWebhookEndpoint': nth('WebhookEndpoint', 5),
  'Mutation.deleteWebhookEndpoint': (world) => spareEndpoint(world),
  'Mutation.replayWebhooks': (world) => ({
    input: { id: world.id('WebhookEndpoint', 1), since: new Date(monday).toISOString() },
  }),

  'Mutation.createCalendarFeed': (world) => ({
    input: { accountId: world.id('Account'), name: 'New' },
  }),
  'Mutation.createCalendarFeed input.staffId': (world) => ({
    input: { staffId: world.id('StaffMember'), name: 'New' },
  }),
  'Mutation.createCalendarFeed input.customerId': (world) => ({
    input: { customerId: world.id('Customer'), name: 'New' },
  }),
  'Mutation.revokeCalendarFeed': lastOf('CalendarFeed'),
  'Mutation.createCalendarSource': (world) => ({
    input: { staffId: world.id('StaffMember'), ...calendar },
  }),
  'Mutation.createCalendarSource input.resourceId': (world) => ({
    input: { resourceId: world.id('Resource'), ...calendar },
  }),
  'Mutation.updateCalendarSource': (world) => ({
    input: { id: world.id('CalendarSource'), name: `Named ${opened.next()}` },
  }),
  'Mutation.syncCalendarSource': (world) => ({ input: { id: world.id('CalendarSource', 1) } }),
  'Mutation.deleteCalendarSource': lastOf('CalendarSource'),
  'Mutation.retryCalendarWrite': nextOf('CalendarWrite', 0, 7),

  'Mutation.createSession': (world) => ({
    input: { serviceId: world.id('Service', 1), startsAt: later().startsAt },
  }),
  'Mutation.updateSession': (world) => ({ input: { id: world.id('Session', 6) } }),

  'Mutation.archiveCustomer': nth('Customer', 6),
  'Mutation.eraseCustomer': nth('Customer', 5),
  'Mutation.mergeCustomers': (world) => ({
    input: { intoId: world.id('Customer'), fromIds: [spareCustomer(world)] },
  }),
  'Mutation.archiveResource': nth('Resource', 6),
  'Mutation.archiveService': nth('Service', 7),
  'Mutation.archiveSession': nth('Session', 7),
  'Mutation.archiveStaffMember': nth('StaffMember', 6),
  'Mutation.updateBlock': (world) => ({
    input: { id: world.id('Block'), reason: `Reason ${opened.next()}` },
  }),
  'Mutation.deleteBlock': lastOf('Block'),
  'Mutation.joinWaitlist': (world) => ({
    input: {
      serviceId: world.id('Service', 1),
      from: '2027-01-01T00:00:00Z',
      to: '2027-01-02T00:00:00Z',
      customerId: world.id('Customer'),
    },
  }),
  'Mutation.joinWaitlist input.sessionId': (world) => ({
    input: {
      serviceId: world.id('Service', 1),
      sessionId: world.id('Session', 5),
      customerId: world.id('Customer'),
    },
  }),
  'Mutation.leaveWaitlist': lastOf('WaitlistEntry'),
  'Mutation.retryWaitlistEntry': nextOf('WaitlistEntry', 0, 7),
  'Mutation.retryRefund': nextOf('Payment', 4, 3),
  'Mutation.createSeatBlock': (world) => ({
    input: { sessionId: world.id('Session', 3), seats: 1 },
  }),
  'Mutation.updateSeatBlock': (world) => ({
    input: { id: world.id('SeatBlock'), reason: `Reason ${opened.next()}` },
  }),
  'Mutation.deleteSeatBlock': lastOf('SeatBlock'),
  'Mutation.deleteAvailabilityException': lastOf('AvailabilityException'),
}

let merged = 0

/** One of the customers without bookings that nothing else here is done to. */
const spareCustomer = (world: World) => world.id('Customer', 1 + (merged++ % 4))

let deleted = 0

/** One of the clients that nothing else here is done to. */
const spareClient: Example = (world) => ({
  input: { id: world.id('ApiClient', 7 + (deleted++ % 7)) },
})

/** One that is not read, so that no rows come by themselves. */
const calendar = { name: 'New', url: 'https://example.com/mine.ics', paused: true }

const document = '{ bookings { totalCount } }'

const endpoint = (world: World) => ({
  accountId: world.id('Account'),
  url: 'https://hooks.example.com/',
  // Of which there are none, so that no rows come by themselves.
  types: ['webhook.disabled'],
  scopes: ['webhooks:read'],
})

/** Told of no booking, so that no rows come by themselves. */
const ofClient = {
  url: 'https://hooks.example.com/',
  types: ['booking.*'],
  scopes: ['bookings:read'],
  filter: { bookingIds: [] },
}

let endpoints = 0

/** One of the endpoints that nothing else here is done to. */
const spareEndpoint: Example = (world) => ({
  input: { id: world.id('WebhookEndpoint', 2 + (endpoints++ % 3)) },
})

let blocks = 0

/** An hour, far ahead, that is asked for once. */
function later() {
  blocks += 1
  const start = Date.UTC(2026, 9, 1) + blocks * 2 * 3_600_000
  return {
    startsAt: new Date(start).toISOString(),
    endsAt: new Date(start + 3_600_000).toISOString(),
  }
}

/** An outside calendar in such an hour, all of which it takes. */
function told() {
  const { startsAt, endsAt } = later()
  return { calendar: 'Elsewhere', from: startsAt, to: endsAt, periods: [{ startsAt, endsAt }] }
}

/** Arguments for a place: those for it, or for what it stands in, or for the field; or none. */
export function exampleOf(
  field: string,
  path: readonly string[],
  world: World,
): Record<string, unknown> {
  for (let length = path.length; length >= 0; length -= 1) {
    const name = length === 0 ? field : `${field} ${path.slice(0, length).join('.')}`
    const example = examples[name]
    if (example) return example(world)
  }
  return {}
}

/** Whether arguments are written down for exactly this field or place. */
export function hasExample(name: string): boolean {
  return name in examples
}
