// What can be done to calendar feeds: create, revoke. A feed shows no more than whoever makes it
// may see, and goes on no longer than the credential that made it. Its secret leaves here once.

import { demandLasting, personBehind } from '../access/lasting.actions.ts'
import { demandHeld, recorded } from '../access/overreach.actions.ts'
import type { Issued } from '../auth/credential.data.ts'
import type { Scope } from '../auth/scope.ts'
import { newFeedSecret } from '../auth/secret.ts'
import { demand, may } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keptRows, lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { CalendarFeed } from '../generated/prisma/client.ts'
import { feedIssues, feedLimits, usualScopes, type FeedModel, type FeedTerms } from './feed.ts'

/** `path` is the input field that named it. */
export type FeedOwner = Key & { model: FeedModel; path: string }

export type NewFeed = Omit<FeedTerms, 'scopes'> & {
  /** Null: the usual ones, as far as whoever makes it holds them. */
  scopes: readonly string[] | null
}

const told = ['name', 'staffId', 'customerId', 'scopes', 'pastDays', 'expiresAt'] as const

/**
 * Needs calendars:write, and every scope that the feed gets. Refuses NOT_FOUND (whose it is),
 * VALIDATION_FAILED, LIMIT_REACHED, IDEMPOTENCY_CONFLICT. Said again it gives the feed without its
 * secret.
 */
export async function createCalendarFeed(
  ctx: ActionContext,
  owner: FeedOwner,
  input: NewFeed,
  idempotencyKey?: string | null,
): Promise<Issued<CalendarFeed>> {
  const { accountId, model } = owner
  demand(ctx.viewer, accountId, ['calendars:write'], model, owner.path)
  const createdById = personBehind(ctx)
  const held = usualScopes.filter((scope) => may(ctx.viewer, accountId, [scope]))
  const terms = { ...input, scopes: input.scopes ?? held }
  invalidAll(feedIssues(model, terms, ctx.clock.now()))
  const tried = { accountId, action: 'feed.created', subjectType: 'CalendarFeed' }
  const given = { ...input, [owner.path]: owner.id }
  const once = { accountId, key: idempotencyKey, operation: 'createCalendarFeed', input: given }
  return recorded(ctx, () => {
    demandHeld(ctx, terms.scopes as Scope[], tried, 'scopes')
    return transaction(ctx.db, async (tx) => {
      await demandLasting(tx, ctx, terms.expiresAt, tried)
      let secret: string | null = null
      const add = async () => {
        const issued = newFeedSecret()
        secret = issued.text
        const row = await insert(tx, ctx, owner, { ...terms, createdById, secretHash: issued.hash })
        await tell(tx, ctx, 'feed.created', row, changesBetween(null, row, told))
        return row
      }
      const row = await idempotent(tx, ctx, once, add, (key) => feedAt(tx, key))
      return { row, secret }
    })
  })
}

/** Needs calendars:write. Its address is dead at once. Twice is once. Refuses NOT_FOUND. */
export async function revokeCalendarFeed(ctx: ActionContext, key: Key): Promise<CalendarFeed> {
  demand(ctx.viewer, key.accountId, ['calendars:write'], 'CalendarFeed', 'id')
  return transaction(ctx.db, async (tx) => {
    await lockRow(tx, 'CalendarFeed', key)
    const before = await feedAt(tx, key)
    if (!before) throw notFound('CalendarFeed', 'id')
    if (before.revokedAt) return before
    const { accountId, id } = key
    const row = await tx.calendarFeed.update({
      where: { accountId_id: { accountId, id } },
      data: { revokedAt: new Date(ctx.clock.now()) },
    })
    await tell(tx, ctx, 'feed.revoked', row, changesBetween(before, row, ['revokedAt']))
    return row
  })
}

type Insert = FeedTerms & { createdById: string; secretHash: Uint8Array<ArrayBuffer> }

async function insert(
  tx: Transaction,
  ctx: ActionContext,
  owner: FeedOwner,
  { scopes, ...terms }: Insert,
): Promise<CalendarFeed> {
  const { accountId, id, model, path } = owner
  await demandOwner(tx, owner)
  const createdAt = new Date(ctx.clock.now())
  // Those who add at once count one another.
  await lockRow(tx, 'Account', { accountId, id: accountId })
  const OR = [{ expiresAt: null }, { expiresAt: { gt: createdAt } }]
  const live = await tx.calendarFeed.count({ where: { accountId, revokedAt: null, OR } })
  if (live >= feedLimits.feeds) {
    const message = `An account has at most ${feedLimits.feeds} calendar feeds: revoke some.`
    throw refused('LIMIT_REACHED', message, { path: [path] })
  }
  return tx.calendarFeed.create({
    data: {
      ...terms,
      accountId,
      id: newId(),
      staffId: model === 'StaffMember' ? id : null,
      customerId: model === 'Customer' ? id : null,
      scopes: [...scopes],
      createdAt,
    },
  })
}

type Gone = { erasedAt?: Date | null; mergedIntoId?: string | null }

/** A customer who was erased or merged has no bookings to show. */
async function demandOwner(tx: Transaction, { accountId, id, model, path }: FeedOwner) {
  if (model === 'Account') return
  const [row] = await keptRows<Gone>(tx, model, accountId, [id])
  if (!row || row.erasedAt || row.mergedIntoId) throw notFound(model, path)
}

const feedAt = (tx: Transaction, { accountId, id }: Key) =>
  tx.calendarFeed.findUnique({ where: { accountId_id: { accountId, id } } })

async function tell(
  tx: Transaction,
  ctx: ActionContext,
  type: string,
  { accountId, id, staffId, customerId }: CalendarFeed,
  changes: Change[],
): Promise<void> {
  await appendEvents(tx, ctx, [
    {
      type,
      accountId,
      subjectType: 'CalendarFeed',
      subjectId: id,
      subjectVersion: 1,
      about: { ...(staffId && { staffIds: [staffId] }), ...(customerId && { customerId }) },
      changes,
    },
  ])
}
