// Lives a business' past: people look what is free, take some of it, pay, come or do not. All
// through the actions at the times when it happens, so promises hold and events tell the truth.

import { loadOffers, type Offer } from '../availability/availability.data.ts'
import { createBooking } from '../booking/booking.actions.ts'
import type { NewBooking } from '../booking/new-booking.actions.ts'
import type { PartyPart } from '../booking/booking.ts'
import { setBookingStatus } from '../booking/status.actions.ts'
import { cancelBooking, declineBooking } from '../payment/cancel.actions.ts'
import { Refused } from '../errors.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../time/instant.ts'
import { dayName, weekdayOf } from '../time/local.ts'
import { dayStart } from '../time/zone.ts'
import { createAgenda, type Agenda } from './agenda.ts'
import type { PartyPlan } from './business.ts'
import type { Opened, OpenedService } from './catalogue.ts'
import type { Question } from '../link/link.ts'
import type { Past } from './past.ts'
import { recordPayment, refundPayment, type RefundWish } from '../payment/payment.actions.ts'
import { chanceOf, type Chance } from './random.ts'

const daysAhead = 14

type Diary = { past: Past; shop: Opened; chance: Chance; agenda: Agenda }
/** Somebody wants the service on one of these local days. */
type Wish = { service: OpenedService; firstDay: number; lastDay: number; mayWait: boolean }

/** Everything that happens at a business between the past's beginning and its end. */
export async function keepDiary(past: Past, shop: Opened): Promise<void> {
  const chance = chanceOf(`${shop.business.slug} ${dayName(past.today)}`)
  const diary: Diary = { past, shop, chance, agenda: createAgenda() }
  for (let day = past.firstDay; day <= past.today + daysAhead; day++) {
    for (const service of shop.services) planDay(diary, service, day)
  }
  for (const service of shop.services) {
    if (service.row.requiresConfirmation) planLateWish(diary, service)
  }
  await diary.agenda.liveUntil(past.ends)
}

function planDay(diary: Diary, service: OpenedService, day: number): void {
  const { past, chance, agenda } = diary
  const { demand, timetable } = service.plan
  const sessions = timetable?.filter(({ weekday }) => weekday === weekdayOf(day)).length ?? 1
  // The further ahead, the emptier the book still is.
  const fullness = day <= past.today ? 1 : 1 - (day - past.today) / (daysAhead + 4)
  for (let count = chance.around(demand * sessions * fullness); count > 0; count--) {
    const daysLeft = day - past.begins / DAY - 0.5
    const lead = Math.min(chance.between(0.6, 10) + Math.max(0, day - past.today), daysLeft)
    const at = Math.floor(((day + 0.5 - lead) * DAY) / MINUTE) * MINUTE
    agenda.add(at, (now) =>
      fulfil(diary, now, { service, firstDay: day, lastDay: day, mayWait: false }),
    )
  }
}

// So that there is always something that waits to be confirmed.
function planLateWish(diary: Diary, service: OpenedService): void {
  const { past, chance, agenda } = diary
  const days = { firstDay: past.today + 5, lastDay: past.today + daysAhead }
  const wish = { service, ...days, mayWait: true }
  agenda.add(past.ends - chance.whole(60, 600) * MINUTE, (now) => fulfil(diary, now, wish))
}

async function fulfil(diary: Diary, now: Instant, wish: Wish): Promise<void> {
  const { past, shop, chance } = diary
  const { plan, row } = wish.service
  const { partySize, party } = partyOf(chance, plan.party)
  const offers = await loadOffers(
    past.db,
    {
      services: [{ accountId: shop.accountId, id: row.id }],
      now,
      partySize,
      durationMinutes: null,
      staffIds: null,
      resourceIds: null,
      exceptBookingId: null,
    },
    dayStart(shop.zone, wish.firstDay),
    dayStart(shop.zone, wish.lastDay + 1),
  )
  const offer = chance.pick(offers.get(row.id) ?? [])
  if (!offer) return
  const booking = await book(diary, now, wish.service, { offer, partySize, party })
  if (!booking) return
  if (booking.status === 'PENDING') planAnswer(diary, booking, now, wish.mayWait)
  else planEnd(diary, booking, now)
}

const sources = ['CONSOLE', 'CONSOLE', 'API', 'API', 'REST', 'IMPORT'] as const
const notes = ['Please ring on arrival.', 'First visit.', 'Comes with a wheelchair.']

/** Somebody is chosen from those who are free; in a session and of a whole team nobody is. */
const isOneOf = ({ row }: OpenedService, offer: Offer) =>
  row.staffMode === 'ANY' && !offer.sessionId

type Taking = { offer: Offer; partySize: number; party: PartyPart[] }

