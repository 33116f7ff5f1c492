// Takes seats in many sessions of one class at once: for each wanted start the session that starts
// then. Sessions are locked in one order, as everywhere.

import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound, type Refusal } from '../errors.ts'
import type { Session } from '../generated/prisma/client.ts'
import { zoneOf } from '../time/zone.ts'
import { termsFor } from './as-manager.ts'
import { loadServiceFacts, type ServiceFacts } from './facts.data.ts'
import { nextSlots } from './next-slots.data.ts'
import { availabilityRefusal } from './refusal.ts'
import type { Outcome, Wish } from './run.ts'
import { lockSession, usedSeats } from './seats.data.ts'
import { checkSession } from './sessions.ts'

type Request = {
  service: Key
  partySize: number
  staffIds: readonly string[] | null
  asManager?: boolean
}

/** Takes seats where there are enough and says of each start what became of it. */
export async function takeSessions(
  tx: Transaction,
  ctx: ActionContext,
  request: Request,
  wishes: readonly Wish[],
): Promise<{ facts: ServiceFacts; outcomes: Outcome[] }> {
  const { accountId, id: serviceId } = request.service
  const read = transactionReader(tx)
  const found = (await loadServiceFacts(read, [request.service], 0)).get(serviceId)
  if (!found) throw notFound('Service', 'serviceId')
  const facts = termsFor(found, request.asManager)
  const seen = await tx.session.findMany({
    where: {
      accountId,
      serviceId,
      active: true,
      startsAt: { in: wishes.map(({ startsAt }) => new Date(startsAt)) },
      ...(request.staffIds && { staff: { some: { staffId: { in: [...request.staffIds] } } } }),
    },
    orderBy: { id: 'asc' },
  })
  const locked: Session[] = []
  for (const session of seen) locked.push(await lockSession(tx, ctx, session))
  const staff = await tx.sessionStaff.findMany({
    where: { accountId, sessionId: { in: seen.map(({ id }) => id) } },
    orderBy: { position: 'asc' },
  })
  const byStart = Map.groupBy(locked, ({ startsAt }) => startsAt.getTime())
  const outcomes = wishes.map(({ id, startsAt }): Outcome => {
    const sessions = byStart.get(startsAt) ?? []
    const refusals = sessions.map((session) => refusalOf(ctx, facts, request, session))
    const chosen = sessions[refusals.indexOf(null)]
    if (!chosen) {
      const refusal = refusals[0] ?? noSession(facts)
      const next = () => nextSlots(ctx, { ...request, startsAt }, refusal.code)
      return { ok: false, id, startsAt, refusal: { ...refusal, accountId, nextSlots: next } }
    }
    const own = staff.filter(({ sessionId }) => sessionId === chosen.id)
    const staffIds = own.map(({ staffId }) => staffId)
    const endsAt = chosen.endsAt.getTime()
    return { ok: true, id, startsAt, endsAt, staffIds, sessionId: chosen.id }
  })
  const taken = outcomes.flatMap((outcome) => (outcome.ok ? (outcome.sessionId ?? []) : []))
  await tx.session.updateMany({
    where: { accountId, id: { in: taken } },
    data: { seatsTaken: { increment: request.partySize } },
  })
  return { facts, outcomes }
}

function noSession(facts: ServiceFacts): Refusal {
  return {
    code: 'OUTSIDE_AVAILABILITY',
    message: `No session of "${facts.name}" starts at this time.`,
  }
}

function refusalOf(
  ctx: ActionContext,
  facts: ServiceFacts,
  { partySize }: Request,
  session: Session,
): Refusal | null {
  const zone = zoneOf(facts.account.timeZone)
  const checked = checkSession(
    { rules: facts.rules, zone, now: ctx.clock.now(), partySize },
    {
      startsAt: session.startsAt.getTime(),
      capacity: session.capacity,
      seatsTaken: usedSeats(session),
      cancelled: !session.active,
    },
  )
  return checked.ok ? null : availabilityRefusal(facts, zone, checked)
}
