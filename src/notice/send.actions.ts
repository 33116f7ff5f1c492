// The worker: takes notices that are due, writes their mails, sends them, and settles what came of
// it. A notice that a dead worker had taken is sent again when its lease runs out, as the same
// message.

import { systemViewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { newId } from '../db/id.ts'
import { poolReader, transactionReader } from '../db/reader.ts'
import { transaction } from '../db/transaction.ts'
import { createLoop, type Loop } from '../events/loop.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Notice, StaffMember } from '../generated/prisma/client.ts'
import { MailRefused, type Mailer } from '../outbound/mail.ts'
import { nextTry } from '../time/next-try.ts'
import { keepManageLinks, newManageLink, type ManageLink } from '../booking/manage-link.data.ts'
import { offerPath } from '../waitlist/offer-link.ts'
import { entriesOf, type OfferedEntry } from '../waitlist/waitlist.data.ts'
import {
  composeNotice,
  hasChanged,
  type Composed,
  type OwnTemplate,
  type ToldBooking,
} from './compose.ts'
import { composeDisabled, type ToldEndpoint } from './endpoint-mail.ts'
import {
  claimNotices,
  endpointsOf,
  settleNotice,
  subjectsOf,
  type Settlement,
  type Subject,
} from './notice.data.ts'
import { isOfBookings, isOfWaitlist } from './notice.ts'
import { composeWaiting } from './waitlist-mail.ts'

type Options = {
  services: Pick<Services, 'db' | 'clock' | 'log' | 'baseUrl' | 'sealer'>
  mailer: Mailer
  /** Where notices come from; left out, an address at the service's own name. */
  from?: string | undefined
  most?: number
  pollMs?: number
  leaseMs?: number
}

/** What a loss of contact with the mail server says, without what it says of our network. */
const notTaken = 'The mail server did not take it.'

export function createNoticeWorker(options: Options): Loop {
  const { services, most = 20, pollMs = 1_000, leaseMs = 60_000 } = options
  const { db, clock, log } = services
  const worker = newId()
  const send = sending(options)

  /** Sends what is due, some of it at once; true when there may be more. */
  const sendSome = async (): Promise<boolean> => {
    const now = clock.now()
    const claim = { worker, now, leasedUntil: now + leaseMs, most }
    const notices = await claimNotices(poolReader(db), claim)
    if (notices.length === 0) return false
    const { bookings, staff, templates } = await subjectsOf(db, notices)
    const ofUsers = notices.filter(({ endpointId }) => endpointId !== null)
    const endpoints = ofUsers.length > 0 ? await endpointsOf(poolReader(db), ofUsers) : new Map()
    const entries = await waitingOf(db, notices)
    const byId = new Map(bookings.map((booking) => [booking.id, booking]))
    const sendOne = async (notice: Notice) => {
      const settlement = await send({
        notice,
        who: notice.staffId === null ? null : (staff.get(notice.staffId) ?? null),
        told: notice.bookingIds.flatMap((id) => byId.get(id) ?? []),
        own: templates.filter(({ accountId }) => accountId === notice.accountId) as OwnTemplate[],
        endpoint: endpoints.get(notice.id) ?? null,
        entry: entries.get(notice.waitlistEntryId ?? '') ?? null,
      })
      const settled = await settle(services, worker, notice, settlement)
      if (!settled) log.warn({ noticeId: notice.id }, 'a notice took longer than its lease')
    }
    await Promise.all(notices.map(sendOne))
    return notices.length === most
  }

  return createLoop({
    work: sendSome,
    onFault: (error) => log.warn({ err: error }, 'could not look for notices; trying again'),
    pollMs,
    shortestPauseMs: 25,
  })
}

/** The entries of the waitlist that notices tell of, by id. */
async function waitingOf(
  db: Services['db'],
  notices: readonly Notice[],
): Promise<Map<string, OfferedEntry>> {
  const keys = notices.flatMap(({ accountId, waitlistEntryId: id }) =>
    id === null ? [] : [{ accountId, id }],
  )
  if (keys.length === 0) return new Map()
  return new Map((await entriesOf(db, keys)).map((entry) => [entry.id, entry]))
}

type Taken = {
  notice: Notice
  who: StaffMember | null
  told: Subject[]
  own: OwnTemplate[]
  endpoint: ToldEndpoint | null
  entry: OfferedEntry | null
}

/** Addresses that are told and have to be known then. */
type Made = (ManageLink & { booking: ToldBooking })[]

/** Sends a notice, or finds why there is none to send; says what is to be written down. */
function sending({ services, mailer, from }: Options): (taken: Taken) => Promise<Settlement> {
  const { db, clock, log, baseUrl, sealer } = services
  const urlOf = ({ accountId, holdId: id }: OfferedEntry) =>
    id === null ? '' : baseUrl() + offerPath(sealer, { accountId, id })
  const address = () => from ?? `no-reply@${new URL(baseUrl()).hostname}`
  const compose = (taken: Taken, made: Made): Composed => {
    const { notice, who, told, own: templates, endpoint, entry } = taken
    const { id, kind } = notice
    const manageUrl = (booking: ToldBooking) => {
      const link = newManageLink(baseUrl())
      made.push({ ...link, booking })
      return link.url
    }
    const manner = { at: clock.now(), from: address(), templates, manageUrl }
    if (isOfWaitlist(kind)) {
      return entry ? composeWaiting({ id, kind }, entry, manner, urlOf(entry)) : hasChanged
    }
    if (!isOfBookings(kind)) return composeDisabled(id, endpoint, manner)
    const bookings = told.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
    return composeNotice({ id, kind, staff: who }, bookings, manner)
  }
  return async (taken) => {
    const { notice } = taken
    const { id, attempts } = notice
    const at = clock.now()
    try {
      const made: Made = []
      const composed = compose(taken, made)
      if (!('mail' in composed)) {
        const { reason, isOver } = composed
        return { state: isOver ? 'CANCELLED' : 'SKIPPED', nextAttemptAt: null, reason }
      }
      await keepManageLinks(db.prisma, made, at)
      await mailer.send(composed.mail)
      const { subject, to } = composed.mail
      return { state: 'SENT', nextAttemptAt: null, address: to.address, subject, reason: null }
    } catch (error) {
      // What a server says of a message may name whom it is for.
      const { code, responseCode } = error as { code?: string; responseCode?: number }
      log.warn({ code, responseCode, noticeId: id }, 'a notice could not be sent')
      const isForGood = error instanceof MailRefused
      const again = isForGood ? null : nextTry(at, attempts)
      const reason = isForGood ? 'The mail server refused the message.' : notTaken
      return { state: again === null ? 'FAILED' : 'WAITING', nextAttemptAt: again, reason }
    }
  }
}

/** Writes down what became of a try, with its event; false when the lease was lost. */
function settle(
  services: Options['services'],
  worker: string,
  notice: Notice,
  settlement: Settlement,
): Promise<boolean> {
  const { db, clock } = services
  return transaction(db, async (tx) => {
    const tried = transactionReader(tx)
    if (!(await settleNotice(tried, worker, notice, settlement, clock.now()))) return false
    await appendEvents(tx, { ...services, viewer: systemViewer([]) }, told(notice, settlement))
    return true
  })
}

const types = { SENT: 'notice.sent', SKIPPED: 'notice.skipped', FAILED: 'notice.failed' } as const

/** What a try means to others: that it was sent, or had nobody to go to, or was given up. */
function told(notice: Notice, { state: to, reason }: Settlement) {
  if (to !== 'SENT' && to !== 'SKIPPED' && to !== 'FAILED') return []
  const { accountId, id, bookingId, state: from } = notice
  const event = {
    type: types[to],
    accountId,
    subjectType: 'Notice' as const,
    subjectId: id,
    subjectVersion: 1,
    about: { ...(bookingId !== null && { bookingId }) },
    changes: [
      { field: 'state', from, to },
      ...(to === 'SKIPPED' ? [{ field: 'reason', from: null, to: reason }] : []),
    ],
  }
  return [event]
}
