// Holds: a slot or seats kept for somebody for some seconds, before there is a booking.

import { demandManager } from '../availability/as-manager.ts'
import { takePlace } from '../availability/place.data.ts'
import { takeSeats } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { newId, type Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, notFound } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Hold } from '../generated/prisma/client.ts'
import { wantedTime, type SlotChoice } from './slot-choice.ts'
import { endHold, holdEvent, lockLiveHold } from './hold.data.ts'

/** Longest life of a hold, in seconds. */
export const maxHoldSeconds = 900

type HoldWish = SlotChoice & {
  partySize: number
  linkId?: string | null
  /** A hash of whom it is kept for. */
  visitor?: Buffer<ArrayBuffer> | null
}

type Keeping = HoldWish & {
  /** 1 to 900; null takes the account's own. */
  ttlSeconds: number | null
  /** A hold that is given up for this one, in the same step. */
  replaces: string | null
}

export type NewHold = Keeping & {
  idempotencyKey: string | null
}

/**
 * Keeps a slot or seats. Needs bookings:write; as a manager also availability:write. Refuses as a
 * booking would, and HOLD_EXPIRED for a hold to replace that is gone.
 */
export async function placeHold(ctx: ActionContext, input: NewHold): Promise<Hold> {
  const { accountId } = input.service
  demand(ctx.viewer, accountId, ['bookings:write'], 'Service', 'serviceId')
  demandManager(ctx.viewer, accountId, input.asManager)
  const ttl = input.ttlSeconds
  if (ttl !== null && (ttl < 1 || ttl > maxHoldSeconds)) {
    throw invalid(['ttlSeconds'], `${ttl} is not between 1 and ${maxHoldSeconds}.`)
  }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: input.idempotencyKey, operation: 'placeHold', input },
      () => keep(tx, ctx, input),
      (key) => tx.hold.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

/** Keeps a slot or seats in place of another hold; the caller checked the rights. */
export async function keep(tx: Transaction, ctx: ActionContext, input: Keeping): Promise<Hold> {
  const { accountId } = input.service
  if (input.replaces) {
    const replaced = await lockLiveHold(tx, ctx, { accountId, id: input.replaces }, 'replaces')
    await appendEvents(tx, ctx, [await endHold(tx, replaced, 'RELEASED')])
  }
  const account = await tx.account.findUniqueOrThrow({ where: { id: accountId } })
  const seconds = input.ttlSeconds ?? account.holdSeconds
  return keepUntil(tx, ctx, input, new Date(ctx.clock.now() + seconds * 1000))
}

/** Keeps a slot or seats for as long as the caller decides, who checked the rights. */
export async function keepUntil(
  tx: Transaction,
  ctx: ActionContext,
  input: HoldWish & { customerId?: string },
  expiresAt: Date,
): Promise<Hold> {
  const { accountId } = input.service
  const id = newId()
  const taken = await take(tx, ctx, input, { kind: 'HOLD', id, expiresAt })
  const hold = await tx.hold.create({
    data: {
      ...taken,
      accountId,
      id,
      serviceId: input.service.id,
      partySize: input.partySize,
      customerId: input.customerId ?? null,
      linkId: input.linkId ?? null,
      visitor: input.visitor ?? null,
      expiresAt,
      createdAt: new Date(ctx.clock.now()),
    },
  })
  await appendEvents(tx, ctx, [holdEvent('hold.placed', hold)])
  return hold
}

async function take(
  tx: Transaction,
  ctx: ActionContext,
  input: HoldWish,
  owner: { kind: 'HOLD'; id: string; expiresAt: Date },
) {
  const wanted = wantedTime(input)
  if (wanted.kind === 'SESSION') {
    const session = { accountId: input.service.accountId, id: wanted.sessionId }
    const { partySize, asManager = false } = input
    const seats = await takeSeats(tx, ctx, { session, partySize, asManager }, 'HELD')
    if (seats.session.serviceId !== input.service.id) throw notFound('Session', 'sessionId')
    const { startsAt, endsAt } = seats.session
    return { sessionId: session.id, startsAt, endsAt }
  }
  const place = await takePlace(tx, ctx, { ...wanted.place, partySize: input.partySize }, owner)
  return { startsAt: new Date(place.startsAt), endsAt: new Date(place.endsAt) }
}

/** Gives a hold up. Needs bookings:write. Refuses NOT_FOUND and HOLD_EXPIRED. */
export async function releaseHold(ctx: ActionContext, key: Key): Promise<Hold> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'Hold', 'id')
  return transaction(ctx.db, async (tx) => {
    const hold = await lockLiveHold(tx, ctx, key, 'id')
    await appendEvents(tx, ctx, [await endHold(tx, hold, 'RELEASED')])
    return { ...hold, state: 'RELEASED' as const }
  })
}

const sweepSize = 100

/**
 * Ends holds that have run out and tells of it; returns how many. Nothing depends on when it runs.
 */
export async function expireHolds(ctx: ActionContext): Promise<number> {
  const over = await ctx.db.prisma.hold.findMany({
    where: { state: 'LIVE', expiresAt: { lte: new Date(ctx.clock.now()) } },
    orderBy: { expiresAt: 'asc' },
    take: sweepSize,
  })
  for (const { accountId, id, sessionId } of over) {
    await transaction(ctx.db, async (tx) => {
      if (sessionId) {
        await lockRow(tx, 'Session', { accountId, id: sessionId })
      }
      await lockRow(tx, 'Hold', { accountId, id })
      const hold = await tx.hold.findUnique({ where: { accountId_id: { accountId, id } } })
      if (hold?.state !== 'LIVE') return
      await appendEvents(tx, ctx, [await endHold(tx, hold, 'EXPIRED')])
    })
  }
  return over.length
}
