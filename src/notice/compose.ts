// From bookings to the mail about them: to whom, in which zone and language, with which words and
// calendar file; or why there is none to send. Pure.

import { entryUid } from '../calendar/feed-entries.ts'
import { calendarText, type CalendarEntry } from '../calendar/ics.ts'
import type { Mail } from '../outbound/mail.ts'
import {
  mostListed,
  renderNotice,
  usualTemplate,
  whenText,
  type NoticeView,
  type Template,
} from './message.ts'
import type { BookingNotice, NoticeKind } from './notice.ts'
import { languageOf } from './words.ts'

type Person = { name: string; email: string | null; timeZone: string | null }

export type ToldCustomer = Person & {
  locale: string | null
  wantsNotices: boolean
  erasedAt: Date | null
}

/** A booking as notices tell of it. */
export type ToldBooking = {
  id: string
  number: string
  linkId: string | null
  accountId: string
  version: number
  status: string
  startsAt: Date
  endsAt: Date
  timeZone: string
  cancelReason: string | null
  service: { name: string }
  staff: (Person & { active: boolean }) | null
  customer: ToldCustomer
  account: { name: string; timeZone: string; locale: string; mailsManageLinks: boolean }
}

export type ToldNotice = {
  id: string
  kind: BookingNotice
  /** Who does the booking and is told; null when the customer is. */
  staff: (Person & { active: boolean }) | null
}

export type OwnTemplate = Template & { kind: NoticeKind; toStaff: boolean; language: string }

export type Sending = {
  at: number
  from: string
  templates: readonly OwnTemplate[]
  /** An address at which the customer manages this booking. */
  manageUrl: (booking: ToldBooking) => string
}

type ManageUrls = ReadonlyMap<string, string>

/** Of what came through a booking link, or of all, the customer is told where to manage it. */
const managed: readonly NoticeKind[] = ['CONFIRMATION', 'REQUEST', 'CHANGE', 'REMINDER']

export function manageUrls(
  { kind, staff }: { kind: NoticeKind; staff: Person | null },
  bookings: readonly ToldBooking[],
  { manageUrl }: Pick<Sending, 'manageUrl'>,
): ManageUrls {
  if (staff || !managed.includes(kind)) return new Map()
  const own = bookings
    .slice(0, mostListed)
    .filter(({ linkId, account }) => linkId !== null || account.mailsManageLinks)
  return new Map(own.map((booking) => [booking.id, manageUrl(booking)]))
}

export type Composed =
  | { mail: Mail }
  /** `isOver`: what it was about has changed, so nobody misses it. */
  | { reason: string; isOver: boolean }

/** There is nothing to say any more. */
export const hasChanged: Composed = { reason: 'What it was about has changed.', isOver: true }

/** What the status has to be for a notice to be true still. */
const statusesOf: Readonly<Record<BookingNotice, readonly string[]>> = {
  CONFIRMATION: ['CONFIRMED'],
  REQUEST: ['PENDING'],
  REVIEW: ['PENDING'],
  CHANGE: ['CONFIRMED', 'PENDING'],
  DECLINED: ['DECLINED'],
  CANCELLATION: ['CANCELLED'],
  REMINDER: ['CONFIRMED'],
  THANKS: ['CONFIRMED', 'COMPLETED'],
}

/** The mail of a notice. `bookings` are soonest first, as they are now. */
export function composeNotice(
  notice: ToldNotice,
  bookings: readonly ToldBooking[],
  sending: Sending,
): Composed {
  const { kind, staff } = notice
  const told = bookings.filter(({ status }) => statusesOf[kind].includes(status))
  const [first] = told
  if (!first) return hasChanged
  if (kind === 'REMINDER' && first.startsAt.getTime() <= sending.at) {
    return { reason: 'It was to be sent before the start.', isOver: true }
  }
  const { customer, account } = first
  const recipient = staff ?? customer
  const { email } = recipient
  const reason = staff ? staffReason(staff) : customerReason(customer)
  if (reason !== null || !email) return { reason: reason ?? noAddress, isOver: false }
  const manner = mannerOf(first, staff)
  const urls = manageUrls(notice, told, sending)
  const rendered = renderNotice(
    templateFor(sending.templates, kind, staff !== null, manner.locale),
    viewOf(told, recipient, manner, urls),
    manner.locale,
  )
  const from = { name: account.name, address: sending.from }
  const to = { name: recipient.name, address: email }
  const calendar = calendarOf(notice, told, { from, to, at: sending.at, urls, ...manner })
  const { id } = notice
  return { mail: { id, at: sending.at, from, to, ...rendered, ...(calendar && { calendar }) } }
}

