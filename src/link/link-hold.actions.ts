// Keeping a slot through a link while its customer fills in the form. Of one visitor and through
// one link only so many are kept at a time, so that nobody keeps a whole calendar from the others.

import { createHash } from 'node:crypto'
import { demand } from '../auth/viewer.ts'
import { headCount } from '../booking/booking.ts'
import { keep } from '../booking/hold.actions.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { transactionReader } from '../db/reader.ts'
import { inLine } from '../db/together.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { refused } from '../errors.ts'
import type { BookingLink, Hold } from '../generated/prisma/client.ts'
import { holdsThrough, lockLink } from './link.data.ts'
import { holdOf, openLink, serviceOf, slotOf, type LinkSlot } from './link-slot.actions.ts'
import { rulesOf } from './link-terms.data.ts'
import { checkAnswers } from './link.ts'
import { routeBy } from './routing.ts'

/** Most live holds of one visitor, and of all of them, through one link. */
export const mostHolds = { visitor: 5, link: 30 }

export type LinkHold = LinkSlot & {
  /** By question id, as far as they were given; they lead to staff and service. */
  answers: Readonly<Record<string, unknown>>
  /** By what the caller tells visitors apart; null counts nobody's. */
  visitor: string | null
  /** A hold of this link that is given up for this one, in the same step. */
  replaces: string | null
  idempotencyKey: string | null
}

/**
 * Keeps what createLinkBooking would book, for as long as the account says. Needs bookings:write.
 * Refuses as it does, but asks for no answers; LIMIT_REACHED also for more than `mostHolds`, and
 * HOLD_EXPIRED for a hold to replace that is gone.
 */
export async function createLinkHold(ctx: ActionContext, input: LinkHold): Promise<Hold> {
  const { accountId } = input.link
  demand(ctx.viewer, accountId, ['bookings:write'], 'BookingLink', 'linkId')
  const place = () =>
    transaction(ctx.db, (tx) =>
      idempotent(
        tx,
        ctx,
        { accountId, key: input.idempotencyKey, operation: 'createLinkHold', input },
        () => keepThrough(tx, ctx, input),
        (key) => tx.hold.findUnique({ where: { accountId_id: key } }),
      ),
    )
  return inLine(ctx.db, `hold ${input.link.id}`, place)
}

async function keepThrough(tx: Transaction, ctx: ActionContext, input: LinkHold): Promise<Hold> {
  const { replaces } = input
  const link = await openLink(tx, ctx, input.link, replaces)
  if (replaces !== null) await holdOf(tx, link, replaces, 'replaces')
  const visitor = input.visitor === null ? null : hashOf(link, input.visitor)
  await demandFewer(tx, ctx, link, { visitor, own: replaces })
  const { questions, routing: rules } = rulesOf(link)
  const routing = routeBy(rules, checkAnswers(questions, input.answers).answers)
  if (routing.reject !== null) {
    throw refused('ROUTING_REJECTED', routing.reject, { path: ['answers'] })
  }
  const service = await serviceOf(tx, link, routing, input.serviceId)
  const hold = await keep(tx, ctx, {
    ...(await slotOf(tx, link, service, routing, input)),
    partySize: headCount(input.partySize, input.party),
    linkId: link.id,
    visitor,
    replaces,
    ttlSeconds: null,
  })
  // Only now, so that other nodes wait for the counting alone.
  await lockLink(transactionReader(tx), link)
  await demandFewer(tx, ctx, link, { visitor, own: hold.id })
  return hold
}

const hashOf = ({ accountId }: BookingLink, visitor: string) =>
  createHash('sha256').update(`${accountId} ${visitor}`).digest()

async function demandFewer(
  tx: Transaction,
  { clock }: ActionContext,
  link: BookingLink,
  mine: { visitor: Buffer | null; own: string | null },
): Promise<void> {
  const now = clock.now()
  const { all, ofVisitor } = await holdsThrough(transactionReader(tx), link, now, mine)
  if (all < mostHolds.link && ofVisitor < mostHolds.visitor) return
  const kept = ofVisitor < mostHolds.visitor ? `${all} holds` : `${ofVisitor} of this visitor`
  const message = `The booking link "${link.title}" keeps no more at a time than ${kept}.`
  throw refused('LIMIT_REACHED', message, { path: ['linkId'] })
}
