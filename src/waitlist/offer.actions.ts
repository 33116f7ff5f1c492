// What becomes of those who wait, done by the gateway itself: what is free is offered in the order
// of arrival, each by a hold of its own; an offer whose hold ended ends; time that is over ends the
// waiting. Each step is a transaction that looks again at the locked entry, so that it may be
// repeated, and done by several nodes at once, and nothing is offered twice.

import { loadOffers, type Offer } from '../availability/availability.data.ts'
import { systemViewer } from '../auth/viewer.ts'
import { keepUntil } from '../booking/hold.actions.ts'
import type { ActionContext } from '../context.ts'
import { isPassing } from '../db/failure.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { transaction } from '../db/transaction.ts'
import { Refused } from '../errors.ts'
import { failEntry } from './retry.actions.ts'
import { endOf, fits, offerUntil, stretchesOf } from './waitlist.ts'
import {
  endedOffers,
  lockEntry,
  lookedAfter,
  moveEntry,
  overdueEntries,
  waitingFor,
  type Waiting,
} from './waitlist.data.ts'

/** How often one entry is tried anew when others are faster. */
const mostTries = 3

/** What the gateway does by itself, in whatever account. */
export type Gateway = Pick<ActionContext, 'db' | 'clock' | 'log'>

/** Offers what is free of a service to those who wait for it; returns to how many. */
export async function offerService(gateway: Gateway, service: Key): Promise<number> {
  const ctx = gatewayIn(gateway, service.accountId)
  const read = poolReader(ctx.db)
  const waiting = await waitingFor(read, service, ctx.clock.now())
  const free = freeFor(ctx, service, waiting)
  const done: Waiting[] = []
  let offered = 0
  for (const entry of waiting) {
    const result = await trying(ctx, entry, () => lookAfter(ctx, entry, free))
    if (result === 'OFFERED') offered += 1
    if (result !== 'LOST' && result !== 'FAILED') done.push(entry)
  }
  await lookedAfter(read, done)
  return offered
}

/** LOST: something is free, but others were faster again and again. */
async function lookAfter(
  ctx: ActionContext,
  entry: Waiting,
  free: ReturnType<typeof freeFor>,
): Promise<'OFFERED' | 'ENDED' | 'NOTHING' | 'LOST'> {
  if (!entry.isCustomer) {
    await endEntry(ctx, entry, 'LEFT')
    return 'ENDED'
  }
  for (let tries = 0; tries < mostTries; tries += 1) {
    const [offer] = await free.of(entry)
    if (!offer) return 'NOTHING'
    free.forget()
    try {
      return (await offerOne(ctx, entry, offer)) ? 'OFFERED' : 'ENDED'
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
  }
  return 'LOST'
}

/** What is free, read once for all of a party size, and again after something was offered. */
function freeFor(ctx: ActionContext, service: Key, waiting: readonly Waiting[]) {
  const known = new Map<number, Promise<Offer[]>>()
  const load = async (partySize: number): Promise<Offer[]> => {
    const now = ctx.clock.now()
    const none = { durationMinutes: null, staffIds: null, resourceIds: null, exceptBookingId: null }
    const question = { services: [service], now, partySize, ...none }
    const alike = waiting.filter((entry) => entry.partySize === partySize)
    const found = await Promise.all(
      stretchesOf(alike, now).map(({ from, to }) => loadOffers(ctx.db, question, from, to)),
    )
    return found.flatMap((offers) => offers.get(service.id) ?? [])
  }
  return {
    of: async (entry: Waiting): Promise<Offer[]> => {
      const loading = known.get(entry.partySize) ?? load(entry.partySize)
      known.set(entry.partySize, loading)
      return (await loading).filter((offer) => fits(entry, offer))
    },
    forget: () => known.clear(),
  }
}

/** False when the entry does not wait any more. */
function offerOne(ctx: ActionContext, key: Key, offer: Offer): Promise<boolean> {
  return transaction(ctx.db, async (tx) => {
    const entry = await lockEntry(tx, key)
    if (entry.state !== 'WAITING') return false
    const { accountId, serviceId, customerId, partySize, staffIds } = entry
    const account = await tx.account.findUniqueOrThrow({ where: { id: accountId } })
    const now = ctx.clock.now()
    const until = offerUntil(now, account.waitlistOfferMinutes, offer.startsAt)
    const wish = {
      service: { accountId, id: serviceId },
      startsAt: new Date(offer.startsAt),
      staffId: null,
      staffIds: staffIds.length > 0 && !offer.sessionId ? staffIds : null,
      resourceId: null,
      sessionId: offer.sessionId,
      durationMinutes: null,
      partySize,
      customerId,
    }
    const hold = await keepUntil(tx, ctx, wish, until)
    await moveEntry(tx, ctx, entry, {
      state: 'OFFERED',
      holdId: hold.id,
      offeredAt: new Date(now),
    })
    return true
  })
}

const sweepSize = 100

/** Ends offers whose holds were used, given up or ran out; returns how many. */
export async function settleOffers(gateway: Gateway): Promise<number> {
  const ended = await endedOffers(poolReader(gateway.db), gateway.clock.now(), sweepSize)
  let settled = 0
  for (const key of ended) {
    const ctx = gatewayIn(gateway, key.accountId)
    if ((await trying(ctx, key, () => settleOffer(ctx, key))) !== 'FAILED') settled += 1
  }
  return settled
}

function settleOffer(ctx: ActionContext, { accountId, id }: Key): Promise<void> {
  return transaction(ctx.db, async (tx) => {
    const entry = await lockEntry(tx, { accountId, id })
    if (entry.state !== 'OFFERED' || !entry.holdId) return
    const where = { accountId_id: { accountId, id: entry.holdId } }
    const hold = await tx.hold.findUniqueOrThrow({ where })
    const state = endOf(hold, ctx.clock.now())
    if (state) await moveEntry(tx, ctx, entry, { state })
  })
}

/** Ends the waiting for what is over and tells of it; returns how many. */
export async function expireWaitlist(ctx: Gateway): Promise<number> {
  const over = await overdueEntries(poolReader(ctx.db), ctx.clock.now(), sweepSize)
  for (const key of over) {
    const own = gatewayIn(ctx, key.accountId)
    await trying(own, key, () => endEntry(own, key, 'EXPIRED'))
  }
  return over.length
}

/** One that cannot be looked after keeps nobody else waiting: it is tried again later. */
async function trying<T>(
  ctx: ActionContext,
  { accountId, id }: Key,
  work: () => Promise<T>,
): Promise<T | 'FAILED'> {
  try {
    return await work()
  } catch (error) {
    if (isPassing(error)) throw error
    ctx.log.error({ err: error, entryId: id }, 'an entry of the waitlist could not be looked after')
    await failEntry(ctx, { accountId, id })
    return 'FAILED'
  }
}

function endEntry(ctx: ActionContext, key: Key, state: 'LEFT' | 'EXPIRED'): Promise<void> {
  return transaction(ctx.db, async (tx) => {
    const entry = await lockEntry(tx, key)
    if (entry.state === 'WAITING') await moveEntry(tx, ctx, entry, { state })
  })
}

function gatewayIn({ db, clock, log }: Gateway, accountId: string): ActionContext {
  return { db, clock, log, viewer: systemViewer([accountId]) }
}
