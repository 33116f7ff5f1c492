// From an entry of the waitlist to the mail about it: an offer with its end and the address at
// which it is accepted, or that the waiting has ended; or why there is none to send. Pure.

import {
  customerReason,
  hasChanged,
  noAddress,
  templateFor,
  type Composed,
  type Sending,
  type ToldCustomer,
} from './compose.ts'
import { instantText, renderNotice, whenText, type NoticeView } from './message.ts'
import type { WaitlistNotice } from './notice.ts'

type Stretch = { startsAt: Date; endsAt: Date }

/** Somebody who waits, or did, as notices tell of it. */
export type ToldEntry = {
  state: string
  fromAt: Date | null
  untilAt: Date | null
  service: { name: string }
  session: Stretch | null
  hold:
    | (Stretch & {
        state: string
        expiresAt: Date
        occupancies: { staff: { name: string } | null }[]
      })
    | null
  customer: ToldCustomer & { active: boolean }
  account: { name: string; timeZone: string; locale: string }
}

/** What the state has to be for a notice to be true still. */
const stateOf: Readonly<Record<WaitlistNotice, string>> = {
  WAITLIST_OFFER: 'OFFERED',
  WAITLIST_LEFT: 'LEFT',
  WAITLIST_EXPIRED: 'EXPIRED',
}

/** The mail of a notice to who waits; `url` is where its offer is accepted. */
export function composeWaiting(
  { id, kind }: { id: string; kind: WaitlistNotice },
  entry: ToldEntry,
  { at, from: address, templates }: Omit<Sending, 'manageUrl'>,
  url: string,
): Composed {
  const { customer, account, hold } = entry
  const ended = hold?.state !== 'LIVE' || hold.expiresAt.getTime() <= at
  if (entry.state !== stateOf[kind] || (kind === 'WAITLIST_OFFER' && ended)) return hasChanged
  const reason = customer.active ? customerReason(customer) : 'The customer is archived.'
  if (reason !== null || !customer.email) return { reason: reason ?? noAddress, isOver: false }
  const manner = {
    timeZone: customer.timeZone ?? account.timeZone,
    locale: customer.locale ?? account.locale,
  }
  const offer =
    kind === 'WAITLIST_OFFER' && hold ? { until: instantText(hold.expiresAt, manner), url } : null
  const words = templateFor(templates, kind, false, manner.locale)
  const rendered = renderNotice(words, viewOf(entry, manner, offer), manner.locale)
  const from = { name: account.name, address }
  return {
    mail: { id, at, from, to: { name: customer.name, address: customer.email }, ...rendered },
  }
}

function viewOf(
  entry: ToldEntry,
  manner: { timeZone: string; locale: string },
  offer: NoticeView['offer'],
): NoticeView {
  const { account, customer, service, hold, session, fromAt, untilAt } = entry
  const { startsAt: start, endsAt: end } = hold ?? session ?? { startsAt: fromAt, endsAt: untilAt }
  const when = start && end ? whenText(start, end, manner) : ''
  const staff = hold?.occupancies.find((each) => each.staff !== null)?.staff?.name ?? ''
  return {
    account: { name: account.name },
    recipient: { name: customer.name },
    customer: { name: customer.name },
    service: { name: service.name },
    when,
    bookings: [{ service: service.name, staff, when, number: '', reason: '', manageUrl: '' }],
    offer,
    more: 0,
  }
}
