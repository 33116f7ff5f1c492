// Accounts full of rows: at least seven below everything, many with equal names and times, and a
// word of the account in every text that people write. Rows go straight into the database, so that
// also what no mutation makes yet is there.
import { newId } from '../../src/db/id.ts'
import type { Database } from '../../src/db/client.ts'
import { encodeId, nowhere, type NodeName } from '../../src/graphql/ids.ts'
import { startAnew } from './counters.ts'
import { ofWaitlist } from './notice-rows.ts'
import { sizes, writeRows } from './world-rows.ts'

export type World = {
  accountId: string
  /** Stands in every text of the account. */
  word: string
  slug: string
  /** Row ids by type; the first of each is the one that everything hangs below. */
  rows: Record<NodeName, string[]>
  /** Global id of the nth row of a type. */
  id(name: NodeName, index?: number): string
  /** How many people are in the account, those of the world among them. */
  members: number
  /** Global ids of bookings that nothing else needs. */
  spare: Record<'pending' | 'started' | 'confirmed', string[]>
}

/** Fills an account that exists and is empty. */
export async function fillWorld(db: Database, accountId: string, word: string): Promise<World> {
  const ids = (count: number) => Array.from({ length: count }, () => newId())
  const { odd, even, spare } = sizes
  const rows: World['rows'] = {
    Account: [accountId],
    Service: ids(even),
    StaffMember: ids(odd),
    Resource: ids(even),
    Session: ids(even),
    Customer: ids(odd),
    Booking: ids(even + odd + 3 * spare),
    Hold: ids(6),
    WaitlistEntry: ids(odd),
    Block: ids(odd),
    SeatBlock: ids(odd),
    AvailabilityException: ids(4 * odd),
    WorkingHours: ids(2 * 7),
    BookingLink: ids(odd),
    Series: ids(1),
    Payment: ids(odd),
    Checkout: ids(odd),
    BookingEvent: ids(even),
    User: ids(1),
    Membership: ids(odd),
    Invitation: ids(odd),
    ApiKey: ids(odd),
    ApiClient: ids(2 * odd),
    Application: ids(odd),
    Installation: ids(odd),
    AuditEntry: ids(odd),
    WebhookEndpoint: ids(odd),
    WebhookDelivery: ids(odd),
    BusyTime: ids(2 * odd),
    AccountEvent: ids(odd),
    Notice: ids(odd),
    NoticeTemplate: ids(odd),
    CalendarFeed: ids(2 * odd),
    CalendarSource: ids(2 * odd),
    CalendarWrite: ids(odd),
  }
  startAnew()
  const strangers = await db.prisma.membership.count({ where: { accountId } })
  const slug = `slug-${word.toLowerCase()}`
  await writeRows(db, { accountId, word, slug, rows })
  const id: World['id'] = (name, index = 0) =>
    encodeId(name, { accountId: homeOf(name, accountId), id: rows[name][index] ?? '' })
  const spares = (nth: number) =>
    Array.from({ length: spare }, (_, index) => id('Booking', even + odd + nth * spare + index))
  return {
    accountId,
    word,
    slug,
    rows,
    id,
    members: strangers + odd,
    spare: { pending: spares(0), started: spares(1), confirmed: spares(2) },
  }
}

/** The account in the ids of this type. */
export function homeOf(name: NodeName, accountId: string): string {
  return ['User', 'ApiClient', 'Application'].includes(name) ? nowhere : accountId
}

/** How many rows each list has below the first row of its parent; `Query` is for one account. */
export function expectedCounts({ rows, members }: World): Record<string, number> {
  const { odd, even, spare } = sizes
  const everything = {
    bookings: rows.Booking.length,
    services: even,
    staff: odd,
    resources: even,
    customers: odd,
    sessions: even,
    bookingLinks: odd,
    payments: odd,
    blocks: odd,
    apiKeys: odd,
    auditLog: odd,
    webhookEndpoints: odd,
    webhookDeliveries: odd,
    installations: odd,
    calendarFeeds: 2 * odd,
    calendarSources: 2 * odd,
    // And that of whoever asks.
    apiClients: 2 * odd + 1,
  }
  const lists: Record<string, Record<string, number>> = {
    Query: {
      ...everything,
      seatBlocks: odd,
      waitlist: odd,
      notices: odd,
      calendarWrites: odd,
      applications: odd,
      accounts: 1,
    },
    Viewer: { accounts: 1 },
    Account: {
      ...everything,
      exceptions: odd,
      members,
      invitations: odd,
      noticeTemplates: odd,
    },
    Service: {
      staff: odd,
      resources: even,
      exceptions: odd,
      bookings: even + 3 * spare,
      sessions: even,
      bookingLinks: odd,
    },
    StaffMember: {
      services: even,
      sessions: even,
      exceptions: odd,
      blocks: odd,
      busyTimes: odd,
      calendarFeeds: odd,
      calendarSources: odd,
      bookings: even,
    },
    Resource: {
      services: even,
      exceptions: odd,
      blocks: odd,
      calendarSources: odd,
      busyTimes: odd,
      bookings: even,
    },
    Customer: { bookings: even + odd, calendarFeeds: odd },
    Session: { bookings: odd, seatBlocks: odd },
    Series: { bookings: rows.Booking.length },
    // Of whoever asks: it reaches two accounts.
    ApiClient: { accounts: 2 },
    WebhookEndpoint: { deliveries: odd },
    CalendarSource: { writes: odd },
    Booking: { payments: odd, history: even, notices: odd - ofWaitlist(odd) },
    WaitlistEntry: { notices: ofWaitlist(odd) },
  }
  return Object.fromEntries(
    Object.entries(lists).flatMap(([parent, counts]) =>
      Object.entries(counts).map(([field, count]) => [`${parent}.${field}`, count]),
    ),
  )
}