export const noAddress = 'No e-mail address is known.'

function staffReason({ active }: { active: boolean }): string | null {
  return active ? null : 'The staff member is archived.'
}

/** Why a customer is not to be sent mails; null when they are. */
export function customerReason({
  erasedAt,
  wantsNotices,
}: Pick<ToldCustomer, 'erasedAt' | 'wantsNotices'>): string | null {
  if (erasedAt) return 'The person was erased.'
  return wantsNotices ? null : 'The customer wants no notices.'
}

export type Manner = { timeZone: string; locale: string }

/** The customer's own zone and language, else those of the booking and of the account. */
export function mannerOf(
  { customer, account, timeZone }: ToldBooking,
  staff: Person | null,
): Manner {
  if (staff) return { timeZone: staff.timeZone ?? account.timeZone, locale: account.locale }
  return { timeZone: customer.timeZone ?? timeZone, locale: customer.locale ?? account.locale }
}

/** The account's own words in this language, else its words in any, else the gateway's. */
export function templateFor(
  templates: readonly OwnTemplate[],
  kind: NoticeKind,
  toStaff: boolean,
  locale: string,
): Template {
  const own = templates.filter((each) => each.kind === kind && each.toStaff === toStaff)
  const language = languageOf(locale)
  return (
    own.find((each) => each.language === language) ??
    own.find((each) => each.language === '') ??
    usualTemplate(kind, toStaff, locale)
  )
}

export function viewOf(
  bookings: readonly ToldBooking[],
  recipient: { name: string },
  manner: Manner,
  urls: ManageUrls = new Map(),
): NoticeView {
  const lines = bookings.slice(0, mostListed).map((booking) => ({
    service: booking.service.name,
    staff: booking.staff?.name ?? '',
    when: whenText(booking.startsAt, booking.endsAt, manner),
    number: booking.number,
    reason: booking.cancelReason ?? '',
    manageUrl: urls.get(booking.id) ?? '',
  }))
  const [first] = bookings
  return {
    account: { name: first?.account.name ?? '' },
    recipient: { name: recipient.name },
    customer: { name: first?.customer.name ?? '' },
    service: { name: first?.service.name ?? '' },
    when: lines[0]?.when ?? '',
    bookings: lines,
    offer: null,
    more: Math.max(0, bookings.length - mostListed),
  }
}

type Sent = Manner & { from: Mail['from']; to: Mail['to']; at: number; urls: ManageUrls }

const uncalendared: readonly BookingNotice[] = ['REQUEST', 'REVIEW', 'DECLINED', 'THANKS']

/** What a calendar makes of it; nothing where it would learn nothing new. */
function calendarOf(
  { kind }: ToldNotice,
  bookings: readonly ToldBooking[],
  { timeZone, from, to, at, urls }: Sent,
): Mail['calendar'] | null {
  if (uncalendared.includes(kind)) return null
  const method = kind === 'CANCELLATION' ? 'CANCEL' : 'REQUEST'
  const entries = bookings.map((booking) => entryOf(booking, { from, to, at, urls }))
  return { method, content: calendarText({ method, timeZone, entries }) }
}

function entryOf(
  booking: ToldBooking,
  { from, to, at, urls }: Omit<Sent, keyof Manner>,
): CalendarEntry {
  const url = urls.get(booking.id)
  const { account, service, staff, number, status } = booking
  return {
    uid: entryUid(booking.id),
    sequence: booking.version,
    startsAt: booking.startsAt.getTime(),
    endsAt: booking.endsAt.getTime(),
    stampedAt: at,
    status: status === 'CANCELLED' ? 'CANCELLED' : status === 'PENDING' ? 'TENTATIVE' : 'CONFIRMED',
    summary: `${service.name}, ${account.name}`,
    description: [number, staff?.name, url].filter(Boolean).join('\n'),
    ...(url && { url }),
    location: account.name,
    organizer: { name: from.name, email: from.address },
    attendee: { name: to.name, email: to.address },
  }
}
