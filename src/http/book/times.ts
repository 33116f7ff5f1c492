// The choice of a day and a time, as a part of a page: the zone whose days are meant, the days that
// have free times, and the times of one of them. Used to book and to move.

import { dayName, dayNumber } from '../../time/local.ts'
import { isTimeZone, localDayOf, zoneOf } from '../../time/zone.ts'
import { DAY, HOUR, type Instant } from '../../time/instant.ts'
import { escape, sourceOf, type Script } from '../page.ts'
import { button, hidden, radioField, selectField, type Troubles } from './fields.ts'
import { priceText, type MoneyData } from './summary.ts'
import type { Visit } from './visit.ts'
import { say } from './words.ts'

export type SlotData = {
  startsAt: Date
  endsAt: Date
  price?: MoneyData | null
  seatsAvailable: number | null
}

export type Offered = {
  days: { date: string; slots: SlotData[] }[]
  nextAvailable: { startsAt: Date } | null
}

export const offeredFields = `
  days { date slots { startsAt endsAt seatsAvailable price { amount currency } } }
  nextAvailable { startsAt }
`

/** How many days one page shows. */
export const shownDays = 7

/** Which days and time a visitor looks at. */
export type Looking = {
  zone: string
  /** First shown day. */
  from: string
  /** The day whose times are shown; null for the first that has some. */
  day: string | null
  /** The chosen start; null for none. */
  start: Date | null
}

const furthestDays = 3_660

/** What was chosen so far; what cannot be is taken for not chosen. */
export function lookingOf({ fields, services }: Visit, usualZone: string): Looking {
  const asked = fields.get('tz') ?? ''
  const zone = isTimeZone(asked) ? asked : usualZone
  const today = localDayOf(zoneOf(zone), services.clock.now())
  const dayIn = (name: string) => {
    const day = dayNumber(fields.get(name) ?? '')
    return day !== null && day >= today && day <= today + furthestDays ? day : null
  }
  const day = dayIn('day')
  const from = dayIn('from') ?? day ?? today
  return {
    zone,
    from: dayName(from),
    day: day !== null && day >= from && day < from + shownDays ? dayName(day) : null,
    start: startOf(fields.get('start')),
  }
}

function startOf(text: string | undefined): Date | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) return null
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? null : at
}

/** What goes along in hidden fields; null is left out. */
export type Carried = Readonly<Record<string, string | null>>

type Part = {
  looking: Looking
  offered: Offered
  troubles: Troubles
  /** Where the forms go, how, and what they carry along. */
  action: string
  method: 'get' | 'post'
  carried: Carried
  /** What can be chosen beside the zone, such as a service: as fields, and as it is now. */
  settings: { html: string; values: Carried }
  /** What the chosen time is sent with. */
  send: { label: string; do: string; method?: 'post'; carried?: Carried }
}

export function timesHtml(visit: Visit, part: Part): string {
  const { looking, method, action, carried, settings, offered, send } = part
  const { words } = visit
  const form = { words, troubles: part.troubles }
  const open = `<form method="${method}" action="${escape(action)}" novalidate>`
  const kept = { ...carried, ...settings.values, tz: looking.zone }
  const zone = selectField(form, {
    name: 'tz',
    label: words.timeZone,
    value: looking.zone,
    required: true,
    options: zones(looking.zone).map((value) => ({ value, label: value.replaceAll('_', ' ') })),
  })
  const chosen = offered.days.find(({ date }) => date === looking.day) ?? offered.days[0]
  return `${open}
${hidden({ ...carried, from: looking.from, do: 'times' })}
${settings.html}
${zone}
${button(words.show)}
</form>
<h2 id="days">${escape(words.days)}</h2>
${open}
${hidden({ ...kept, do: 'times' })}
${daysHtml(visit, part, chosen?.date ?? null)}
</form>
${
  chosen
    ? `<form method="${send.method ?? method}" action="${escape(action)}" novalidate>
${hidden({ ...kept, ...send.carried, from: looking.from, day: chosen.date })}
${startsHtml(visit, part, chosen)}
${button(send.label, { name: 'do', value: send.do })}
</form>`
    : ''
}`
}

