// What can be done to booking links: create, update, archive. Each change and its event are one
// transaction; a stale expectedVersion changes nothing.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { BookingLink } from '../generated/prisma/client.ts'
import { readTerms, termsRow, writePool } from './link-terms.data.ts'
import { linkIssues, type LinkTerms } from './link-terms.ts'

export type NewLink = Pick<LinkTerms, 'slug' | 'title' | 'serviceIds'> & Partial<LinkTerms>
export type LinkChange = Partial<LinkTerms> & { active?: boolean }

const fields = [
  'slug',
  'title',
  'distribution',
  'visitorsChooseStaff',
  'serviceIds',
  'staffIds',
  'questions',
  'routing',
  'hours',
  'bookableFromOn',
  'bookableUntilOn',
  'minNoticeMinutes',
  'maxAdvanceDays',
  'expiresAt',
  'maxBookings',
  'active',
] as const

const defaults = {
  distribution: 'ROUND_ROBIN',
  visitorsChooseStaff: false,
  staffIds: [],
  questions: [],
  routing: [],
  hours: [],
  bookableFromOn: null,
  bookableUntilOn: null,
  minNoticeMinutes: 0,
  maxAdvanceDays: null,
  expiresAt: null,
  maxBookings: null,
} satisfies Partial<LinkTerms>

/** Needs services:write. Refuses VALIDATION_FAILED, NOT_FOUND, IN_USE, IDEMPOTENCY_CONFLICT. */
export async function createBookingLink(
  ctx: ActionContext,
  accountId: string,
  input: NewLink,
  idempotencyKey?: string | null,
): Promise<BookingLink> {
  demand(ctx.viewer, accountId, ['services:write'], 'Account', 'accountId')
  const terms: LinkTerms = { ...defaults, ...input }
  invalidAll(linkIssues(terms))
  const once = { accountId, key: idempotencyKey, operation: 'createBookingLink', input }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      once,
      () => addLink(tx, ctx, accountId, terms),
      (key) => tx.bookingLink.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function addLink(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  terms: LinkTerms,
): Promise<BookingLink> {
  await demandParts(tx, accountId, terms)
  await demandSlug(tx, accountId, terms.slug, null)
  const now = new Date(ctx.clock.now())
  const key = { accountId, id: newId() }
  const link = await tx.bookingLink.create({
    data: { ...termsRow(terms), ...key, createdAt: now, updatedAt: now },
  })
  await writePool(tx, key, terms)
  const changes = changesBetween(null, { ...terms, active: true }, fields)
  await appendEvents(tx, ctx, [eventOf('link.created', link, changes)])
  return link
}

/** Needs services:write. Refuses NOT_FOUND, VALIDATION_FAILED, IN_USE, VERSION_CONFLICT. */
export async function updateBookingLink(
  ctx: ActionContext,
  key: Key,
  { active, ...input }: LinkChange,
  expectedVersion?: number | null,
): Promise<BookingLink> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'BookingLink', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockLink(tx, key)
    checkVersion('The booking link', before.version, expectedVersion)
    const was = await readTerms(tx, before)
    const terms: LinkTerms = { ...was, ...input }
    invalidAll(linkIssues(terms))
    await demandParts(tx, key.accountId, terms)
    if (terms.slug !== was.slug) await demandSlug(tx, key.accountId, terms.slug, key.id)
    const isActive = active ?? before.active
    const from = { ...was, active: before.active }
    const changes = changesBetween(from, { ...terms, active: isActive }, fields)
    if (changes.length === 0) return before
    const link = await tx.bookingLink.update({
      where: { accountId_id: key },
      data: {
        ...termsRow(terms),
        active: isActive,
        version: { increment: 1 },
        updatedAt: new Date(ctx.clock.now()),
      },
    })
    await writePool(tx, key, terms)
    await appendEvents(tx, ctx, [eventOf('link.updated', link, changes)])
    return link
  })
}

/** Closes a link; bookings made through it stay. Archiving twice changes nothing. */
export async function archiveBookingLink(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<BookingLink> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'BookingLink', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockLink(tx, key)
    checkVersion('The booking link', before.version, expectedVersion)
    if (!before.active) return before
    const link = await tx.bookingLink.update({
      where: { accountId_id: key },
      data: { active: false, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    const changes = changesBetween(before, link, ['active'])
    await appendEvents(tx, ctx, [eventOf('link.archived', link, changes)])
    return link
  })
}

async function lockLink(tx: Transaction, key: Key): Promise<BookingLink> {
  await lockRow(tx, 'BookingLink', key)
  const link = await tx.bookingLink.findUnique({ where: { accountId_id: key } })
  if (!link) throw notFound('BookingLink', 'id')
  return link
}

/** Refuses what is not there, of the link itself and of its rules. */
async function demandParts(tx: Transaction, accountId: string, terms: LinkTerms): Promise<void> {
  const services = [
    ...terms.serviceIds,
    ...terms.routing.flatMap(({ serviceId }) => serviceId ?? []),
  ]
  const staff = [...terms.staffIds, ...terms.routing.flatMap(({ staffIds }) => staffIds ?? [])]
  const wanted = { services: [...new Set(services)], staff: [...new Set(staff)] }
  const where = (ids: string[]) => ({ where: { accountId, active: true, id: { in: ids } } })
  if ((await tx.service.count(where(wanted.services))) < wanted.services.length) {
    throw notFound('Service', 'serviceIds')
  }
  if ((await tx.staffMember.count(where(wanted.staff))) < wanted.staff.length) {
    throw notFound('StaffMember', 'staffIds')
  }
}

async function demandSlug(
  tx: Transaction,
  accountId: string,
  slug: string,
  except: string | null,
): Promise<void> {
  const taken = await tx.bookingLink.findUnique({ where: { accountId_slug: { accountId, slug } } })
  if (!taken || taken.id === except) return
  const message = `The slug "${slug}" is that of another booking link. Take another one.`
  throw refused('IN_USE', message, { path: ['slug'] })
}

function eventOf(type: string, link: BookingLink, changes: Change[]) {
  return {
    type,
    accountId: link.accountId,
    subjectType: 'BookingLink' as const,
    subjectId: link.id,
    subjectVersion: link.version,
    about: { linkId: link.id, serviceId: link.serviceId },
    changes,
  }
}
