// Joining and leaving the waitlist. What is offered to whom is offer.actions.ts.

import { demand } from '../auth/viewer.ts'
import { customerFor, type CustomerChoice } from '../booking/customer-choice.actions.ts'
import { endHold } from '../booking/hold.data.ts'
import { lockSession } from '../availability/seats.data.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keepRows, lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll, notFound, refused } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Service, WaitlistEntry } from '../generated/prisma/client.ts'
import { endOf, refusedLeave, wishIssues, type Wanted } from './waitlist.ts'
import { entryEvent, lockEntry, moveEntry } from './waitlist.data.ts'

export type NewEntry = Wanted &
  CustomerChoice & {
    service: Key
    /** Whether the customer is told by mail what becomes of it; left out, they are. */
    notifyCustomer?: boolean
    idempotencyKey: string | null
  }

/** Most who wait for one service. */
const mostWaiting = 500

/**
 * Puts somebody on the waitlist. Needs bookings:write. What is free already is offered at once.
 * Refuses NOT_FOUND, VALIDATION_FAILED, LIMIT_REACHED (party, or too many wait),
 * IDEMPOTENCY_CONFLICT.
 */
export async function joinWaitlist(ctx: ActionContext, input: NewEntry): Promise<WaitlistEntry> {
  const { accountId } = input.service
  demand(ctx.viewer, accountId, ['bookings:write'], 'Service', 'serviceId')
  invalidAll(wishIssues(input, ctx.clock.now()))
  if (!input.customerId === !input.customer) {
    throw invalid(['customerId'], 'Name the customer by customerId or describe one in customer.')
  }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: input.idempotencyKey, operation: 'joinWaitlist', input },
      () => join(tx, ctx, input),
      (key) => tx.waitlistEntry.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function join(tx: Transaction, ctx: ActionContext, input: NewEntry): Promise<WaitlistEntry> {
  const { accountId, id: serviceId } = input.service
  const service = await activeService(tx, input.service)
  const { partySize, sessionId, fromAt, untilAt } = input
  if (partySize < service.minParty || partySize > service.maxParty) {
    const message = `"${service.name}" takes parties of ${service.minParty} to ${service.maxParty}.`
    throw refused('LIMIT_REACHED', message, { path: ['partySize'] })
  }
  const staffIds = [...new Set(input.staffIds)]
  await demandStaff(tx, service, staffIds)
  if (sessionId) await demandSession(tx, ctx, service, sessionId)
  const waiting = { accountId, serviceId, state: 'WAITING' as const }
  if ((await tx.waitlistEntry.count({ where: waiting })) >= mostWaiting) {
    throw refused('LIMIT_REACHED', `${mostWaiting} wait for "${service.name}" already.`)
  }
  const customer = await customerFor(tx, ctx, accountId, input)
  const now = new Date(ctx.clock.now())
  const { notifyCustomer = true } = input
  const customerId = customer.id
  const wish = { sessionId, fromAt, untilAt, staffIds, partySize, customerId, notifyCustomer }
  const entry = await tx.waitlistEntry.create({
    data: { accountId, id: newId(), serviceId, ...wish, createdAt: now, updatedAt: now },
  })
  await appendEvents(tx, ctx, [entryEvent(entry, null)])
  return entry
}

async function activeService(tx: Transaction, key: Key): Promise<Service> {
  await keepRows(tx, 'Service', key.accountId, [key.id])
  const service = await tx.service.findUnique({ where: { accountId_id: key } })
  if (!service?.active) throw notFound('Service', 'serviceId')
  return service
}

async function demandStaff(tx: Transaction, service: Service, ids: string[]): Promise<void> {
  const { accountId, id: serviceId } = service
  const where = { accountId, serviceId, staffId: { in: ids } }
  if ((await tx.serviceStaff.count({ where })) === ids.length) return
  throw refused('NOT_FOUND', `Nobody with this id gives "${service.name}".`, { path: ['staffIds'] })
}

async function demandSession(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, id: serviceId }: Service,
  id: string,
): Promise<void> {
  const session = await tx.session.findFirst({ where: { accountId, id, serviceId, active: true } })
  if (!session) throw notFound('Session', 'sessionId')
  if (session.startsAt.getTime() > ctx.clock.now()) return
  throw invalid(['sessionId'], `The session started at ${session.startsAt.toISOString()}.`)
}

/**
 * Takes somebody off the waitlist; what they are offered is free at once. Needs bookings:write.
 * Refuses NOT_FOUND, VERSION_CONFLICT, ILLEGAL_TRANSITION (it has ended).
 */
export async function leaveWaitlist(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<WaitlistEntry> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'WaitlistEntry', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockEntry(tx, key)
    checkVersion('WaitlistEntry', before.version, expectedVersion)
    const refusal = refusedLeave(before.state) ?? refusedLeave(await takeBack(tx, ctx, before))
    if (refusal) throw refused(refusal.code, refusal.message, refusal)
    return moveEntry(tx, ctx, before, { state: 'LEFT' })
  })
}

/** Frees what is offered to a locked entry; its state, as its hold has it. */
async function takeBack(tx: Transaction, ctx: ActionContext, entry: WaitlistEntry) {
  const { accountId, holdId } = entry
  if (!holdId) return entry.state
  const where = { accountId_id: { accountId, id: holdId } }
  const seen = await tx.hold.findUniqueOrThrow({ where })
  if (seen.sessionId) await lockSession(tx, ctx, { accountId, id: seen.sessionId })
  await lockRow(tx, 'Hold', { accountId, id: holdId })
  const hold = await tx.hold.findUniqueOrThrow({ where })
  const end = endOf(hold, ctx.clock.now())
  if (end) return end === 'BOOKED' ? end : entry.state
  await appendEvents(tx, ctx, [await endHold(tx, hold, 'RELEASED')])
  return entry.state
}
