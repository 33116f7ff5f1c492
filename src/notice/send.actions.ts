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
import type { Notice } from '../generated/prisma/client.ts'
import { MailRefused, type Mailer } from '../outbound/mail.ts'
import { keepManageLinks, newManageLink, type ManageLink } from '../booking/manage-link.data.ts'
import { composeNotice, type OwnTemplate, type ToldBooking } from './compose.ts'
import { composeDisabled, type ToldEndpoint } from './endpoint-mail.ts'
import {
  claimNotices,
  endpointsOf,
  settleNotice,
  subjectsOf,
  type Settlement,
  type Subject,
} from './notice.data.ts'
import { isOfBookings, nextTry } from './notice.ts'

type Options = {
  services: Pick<Services, 'db' | 'clock' | 'log' | 'baseUrl'>
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
    const byId = new Map(bookings.map((booking) => [booking.id, booking]))
    const sendOne = async (notice: Notice) => {
      const settlement = await send({
        notice,
        who: notice.staffId === null ? null : (staff.get(notice.staffId) ?? null),
        told: notice.bookingIds.flatMap((id) => byId.get(id) ?? []),
        own: templates.filter(
          ({ accountId, kind }) => accountId === notice.accountId && isOfBookings(kind),
        ) as OwnTemplate[],
        endpoint: endpoints.get(notice.id) ?? null,
      })
      const settled = await settle(services, worker, notice, settlement)
      if (!settled) log.warn({ noticeId: notice.id }, 'a notice took longer than its lease')
    }
    await Promise.all(notices.map(sendOne))
    return notices.length === most
  }

  return createLoop({
    work: async () => {
      while (await sendSome());
    },
    onFault: (error) => log.warn({ err: error }, 'could not look for notices; trying again'),
    pollMs,
    shortestPauseMs: 25,
  })
}

type Taken = {
  notice: Notice
  who: { name: string; email: string | null; timeZone: string | null } | null
  told: Subject[]
  own: OwnTemplate[]
  endpoint: ToldEndpoint | null
}

/** Sends a notice, or finds why there is none to send; says what is to be written down. */
function sending({ services, mailer, from }: Options): (taken: Taken) => Promise<Settlement> {
  const { db, clock, log, baseUrl } = services
  const address = () => from ?? `no-reply@${new URL(baseUrl()).hostname}`
  return async ({ notice, who, told: unsorted, own: templates, endpoint }) => {
    const { id, kind, attempts } = notice
    const at = clock.now()
    try {
      const bookings = unsorted.toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
      const made: (ManageLink & { booking: ToldBooking })[] = []
      const manageUrl = (booking: ToldBooking) => {
        const link = newManageLink(baseUrl())
        made.push({ ...link, booking })
        return link.url
      }
      const manner = { at, from: address(), templates, manageUrl }
      const composed = isOfBookings(kind)
        ? composeNotice({ id, kind, staff: who }, bookings, manner)
        : composeDisabled(id, endpoint, manner)
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

/** What a try means to others: that it was sent, or that it was given up. */
function told({ accountId, id, bookingId, state: from }: Notice, { state: to }: Settlement) {
  if (to !== 'SENT' && to !== 'FAILED') return []
  const event = {
    type: to === 'SENT' ? 'notice.sent' : 'notice.failed',
    accountId,
    subjectType: 'Notice' as const,
    subjectId: id,
    subjectVersion: 1,
    about: { ...(bookingId !== null && { bookingId }) },
    changes: [{ field: 'state', from, to }],
  }
  return [event]
}
