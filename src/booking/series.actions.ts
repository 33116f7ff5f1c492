// Making a series: one transaction for all of its bookings. The world is loaded once for all times
// and every time is judged by all rules, those before it included.

import { demandManager } from '../availability/as-manager.ts'
import { takePlaces } from '../availability/places.data.ts'
import { takeSessions } from '../availability/session-run.data.ts'
import type { Granted, Outcome } from '../availability/run.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { newId } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, notFound, Refused } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Series } from '../generated/prisma/client.ts'
import { occurrencesOf } from '../time/recurrence.ts'
import { zoneOf, type Zone } from '../time/zone.ts'
import { headCount } from './booking.ts'
import { checkWords } from './booking.actions.ts'
import { bookingRow, type NewBooking } from './new-booking.actions.ts'
import { bookingEvent, insertBookings } from './booking.data.ts'
import { customerFor } from './customer-choice.actions.ts'
import { maxOccurrences, occurrenceRefusal, type SeriesPolicy, type Skipped } from './series.ts'
import { wantedTime } from './slot-choice.ts'

/** Neither a hold nor a session is named; a class is booked by the sessions that start then. */
export type NewSeries = NewBooking & { rule: string; policy: SeriesPolicy }

/**
 * Books every time of a rule that begins at `startsAt`. Needs bookings:write. Refuses as
 * createBooking does: with ALL_OR_NOTHING for the first time that cannot be booked, with
 * SKIP_CONFLICTS only when none can.
 */
export async function createBookingSeries(ctx: ActionContext, input: NewSeries): Promise<Series> {
  const { accountId } = input.service
  demand(ctx.viewer, accountId, ['bookings:write'], 'Service', 'serviceId')
  demandManager(ctx.viewer, accountId, input.asManager)
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: input.idempotencyKey, operation: 'createBookingSeries', input },
      () => makeSeries(tx, ctx, input),
      (key) => tx.series.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function makeSeries(tx: Transaction, ctx: ActionContext, input: NewSeries): Promise<Series> {
  const { accountId, id: serviceId } = input.service
  await checkWords(tx, input)
  const service = await tx.service.findUnique({
    where: { accountId_id: { accountId, id: serviceId } },
    include: { account: true },
  })
  if (!service) throw notFound('Service', 'serviceId')
  const zone = zoneOf(service.account.timeZone)
  const { startsAt, rule, starts } = timesOf(zone, input)
  const wishes = starts.map((start) => ({ id: newId(), startsAt: start }))
  const { place } = placeOf(input)
  const partySize = headCount(input.partySize, input.party)
  const take = service.kind === 'CLASS' ? takeSessions : takePlaces
  const { facts, outcomes } = await take(tx, ctx, { ...place, partySize }, wishes)
  const { granted, skipped } = sorted(zone, outcomes, input.policy)
  const customer = await customerFor(tx, ctx, accountId, input)
  const createdAt = new Date(ctx.clock.now())
  const series = await tx.series.create({
    data: { accountId, id: newId(), serviceId, rule, startsAt, skipped, createdAt },
  })
  const bookings = await insertBookings(
    tx,
    granted.map(({ id, staffIds, sessionId, ...time }) => {
      const [from, endsAt] = [new Date(time.startsAt), new Date(time.endsAt)]
      const taken = { facts, staffIds, sessionId, startsAt: from, endsAt, partySize }
      return { ...bookingRow(ctx, input, id, taken, customer), seriesId: series.id }
    }),
  )
  const events = bookings.map((booking, index) =>
    bookingEvent('booking.created', booking, null, granted[index]?.staffIds ?? [], input.notify),
  )
  await appendEvents(tx, ctx, events)
  return series
}

function timesOf(zone: Zone, { startsAt, rule }: NewSeries) {
  if (!startsAt) throw invalid(['startsAt'], 'Say when the series starts (startsAt).')
  const times = occurrencesOf(zone, startsAt.getTime(), rule, maxOccurrences)
  if (times.ok) return { startsAt, rule: times.rule, starts: times.starts }
  throw invalid([times.at === 'RULE' ? 'rule' : 'startsAt'], times.message)
}

function placeOf(input: NewSeries) {
  const wanted = wantedTime({ ...input, sessionId: null })
  if (wanted.kind !== 'PLACE') throw invalid(['startsAt'], 'A series is booked by its start.')
  return wanted
}

/** What is booked and what is left out, or the refusal of all. */
function sorted(zone: Zone, outcomes: readonly Outcome[], policy: SeriesPolicy) {
  const granted: Granted[] = []
  const skipped: Skipped[] = []
  for (const outcome of outcomes) {
    if (outcome.ok) granted.push(outcome)
    else {
      const { code, message } = outcome.refusal
      skipped.push({ startsAt: new Date(outcome.startsAt).toISOString(), code, message })
    }
  }
  const first = outcomes.findIndex(({ ok }) => !ok)
  const failed = outcomes[first]
  if (failed && !failed.ok && (policy === 'ALL_OR_NOTHING' || granted.length === 0)) {
    throw new Refused(occurrenceRefusal(zone, first, failed.startsAt, failed.refusal))
  }
  return { granted, skipped }
}
