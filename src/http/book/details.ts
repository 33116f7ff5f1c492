// The last page before a booking: what is booked, the questions that were not asked yet, and who
// books. Shown again with what is wrong, and with other times when the chosen one is gone.

import { scalars } from '../../graphql/scalars.ts'
import { isPhoneNumber } from '../../graphql/text.ts'
import { escape } from '../page.ts'
import {
  button,
  factsHtml,
  hidden,
  radioField,
  saidHtml,
  textField,
  troublesHtml,
} from './fields.ts'
import { formKey } from './form-key.ts'
import type { Place } from './hold.ts'
import type { LinkVisit, Wanted } from './link-page.ts'
import { carriedAnswers, namedTroubles, questionsHtml } from './questions.ts'
import { namesOf } from './staff.ts'
import { depositText, lengthText, policyText, priceText, spanText } from './summary.ts'
import { dateOf, timeText, type Carried, type Looking, type SlotData } from './times.ts'
import { show } from './visit.ts'
import { say } from './words.ts'

const longest = { name: 200, email: 254, notes: 5_000 }

export type Contact = { name: string; email: string; phone: string; notes: string }

/** Who books, as it was sent, and what is wrong with it by field. */
export function readContact({ fields, words }: LinkVisit): {
  contact: Contact
  troubles: Map<string, string>
} {
  const sent = (name: string) => (fields.get(name) ?? '').trim()
  const [name, email, phone, notes] = ['name', 'email', 'phone', 'notes'].map(sent) as [
    string,
    string,
    string,
    string,
  ]
  const troubles = new Map<string, string>()
  if (name === '') troubles.set('name', words.required)
  if (name.length > longest.name) troubles.set('name', say(words.tooLong, { count: longest.name }))
  if (email === '') troubles.set('email', words.required)
  else if (!isEmail(email)) troubles.set('email', words.notEmail)
  if (phone !== '' && !isPhoneNumber(phone)) troubles.set('phone', words.notPhone)
  if (notes.length > longest.notes)
    troubles.set('notes', say(words.tooLong, { count: longest.notes }))
  return { contact: { name, email, phone, notes }, troubles }
}

/** As the graph takes it. */
function isEmail(text: string): boolean {
  if (text.length > longest.email) return false
  try {
    scalars.EmailAddress.parseValue(text)
    return true
  } catch {
    return false
  }
}

type Details = {
  wanted: Wanted
  looking: Looking
  /** The chosen slot, and how long it is kept; null when it is gone. */
  place: Place | null
  /** In its place. */
  others: readonly SlotData[]
  troubles: Map<string, string>
  status: number
}

export function showDetails(visit: LinkVisit, details: Details): void {
  const { words, link, fields, path } = visit
  const { wanted, looking, place, status } = details
  const { service } = wanted.led
  const asked = link.routing.length > 0
  const { name, email, phone, notes } = words
  const labels = { name, email, phone, notes }
  const troubles = namedTroubles(link.questions, details.troubles, labels)
  const form = { words, troubles: details.troubles }
  const carried: Carried = {
    ...(asked && carriedAnswers(link.questions, fields)),
    lang: fields.get('lang') ?? null,
    tz: looking.zone,
    service: service.id,
    staff: wanted.withWhom.chosen?.id ?? null,
    party: String(wanted.party),
    start: place ? new Date(place.slot.startsAt).toISOString() : null,
    hold: place?.kept?.id ?? null,
    key: formKey(visit),
  }
  const questions =
    asked || link.questions.length === 0 ? '' : questionsHtml(link.questions, fields, form)
  const send = service.requiresConfirmation ? words.request : words.book
  const body = `${troublesHtml({ words, troubles })}
${keptHtml(visit, details)}
${factsHtml(factsOf(visit, details))}
<form method="post" action="${escape(path)}" novalidate>
${hidden(carried)}
${place ? '' : othersHtml(visit, details)}
${questions && `<h2>${escape(words.yourAnswers)}</h2>\n${questions}`}
<h2>${escape(words.yourDetails)}</h2>
${contactHtml(visit, form)}
${button(send, { name: 'do', value: 'book' })}
</form>
${backHtml(visit, details, carried)}`
  const pays = visit.services.till !== null && depositText(visit, service) !== null
  // The provider of payments has its own addresses, and the browser follows from this form to them.
  const formTargets = pays ? ['https:'] : []
  show(visit, link.title, body, { status, formTargets })
}

/** Until when the time is kept. */
function keptHtml(visit: LinkVisit, { place, looking: { zone } }: Details): string {
  if (!place?.kept) return ''
  const { words, locale } = visit
  const until = `${timeText(locale, zone)(place.kept.until)} (${zone})`
  return saidHtml(say(place.isAnew ? words.keptAnew : words.kept, { until }))
}

function factsOf(visit: LinkVisit, { wanted, looking, place }: Details) {
  const { words } = visit
  const slot = place?.slot ?? null
  const { service } = wanted.led
  const { zone } = looking
  const start = slot && new Date(slot.startsAt)
  return [
    [words.service, service.name],
    [words.withWhom, namesOf(wanted.withWhom)],
    [words.when, slot && spanText(visit, zone, new Date(slot.startsAt), new Date(slot.endsAt))],
    [
      words.length,
      service.kind === 'APPOINTMENT' ? lengthText(visit, service.durationMinutes) : null,
    ],
    [words.people, wanted.party > 1 || service.maxParty > 1 ? String(wanted.party) : null],
    [words.price, priceText(visit, slot ? slot.price : service.price)],
    [words.deposit, depositText(visit, service)],
    [words.cancelling, start && policyText(visit, service, zone, start)],
    [words.approval, service.requiresConfirmation ? words.approvalMeans : null],
  ] as const
}

function othersHtml(visit: LinkVisit, { looking, others, troubles }: Details): string {
  const { words, locale } = visit
  const options = others.map((slot) => {
    const at = new Date(slot.startsAt)
    return {
      value: at.toISOString(),
      label: spanText({ words, locale }, looking.zone, at, new Date(slot.endsAt)),
    }
  })
  const field = { name: 'start', label: words.otherTimes, value: '', required: true, options }
  return radioField({ words, troubles }, field)
}

function contactHtml({ fields }: LinkVisit, form: Parameters<typeof textField>[0]): string {
  const { words } = form
  const value = (name: string) => fields.get(name) ?? ''
  return [
    textField(form, {
      name: 'name',
      label: words.name,
      value: value('name'),
      required: true,
      autocomplete: 'name',
    }),
    textField(form, {
      name: 'email',
      label: words.email,
      value: value('email'),
      required: true,
      hint: words.emailHint,
      type: 'email',
      autocomplete: 'email',
    }),
    textField(form, {
      name: 'phone',
      label: words.phone,
      value: value('phone'),
      required: false,
      type: 'tel',
      autocomplete: 'tel',
    }),
    textField(form, {
      name: 'notes',
      label: words.notes,
      value: value('notes'),
      required: false,
      rows: 3,
    }),
  ].join('\n')
}

/** Back to the times of that day, with everything that was chosen; gives up what is kept. */
function backHtml(
  { words, path }: LinkVisit,
  { place, looking: { zone } }: Details,
  carried: Carried,
): string {
  const day = place && dateOf(zone, new Date(place.slot.startsAt).getTime())
  return `<form method="post" action="${escape(path)}">
${hidden({ ...carried, start: null, key: null, day, do: 'times' })}${button(words.allTimes)}
</form>`
}
