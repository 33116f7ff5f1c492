// The booking itself, as the page makes it: once for each form, through the link, and then on to
// where it is managed or paid for. What the graph refuses comes back as a page that says why.

import type { RefusalCode } from '../../errors.ts'
import { setManageCookie } from './manage-cookie.ts'
import { readContact, showDetails, type Contact } from './details.ts'
import { showClosed, showRejected, showSentBefore } from './ends.ts'
import { showTimes } from './choose.ts'
import { formKey } from './form-key.ts'
import { forgetHold, placeOf, sentHold } from './hold.ts'
import type { LinkVisit, Wanted } from './link-page.ts'
import { startPaying } from './pay.ts'
import { takenText } from './staff.ts'
import type { Looking, SlotData } from './times.ts'
import { redirect } from '../signed-in.ts'
import { ask } from './visit.ts'

const bookDocument = `mutation BookingPageBook($input: CreateLinkBookingInput!) {
  createLinkBooking(input: $input) {
    ... on CreateLinkBookingSuccess { data { id payBy } }
    ... on Refusal { code message path }
    ... on ValidationError { issues { path } }
    ... on SlotTakenError { nextSlots { startsAt endsAt } }
    ... on OutsideAvailabilityError { nextSlots { startsAt endsAt } }
    ... on TooSoonError { nextSlots { startsAt endsAt } }
    ... on TooLateError { nextSlots { startsAt endsAt } }
    ... on NoCapacityError { nextSlots { startsAt endsAt } }
    ... on LimitReachedError { nextSlots { startsAt endsAt } }
  }
}`

type Booked = {
  data?: { id: string; payBy: Date | null }
  code?: RefusalCode
  message?: string
  path?: string[] | null
  issues?: { path: string[] }[]
  nextSlots?: Pick<SlotData, 'startsAt' | 'endsAt'>[]
  /** What was kept had run out. */
  ranOut?: true
}

export async function book(
  visit: LinkVisit,
  wanted: Wanted,
  looking: Looking,
  answers: ReadonlyMap<string, string>,
): Promise<void> {
  const { contact, troubles: ofContact } = readContact(visit)
  const troubles = new Map([...answers, ...ofContact])
  if (!looking.start) {
    return showTimes(visit, wanted, looking, new Map([['start', visit.words.chooseTime]]))
  }
  if (troubles.size > 0) return again(visit, wanted, looking, troubles, 422)
  const input = inputOf(visit, wanted, looking, contact)
  const result = await asked(visit, input, sentHold(visit))
  if (result.data) return goOn(visit, result.data)
  await refused(visit, wanted, looking, result)
}

/** Books what is kept or, when nothing is kept any more, what is free at that time. */
async function asked(
  visit: LinkVisit,
  input: ReturnType<typeof inputOf>,
  holdId: string | null,
): Promise<Booked> {
  const send = async (more: object) => {
    const variables = { input: { ...input, ...more } }
    const data = await ask<{ createLinkBooking: Booked }>(visit.booker, bookDocument, variables)
    return data.createLinkBooking
  }
  if (holdId === null) return send({})
  const result = await send({ holdId })
  const { code, path, issues = [] } = result
  const ofHold = ['holdId', 'startsAt', 'partySize', 'serviceId']
  const isGone =
    code === 'HOLD_EXPIRED' ||
    (code === 'NOT_FOUND' && path?.[0] === 'holdId') ||
    issues.some(({ path: [field = ''] }) => ofHold.includes(field))
  // Another key: what was booked with the hold is still what the first one is answered with.
  if (!isGone) return result
  return { ...(await send({ idempotencyKey: `${input.idempotencyKey}-anew` })), ranOut: true }
}

function inputOf(
  visit: LinkVisit,
  { led, withWhom, party, answers }: Wanted,
  { zone, start }: Looking,
  { name, email, phone, notes }: Contact,
) {
  return {
    linkId: visit.link.id,
    serviceId: led.isLed ? null : led.service.id,
    startsAt: start,
    staffId: withWhom.chosen?.id ?? null,
    customer: { name, email, phone: phone || null, timeZone: zone, locale: visit.language },
    partySize: party,
    timeZone: zone,
    notes: notes || null,
    answers,
    idempotencyKey: formKey(visit),
  }
}

const manageDocument = `mutation BookingPageManage($input: CreateManageLinkInput!) {
  createManageLink(input: $input) {
    ... on CreateManageLinkSuccess { secret }
    ... on Refusal { code message }
  }
}`

/** To the page of the booking; while it waits for a deposit, to where that is paid. */
async function goOn(visit: LinkVisit, booked: NonNullable<Booked['data']>): Promise<void> {
  const { booker, exchange, fields } = visit
  forgetHold(visit)
  const input = { bookingId: booked.id }
  const { createManageLink } = await ask<{ createManageLink: { secret?: string | null } }>(
    booker,
    manageDocument,
    { input },
  )
  const url = createManageLink.secret
  if (!url) throw new Error('A booking has no address at which it is managed.')
  const { pathname } = new URL(url)
  const checkout = booked.payBy && (await startPaying(booker, booked.id, formKey(visit)))
  if (checkout) {
    setManageCookie(visit, pathname)
    return redirect(exchange, checkout)
  }
  const query = new URLSearchParams({ done: 'booked' })
  const lang = fields.get('lang')
  if (lang) query.set('lang', lang)
  redirect(exchange, `${pathname}?${query}`)
}

async function refused(
  visit: LinkVisit,
  wanted: Wanted,
  looking: Looking,
  { code, message = '', issues = [], nextSlots, ranOut }: Booked,
): Promise<void> {
  const { words } = visit
  if (nextSlots) {
    const why = ranOut ? words.lost : takenText(visit, wanted)
    return taken(visit, wanted, looking, { next: nextSlots, why })
  }
  switch (code) {
    case 'ROUTING_REJECTED':
      return showRejected(visit, message)
    case 'NOT_FOUND':
      return showClosed(visit)
    case 'IDEMPOTENCY_CONFLICT':
      return showSentBefore(visit)
    default: {
      // What the fields of the form are called in the graph, where that can be at fault.
      const names = issues.map(({ path }) => path.at(-1) ?? '')
      const own = names.filter((name) => ['name', 'email', 'phone', 'notes'].includes(name))
      const at = own.length > 0 ? own : ['']
      await again(visit, wanted, looking, new Map(at.map((name) => [name, words.cannotBe])), 422)
    }
  }
}

/** The same form with what is wrong; the time is kept on, or anew. */
async function again(
  visit: LinkVisit,
  wanted: Wanted,
  looking: Looking,
  troubles: Map<string, string>,
  status: number,
): Promise<void> {
  const place = await placeOf(visit, wanted, looking)
  if (!place) return showTimes(visit, wanted, looking, new Map([['', takenText(visit, wanted)]]))
  showDetails(visit, { wanted, looking, place, others: [], troubles, status })
}

async function taken(
  visit: LinkVisit,
  wanted: Wanted,
  looking: Looking,
  { next, why }: { next: readonly Pick<SlotData, 'startsAt' | 'endsAt'>[]; why: string },
): Promise<void> {
  const troubles = new Map([[next.length > 0 ? 'start' : '', why]])
  if (next.length === 0) return showTimes(visit, wanted, looking, troubles)
  const others = next.map((slot) => ({ ...slot, seatsAvailable: null }))
  showDetails(visit, { wanted, looking, place: null, others, troubles, status: 409 })
}
