// What can be done to notices: send one again that was given up; keep, change and remove an
// account's own words; show a notice beforehand.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import type { Notice, NoticeTemplate } from '../generated/prisma/client.ts'
import { mannerOf, manageUrls, templateFor, viewOf, type OwnTemplate } from './compose.ts'
import {
  instantText,
  renderNotice,
  templateIssues,
  type Rendered,
  type Template,
} from './message.ts'
import { againNotice, subjectAt } from './notice.data.ts'
import { noticeKinds, type NoticeKind } from './notice.ts'
import { MINUTE } from '../time/instant.ts'
import { languageOf } from './words.ts'

/** Needs bookings:write. Refuses NOT_FOUND, and ILLEGAL_TRANSITION unless it was given up. */
export async function retryNotice(ctx: ActionContext, key: Key): Promise<Notice> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Notice', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await tx.notice.findUnique({ where: { accountId_id: { accountId, id } } })
    if (!before) throw notFound('Notice', 'id')
    const notice = await againNotice(transactionReader(tx), key, ctx.clock.now())
    if (!notice) {
      const sentence = `The notice is ${before.state}; only one that is FAILED or SKIPPED is sent again.`
      throw refused('ILLEGAL_TRANSITION', sentence, {
        path: ['id'],
        from: before.state,
        to: 'WAITING',
      })
    }
    await appendAudit(tx, ctx, [
      {
        accountId,
        action: 'notice.retried',
        subjectType: 'Notice',
        subjectId: id,
        changes: [{ field: 'state', from: before.state, to: 'WAITING' }],
      },
    ])
    return notice
  })
}

export type NewTemplate = Template & { kind: NoticeKind; toStaff: boolean; language: string }

const told = ['subject', 'text', 'html'] as const
/** Most templates of one account: every kind for either side, in eight languages. */
const most = 8 * 2 * noticeKinds.length

/**
 * Makes the words for a kind, in a language, or replaces them. Needs accounts:write. Refuses
 * VALIDATION_FAILED, VERSION_CONFLICT, LIMIT_REACHED.
 */
export async function setNoticeTemplate(
  ctx: ActionContext,
  accountId: string,
  input: NewTemplate,
  expectedVersion?: number | null,
): Promise<NoticeTemplate> {
  demand(ctx.viewer, accountId, ['accounts:write'], 'Account', 'accountId')
  const { kind, toStaff, subject, text, html } = input
  const language = languageOf(input.language)
  if (language !== '' && !/^[a-z]{2,3}$/.test(language)) {
    throw invalid(['language'], `"${input.language}" is not a language tag such as "en".`)
  }
  invalidAll(templateIssues(input))
  const now = new Date(ctx.clock.now())
  return transaction(ctx.db, async (tx) => {
    await lockRow(tx, 'Account', { accountId, id: accountId })
    const where = { accountId, kind, toStaff, language }
    const before = await tx.noticeTemplate.findUnique({
      where: { accountId_kind_toStaff_language: where },
    })
    checkVersion('Template', before?.version ?? 0, expectedVersion)
    const terms = { subject, text, html }
    if (before && changesBetween(before, terms, told).length === 0) return before
    if (!before) await demandRoom(tx, accountId)
    const after = before
      ? await tx.noticeTemplate.update({
          where: { accountId_id: { accountId, id: before.id } },
          data: { ...terms, version: { increment: 1 }, updatedAt: now },
        })
      : await tx.noticeTemplate.create({
          data: { ...where, ...terms, id: newId(), createdAt: now, updatedAt: now },
        })
    await audit(tx, ctx, 'notice_template.set', after, before)
    return after
  })
}

/** Back to the usual words. Needs accounts:write. Refuses NOT_FOUND. */
export async function deleteNoticeTemplate(ctx: ActionContext, key: Key): Promise<NoticeTemplate> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['accounts:write'], 'NoticeTemplate', 'id')
  return transaction(ctx.db, async (tx) => {
    const where = { accountId_id: { accountId, id } }
    const before = await tx.noticeTemplate.findUnique({ where })
    if (!before) throw notFound('NoticeTemplate', 'id')
    await tx.noticeTemplate.delete({ where })
    await audit(tx, ctx, 'notice_template.deleted', before, before)
    return before
  })
}

async function demandRoom(tx: Transaction, accountId: string): Promise<void> {
  if ((await tx.noticeTemplate.count({ where: { accountId } })) < most) return
  throw refused('LIMIT_REACHED', `An account has at most ${most} templates.`)
}

async function audit(
  tx: Transaction,
  ctx: ActionContext,
  action: string,
  row: NoticeTemplate,
  before: NoticeTemplate | null,
): Promise<void> {
  const { accountId, id } = row
  const changes = changesBetween(before, row, told)
  await appendAudit(tx, ctx, [
    { accountId, action, subjectType: 'NoticeTemplate', subjectId: id, changes },
  ])
}

const sampleUrl = 'https://example.com/manage/…'

/** Where no staff member does the booking. */
const nobody = { name: '', email: null, timeZone: null }

export type Preview = {
  kind: NoticeKind
  toStaff: boolean
  template: Template | null
}

/**
 * What a notice about a booking would say, in the words given or in those that would be used. Sends
 * nothing. Needs bookings:read and customers:read. Refuses NOT_FOUND, VALIDATION_FAILED.
 */
export async function previewNotice(
  ctx: ActionContext & { baseUrl: () => string },
  key: Key,
  { kind, toStaff, template }: Preview,
): Promise<Rendered> {
  const { accountId } = key
  demand(ctx.viewer, accountId, ['bookings:read', 'customers:read'], 'Booking', 'bookingId')
  if (template) invalidAll(templateIssues(template))
  const booking = await subjectAt(ctx.db, key)
  if (!booking) throw notFound('Booking', 'bookingId')
  const { customer, account } = booking
  const staff = toStaff ? (booking.staff ?? nobody) : null
  const { timeZone, locale } = mannerOf(booking, staff)
  const own = await ctx.db.prisma.noticeTemplate.findMany({ where: { accountId, kind, toStaff } })
  const words = template ?? templateFor(own as OwnTemplate[], kind, toStaff, locale)
  // Nothing is given away by looking: addresses are none.
  const urls = manageUrls({ kind, staff }, [booking], { manageUrl: () => sampleUrl })
  const view = viewOf([booking], staff ?? customer, { timeZone, locale }, urls)
  if (kind !== 'WAITLIST_OFFER') return renderNotice(words, view, locale)
  // As if its time were offered now.
  const until = new Date(ctx.clock.now() + account.waitlistOfferMinutes * MINUTE)
  const offer = { until: instantText(until, { timeZone, locale }), url: sampleUrl }
  return renderNotice(words, { ...view, offer }, locale)
}
