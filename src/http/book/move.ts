// Moving a booking on its page: the times that its customer is offered, its own among them, and the
// move. What the graph refuses comes back as the same page, with what is free now.

import type { RefusalCode } from '../../errors.ts'
import { escape } from '../page.ts'
import { redirect } from '../signed-in.ts'
import { factsHtml, troublesHtml } from './fields.ts'
import { langQuery, showManaged, type ManagedVisit } from './managed.ts'
import { spanText } from './summary.ts'
import {
  dateOf,
  lookingOf,
  offeredFields,
  shownDays,
  timesHtml,
  type Looking,
  type Offered,
} from './times.ts'
import { ask } from './visit.ts'

const movesDocument = `query ManagedMoves($id: ID!, $from: LocalDate!, $days: Int!, $zone: TimeZone!) {
  booking(id: $id) {
    customerMoves(from: $from, days: $days, timeZone: $zone) { ${offeredFields} }
  }
}`

const moveDocument = `mutation ManagedMove($input: MoveBookingAsCustomerInput!) {
  moveBookingAsCustomer(input: $input) {
    ... on MoveBookingAsCustomerSuccess { data { id } }
    ... on Refusal { code message }
  }
}`

type Moved = { moveBookingAsCustomer: { data?: { id: string }; code?: RefusalCode } }

export async function movePart(visit: ManagedVisit, isForm: boolean): Promise<void> {
  const { booking, words, fields } = visit
  if (!booking.customerMay.moveUntil) return showCannot(visit)
  const looking = lookingOf(visit, booking.timeZone)
  if (!isForm) return showMoves(visit, startingAt(visit, looking), new Map(), 200)
  const { start } = looking
  if (!start) return showMoves(visit, looking, new Map([['start', words.chooseTime]]), 422)
  const sent = Number(fields.get('version'))
  const expectedVersion = Number.isInteger(sent) && sent > 0 ? sent : booking.version
  if (expectedVersion !== booking.version) return changed(visit, looking)
  const input = { bookingId: booking.id, startsAt: start, expectedVersion }
  const { moveBookingAsCustomer: result } = await ask<Moved>(visit, moveDocument, { input })
  if (result.data) return redirect(visit.exchange, visit.path + langQuery(visit, { done: 'moved' }))
  if (result.code === 'VERSION_CONFLICT') return changed(visit, looking)
  if (result.code === 'ILLEGAL_TRANSITION' || result.code === 'ALREADY_CANCELLED') {
    return showCannot(visit)
  }
  await showMoves(visit, looking, new Map([['start', words.taken]]), 409)
}

const changed = (visit: ManagedVisit, looking: Looking) =>
  showMoves(visit, looking, new Map([['', visit.words.changedMeanwhile]]), 409)

/** Where nobody chose a day yet, that of the booking is shown first. */
function startingAt({ fields, booking, services }: ManagedVisit, looking: Looking): Looking {
  if (fields.has('from') || fields.has('day')) return looking
  const start = new Date(booking.startsAt).getTime()
  if (start < services.clock.now()) return looking
  const own = dateOf(looking.zone, start)
  return { ...looking, from: own, day: own }
}

function showCannot(visit: ManagedVisit): void {
  const { words, path } = visit
  const body = `<p>${escape(words.cannotMove)}</p>
<p><a href="${escape(path + langQuery(visit))}">${escape(words.yourBooking)}</a></p>`
  showManaged(visit, words.moveTitle, body, { status: 409 })
}

async function showMoves(
  visit: ManagedVisit,
  looking: Looking,
  troubles: Map<string, string>,
  status: number,
): Promise<void> {
  const { words, booking, path, fields } = visit
  const { zone, from } = looking
  const variables = { id: booking.id, from, days: shownDays, zone }
  const data = await ask<{ booking: { customerMoves: Offered } | null }>(
    visit,
    movesDocument,
    variables,
  )
  const offered = data.booking?.customerMoves ?? { days: [], nextAvailable: null }
  // What is not on the page is not linked to.
  const shown = new Map(
    [...troubles].map(([name, text]) => [offered.days.length > 0 ? name : '', text]),
  )
  const now = spanText(visit, zone, booking.startsAt, booking.endsAt)
  const body = `${troublesHtml({ words, troubles: shown })}
${factsHtml([
  [words.service, booking.service.name],
  [words.isNow, now],
])}
${timesHtml(visit, {
  looking,
  offered,
  troubles: shown,
  action: `${path}/move`,
  method: 'get',
  carried: { lang: fields.get('lang') ?? null },
  settings: { html: '', values: {} },
  send: {
    label: words.moveHere,
    do: 'move',
    method: 'post',
    carried: { version: String(booking.version) },
  },
})}
<p><a href="${escape(path + langQuery(visit))}">${escape(words.keepIt)}</a></p>`
  showManaged(visit, words.moveTitle, body, { status })
}
