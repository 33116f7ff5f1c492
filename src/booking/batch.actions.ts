// Several bookings of one customer in one request: all of them or none. Each is judged after those
// before it, in the same transaction.

import { demandManager } from '../availability/as-manager.ts'
import { lockLimits } from '../availability/place.data.ts'
import { loadServiceFacts } from '../availability/facts.data.ts'
import { lockOccupants } from '../availability/occupancy.data.ts'
import { lockSession } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotentList } from '../db/idempotency.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, notFound, Refused, type Refusal } from '../errors.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { makeBooking } from './booking.actions.ts'
import type { NewBooking } from './new-booking.actions.ts'

/** The most bookings of one request. */
export const maxBatch = 10

/** What is common to all of them. */
export type NewBookings = {
  items: Omit<NewBooking, 'customerId' | 'customer' | 'notify' | 'idempotencyKey'>[]
} & Pick<NewBooking, 'customerId' | 'customer' | 'notify' | 'idempotencyKey'>

/**
 * Makes 1 to 10 bookings in one account for one customer, or none. Needs bookings:write. Refuses as
 * createBooking does; the path begins with the item at fault.
 */
export async function createBookings(ctx: ActionContext, input: NewBookings): Promise<Booking[]> {
  return makeTogether(ctx, booksTogether(ctx, input), input)
}

/** The one account of all items, where the caller may book. */
export function booksTogether(ctx: ActionContext, { items }: NewBookings): string {
  checkSize(items.length)
  const accountId = items[0]?.service.accountId ?? ''
  demand(ctx.viewer, accountId, ['bookings:write'], 'Service', 'items', '0', 'serviceId')
  demandManager(
    ctx.viewer,
    accountId,
    items.some(({ asManager }) => asManager),
  )
  const stranger = items.findIndex(({ service }) => service.accountId !== accountId)
  if (stranger > 0) throw notFound('Service', 'items', `${stranger}`, 'serviceId')
  return accountId
}

/**
 * Makes them and does what is to be done `beside` it, by what the input says more, as one; the
 * caller checked the rights.
 */
export async function makeTogether(
  ctx: ActionContext,
  accountId: string,
  input: NewBookings & { payments?: readonly (readonly object[])[] },
  beside: (tx: Transaction, made: Booking[]) => Promise<Booking[]> = async (_tx, made) => made,
): Promise<Booking[]> {
  return transaction(ctx.db, (tx) =>
    idempotentList(
      tx,
      ctx,
      { accountId, key: input.idempotencyKey, operation: 'createBookings', input },
      async () => {
        await lockAll(tx, ctx, accountId, input)
        return beside(tx, await makeAll(tx, ctx, input))
      },
      async (ids) => {
        const rows = await tx.booking.findMany({ where: { accountId, id: { in: ids } } })
        return ids.flatMap((id) => rows.find((row) => row.id === id) ?? [])
      },
    ),
  )
}

/** Refuses a number of items that no request may have. */
export function checkSize(count: number): void {
  if (count < 1 || count > maxBatch) {
    throw invalid(
      ['items'],
      `${count} items are too ${count < 1 ? 'few' : 'many'}; give 1 to ${maxBatch}.`,
    )
  }
}

async function makeAll(
  tx: Transaction,
  ctx: ActionContext,
  { items, customerId, customer, notify }: NewBookings,
): Promise<Booking[]> {
  const made: Booking[] = []
  for (const [index, item] of items.entries()) {
    // Whoever was described for the first is named for the others.
    const known = made[0]?.customerId
    const who = known ? { customerId: known, customer: null } : { customerId, customer }
    const booking = { ...item, ...who, ...(notify && { notify }), idempotencyKey: null }
    try {
      made.push(await makeBooking(tx, ctx, booking))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      throw new Refused(ofItem(index, error.refusal))
    }
  }
  return made
}

/** A refusal of one item as a refusal of all; what is wrong with the customer is no item's. */
export function ofItem(index: number, refusal: Refusal): Refusal {
  const within = (path: string[]) =>
    path[0] === 'customer' || path[0] === 'customerId' ? path : ['items', String(index), ...path]
  return {
    ...refusal,
    path: within(refusal.path ?? []),
    ...(refusal.issues && {
      issues: refusal.issues.map(({ path, message }) => ({ path: within(path), message })),
    }),
  }
}

// Two requests that want the same things in another order must not wait for each other, so all that
// can be involved is locked before the first is made.
async function lockAll(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  { items }: NewBookings,
): Promise<void> {
  const holds = await tx.hold.findMany({
    where: { accountId, id: { in: items.flatMap(({ holdId }) => holdId ?? []) } },
  })
  const named = [...items, ...holds].flatMap(({ sessionId }) => sessionId ?? [])
  const sessions = await tx.session.findMany({ where: { accountId, id: { in: named } } })
  for (const { id } of sessions.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    await lockSession(tx, ctx, { accountId, id })
  }
  const services = [...new Map(items.map(({ service }) => [service.id, service])).values()]
  const facts = await loadServiceFacts(transactionReader(tx), services, 0)
  const list = [...facts.values()]
  await lockOccupants(
    tx,
    list.flatMap(({ staff, resources }) => [...staff, ...resources].map(({ id }) => id)),
  )
  await lockLimits(tx, ...list)
}