function daysHtml(visit: Visit, { looking, offered }: Part, chosen: string | null): string {
  const { words, locale, services } = visit
  const from = dayNumber(looking.from) ?? 0
  const today = localDayOf(zoneOf(looking.zone), services.clock.now())
  const step = (label: string, day: number) =>
    `<li>${button(label, { name: 'from', value: dayName(day) })}</li>`
  const steps = [
    ...(from > today ? [step(words.earlier, Math.max(today, from - shownDays))] : []),
    step(words.later, from + shownDays),
  ]
  const days = offered.days.map(({ date, slots }) => {
    const label = `${dateText(date, locale, 'short')}, ${say(words.free, { count: slots.length })}`
    const current = date === chosen ? 'date' : undefined
    return `<li>${button(label, { name: 'day', value: date, 'aria-current': current })}</li>`
  })
  const keep = hidden({ from: looking.from })
  const list =
    days.length > 0
      ? `<ul class="days">${days.join('\n')}</ul>`
      : `<p>${escape(say(words.noTimes, range(looking, locale)))}</p>${nextHtml(visit, { looking, offered })}`
  // A button that goes on names another first day, and comes after the one that is kept.
  return `${keep}\n${list}\n<ul class="steps">${steps.join('\n')}</ul>`
}

function nextHtml(
  { words, locale }: Visit,
  { looking, offered: { nextAvailable } }: Pick<Part, 'looking' | 'offered'>,
): string {
  if (!nextAvailable) return `<p>${escape(words.fullyBooked)}</p>`
  const day = localDayOf(zoneOf(looking.zone), new Date(nextAvailable.startsAt).getTime())
  const label = say(words.firstFree, { date: dateText(dayName(day), locale, 'full') })
  return `<p>${button(label, { name: 'from', value: dayName(day) })}</p>`
}

function range({ from }: Looking, locale: string) {
  const last = dayName((dayNumber(from) ?? 0) + shownDays - 1)
  return { from: dateText(from, locale, 'short'), to: dateText(last, locale, 'short') }
}

function startsHtml(
  visit: Visit,
  { looking, troubles }: Part,
  { date, slots }: Offered['days'][number],
): string {
  const { words, locale } = visit
  const label = `${say(words.timesOn, { date: dateText(date, locale, 'full') })} (${looking.zone})`
  return radioField(
    { words, troubles },
    {
      name: 'start',
      label,
      value: looking.start?.toISOString() ?? '',
      required: true,
      options: slotOptions(visit, looking.zone, slots),
    },
  )
}

/** Each start once, by the wall clock of a zone; those that read the same say their offset. */
export function slotOptions(visit: Visit, zone: string, slots: readonly SlotData[]) {
  const { words, locale } = visit
  const starts = Map.groupBy(slots, ({ startsAt }) => new Date(startsAt).toISOString())
  const prices = new Set(slots.map(({ price }) => price?.amount ?? null))
  const clock = timeText(locale, zone)
  const read = [...starts.keys()].map((start) => clock(new Date(start)))
  return [...starts].map(([value, [slot]], index) => {
    const at = new Date(value)
    const isRepeated = read.indexOf(read[index] ?? '') !== read.lastIndexOf(read[index] ?? '')
    const seats = slot?.seatsAvailable ?? null
    const label = [
      isRepeated ? timeText(locale, zone, true)(at) : clock(at),
      seats === null ? null : say(words.seatsLeft, { count: seats }),
      prices.size > 1 ? priceText(visit, slot?.price) : null,
    ]
    return { value, label: label.filter(Boolean).join(' · ') }
  })
}

export function timeText(locale: string, zone: string, withOffset = false): (at: Date) => string {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(withOffset && { timeZoneName: 'shortOffset' }),
  })
  return (at) => format.format(at)
}

/** A local date for people. */
export function dateText(date: string, locale: string, style: 'full' | 'short'): string {
  const options = {
    full: { dateStyle: 'full' },
    short: { weekday: 'short', day: 'numeric', month: 'short' },
  } as const
  const noon = new Date((dayNumber(date) ?? 0) * DAY + 12 * HOUR)
  return new Intl.DateTimeFormat(locale, { ...options[style], timeZone: 'UTC' }).format(noon)
}

/** The local date of an instant. */
export function dateOf(zone: string, at: Instant): string {
  return dayName(localDayOf(zoneOf(zone), at))
}

function zones(current: string): string[] {
  const known = knownZones
  return known.includes(current) ? known : [current, ...known]
}

const knownZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]

// Shows the visitor's own days first, where the address names no zone.
const zoneScript = `
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const here = new URL(location.href)
if (zone && !here.searchParams.has('tz')) {
  here.searchParams.set('tz', zone)
  location.replace(here)
}
`

export const ownZone: Script = { text: zoneScript, source: sourceOf(zoneScript) }
