// Cancelling a booking on its page: first what it would mean, by the policy of the service, then
// the cancellation. What was shown is what is done: when it would mean something else by now, it is
// shown again.

import type { RefusalCode } from '../../errors.ts'
import { escape } from '../page.ts'
import { redirect } from '../signed-in.ts'
import { button, factsHtml, hidden, textField, troublesHtml } from './fields.ts'
import { langQuery, showManaged, type ManagedVisit } from './managed.ts'
import { moneyText, policyText, spanText } from './summary.ts'
import { ask } from './visit.ts'
import { say } from './words.ts'

const longestReason = 500

const cancelDocument = `mutation ManagedCancel($input: CancelBookingInput!) {
  cancelBooking(input: $input) {
    ... on CancelBookingSuccess { data { id } }
    ... on Refusal { code message }
  }
}`

type Cancelled = { cancelBooking: { data?: { id: string }; code?: RefusalCode } }

export async function cancelPart(visit: ManagedVisit, isForm: boolean): Promise<void> {
  const { booking, words, fields } = visit
  if (booking.status === 'CANCELLED' && isForm) return done(visit)
  if (!booking.customerMay.cancelUntil) return showCannot(visit)
  if (!isForm) return showForm(visit, new Map(), 200)
  const reason = (fields.get('reason') ?? '').trim()
  if (reason.length > longestReason) {
    const fault = say(words.tooLong, { count: longestReason })
    return showForm(visit, new Map([['reason', fault]]), 422)
  }
  if (fields.get('seen') !== seenOf(visit)) return changed(visit)
  const input = {
    id: booking.id,
    reason: reason || null,
    refund: 'POLICY',
    expectedVersion: booking.version,
  }
  const { cancelBooking: result } = await ask<Cancelled>(visit, cancelDocument, { input })
  if (result.data || result.code === 'ALREADY_CANCELLED') return done(visit)
  if (result.code === 'VERSION_CONFLICT') return changed(visit)
  showCannot(visit)
}

const done = (visit: ManagedVisit) =>
  redirect(visit.exchange, visit.path + langQuery(visit, { done: 'cancelled' }))

const changed = (visit: ManagedVisit) =>
  showForm(visit, new Map([['', visit.words.changedMeanwhile]]), 409)

/** What somebody who agrees has seen: the booking as it is, and what they get back. */
function seenOf({ booking }: ManagedVisit): string {
  return `${booking.version} ${booking.cancellationPreview?.refund.amount ?? 0}`
}

function showCannot(visit: ManagedVisit): void {
  const { words, path } = visit
  const body = `<p>${escape(words.cannotCancel)}</p>
<p><a href="${escape(path + langQuery(visit))}">${escape(words.yourBooking)}</a></p>`
  showManaged(visit, words.cancelTitle, body, { status: 409 })
}

function showForm(visit: ManagedVisit, troubles: Map<string, string>, status: number): void {
  const { words, booking, path, fields } = visit
  const { service, timeZone: zone, startsAt, endsAt } = booking
  const refund = booking.cancellationPreview?.refund ?? null
  const meaning =
    booking.amountPaid.amount > 0
      ? say(words.refund, { amount: moneyText(visit, refund) ?? '' })
      : words.nothingPaid
  const form = { words, troubles }
  const body = `${troublesHtml(form)}
${factsHtml([
  [words.service, service.name],
  [words.when, spanText(visit, zone, startsAt, endsAt)],
  [words.cancelling, policyText(visit, service, zone, startsAt)],
])}
<p><strong>${escape(meaning)}</strong></p>
<form method="post" action="${escape(`${path}/cancel`)}" novalidate>
${hidden({ seen: seenOf(visit), lang: fields.get('lang') })}
${textField(form, {
  name: 'reason',
  label: words.reason,
  value: fields.get('reason') ?? '',
  required: false,
  rows: 3,
})}
${button(words.cancelNow)}
</form>
<p><a href="${escape(path + langQuery(visit))}">${escape(words.keepIt)}</a></p>`
  showManaged(visit, words.cancelTitle, body, { status })
}