async function book(
  { past, shop, chance }: Diary,
  now: Instant,
  service: OpenedService,
  { offer, partySize, party }: Taking,
): Promise<Booking | null> {
  const { accountId } = shop
  const link = chance.holds(0.6) ? service.link : null
  const source = link ? 'LINK' : (chance.pick(sources) ?? 'API')
  const wanted: NewBooking = {
    service: { accountId, id: service.row.id },
    startsAt: offer.sessionId ? null : new Date(offer.startsAt),
    staffId: isOneOf(service, offer) ? (chance.pick(offer.staffIds) ?? null) : null,
    resourceId: null,
    sessionId: offer.sessionId,
    durationMinutes: null,
    customerId: chance.pick(shop.customers)?.id ?? null,
    customer: null,
    partySize,
    party,
    holdId: null,
    linkId: link?.id ?? null,
    timeZone: null,
    notes: chance.holds(0.12) ? (chance.pick(notes) ?? null) : null,
    answers: link && answersTo(chance, link.questions),
    customFields: null,
    externalRef: source === 'IMPORT' ? `OLD-${chance.whole(10_000, 99_999)}` : null,
    source,
    idempotencyKey: null,
  }
  try {
    return await createBooking(past.at(accountId, now), wanted)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    past.log.warn({ refusal: error.refusal, wanted }, 'an offered time could not be booked')
    return null
  }
}

/** Somebody answers what has to be answered and can be chosen. */
function answersTo(chance: Chance, questions: readonly Question[]): Record<string, string> {
  const asked = questions.filter(({ type, required }) => type === 'CHOICE' && required)
  return Object.fromEntries(asked.map(({ id, choices }) => [id, chance.pick(choices) ?? '']))
}

function partyOf(chance: Chance, plan: PartyPlan = { least: 1, most: 1 }) {
  const heads = chance.whole(plan.least, plan.most)
  if (!plan.first) return { partySize: heads, party: [] }
  const others = (plan.others ?? []).map(([category, most]) => ({
    category,
    count: chance.holds(0.5) ? chance.whole(0, most) : 0,
  }))
  const party = [{ category: plan.first, count: heads }, ...others].filter(({ count }) => count > 0)
  return { partySize: party.reduce((sum, { count }) => sum + count, 0), party }
}

function planAnswer(diary: Diary, booking: Booking, now: Instant, mayWait: boolean): void {
  const { past, chance, agenda } = diary
  if (mayWait) return
  const key = { accountId: booking.accountId, id: booking.id }
  const latest = booking.startsAt.getTime() - HOUR
  agenda.add(Math.min(now + chance.whole(30, 20 * 60) * MINUTE, latest), async (at) => {
    const ctx = past.at(key.accountId, at)
    if (chance.holds(0.25)) {
      await declineBooking(ctx, key, {
        reason: 'We cannot do this one, sorry.',
        expectedVersion: null,
      })
    } else {
      planEnd(diary, await setBookingStatus(ctx, key, 'CONFIRMED'), at)
    }
  })
}

const reasons = ['Change of plans', 'Feeling unwell', 'Found another time', null]

/** Some call it off; of the others most come, and a few do not. */
function planEnd(diary: Diary, booking: Booking, now: Instant): void {
  const { past, chance, agenda } = diary
  const key = { accountId: booking.accountId, id: booking.id }
  const startsAt = booking.startsAt.getTime()
  payOnBooking(diary, booking, now)
  if (chance.holds(0.1)) {
    const until = Math.min(startsAt, past.ends)
    const at = Math.floor(chance.between(now, until) / MINUTE) * MINUTE
    const reason = chance.pick(reasons) ?? null
    agenda.add(Math.max(at, now + 2 * MINUTE), async (at) => {
      const asked = { reason, refund: null, expectedVersion: null, idempotencyKey: null }
      const ctx = past.at(key.accountId, at)
      await cancelBooking(ctx, key, asked)
      await refundPayment(ctx, { by: 'bookingId', key }, allThatIsDue)
    })
    return
  }
  const came = chance.holds(0.93)
  agenda.add(booking.endsAt.getTime() + chance.whole(2, 20) * MINUTE, async (at) => {
    const visited = await setBookingStatus(
      past.at(key.accountId, at),
      key,
      came ? 'COMPLETED' : 'NO_SHOW',
    )
    if (came) payOnVisit(diary, visited, at)
  })
}

const allThatIsDue: RefundWish = {
  amountMinor: null,
  currency: null,
  method: null,
  reason: null,
  expectedVersion: null,
  idempotencyKey: null,
}

function payOnBooking(diary: Diary, booking: Booking, now: Instant): void {
  const { payment } = diary.shop.business
  const due = Math.round(((booking.priceMinor ?? 0) * payment.percent) / 100)
  if (payment.when === 'BOOKED') planPayment(diary, booking, now + MINUTE, due)
}

/** What is still open. */
function payOnVisit(diary: Diary, booking: Booking, now: Instant): void {
  if (!diary.chance.holds(0.5)) return
  planPayment(diary, booking, now + MINUTE, (booking.priceMinor ?? 0) - booking.amountPaidMinor)
}

function planPayment(
  { past, shop, chance, agenda }: Diary,
  booking: Booking,
  at: Instant,
  amountMinor: number,
): void {
  if (amountMinor <= 0) return
  const [method, methodNote = null] = chance.pick(shop.business.payment.methods) ?? ['CASH']
  const key = { accountId: booking.accountId, id: booking.id }
  agenda.add(at, async (now) => {
    const silent = { currency: null, reference: null, note: null, receivedAt: null }
    const once = { expectedVersion: null, idempotencyKey: null }
    const payment = { ...silent, ...once, amountMinor, method, methodNote }
    await recordPayment(past.at(booking.accountId, now), key, payment)
  })
}
