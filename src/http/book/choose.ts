// The pages on which a visitor chooses: the questions of a link that asks them first, and the days
// and times that are free.

import { randomUUID } from 'node:crypto'
import { escape } from '../page.ts'
import { button, hidden, selectField, textField, troublesHtml, type Troubles } from './fields.ts'
import { offeredOn, type LinkVisit, type Wanted } from './link-page.ts'
import { carriedAnswers, namedTroubles, questionsHtml } from './questions.ts'
import { anyone, namesOf } from './staff.ts'
import { lengthText, priceText } from './summary.ts'
import { ownZone, timesHtml, type Looking, type Offered } from './times.ts'
import { show } from './visit.ts'
import { pageLanguages, pageWords } from './words.ts'

export async function showTimes(
  visit: LinkVisit,
  wanted: Wanted,
  looking: Looking,
  troubles: Map<string, string>,
): Promise<void> {
  const { link, fields, words, path, exchange } = visit
  const isLed = link.routing.length > 0
  const offered = await offeredOn(visit, wanted, looking)
  // What is chosen from elsewhere cannot be linked to when there is nothing to choose from.
  const hasField = (name: string) =>
    name === 'staff' ? wanted.withWhom.choices.length > 0 : offered.days.length > 0
  const shown: Troubles = new Map(
    [...troubles].map(([name, text]) => [hasField(name) ? name : '', text]),
  )
  const body = `${troublesHtml({ words, troubles: shown })}
${serviceHtml(visit, wanted, offered)}
${timesHtml(visit, {
  looking,
  offered,
  troubles: shown,
  action: path,
  method: isLed ? 'post' : 'get',
  carried: {
    lang: fields.get('lang') ?? null,
    ...(isLed && carriedAnswers(link.questions, fields)),
  },
  settings: settingsOf(visit, wanted, shown),
  send: {
    label: words.next,
    do: 'details',
    // A time that is chosen is kept, which an address that is looked at never does.
    method: 'post',
    carried: { pick: randomUUID() },
  },
})}
${languagesHtml(visit)}`
  show(visit, link.title, body, {
    status: shown.size > 0 ? (troubles.has('start') ? 422 : 409) : 200,
    ...(!isLed && exchange.method === 'GET' && { script: ownZone }),
  })
}

function serviceHtml(visit: LinkVisit, { led, withWhom }: Wanted, { days }: Offered): string {
  const { name, description, kind, durationMinutes } = led.service
  const length = kind === 'APPOINTMENT' ? lengthText(visit, durationMinutes) : null
  // Who is chosen may have a price of their own.
  const price = (withWhom.chosen && days[0]?.slots[0]?.price) || led.service.price
  const facts = [name, length, priceText(visit, price)].filter(Boolean).join(' · ')
  const about = description ? `<p>${escape(description)}</p>` : ''
  const known = withWhom.known.length > 0 ? `${visit.words.withWhom}: ${namesOf(withWhom)}` : ''
  const who = known && `<p>${escape(known)}</p>`
  return `<p><strong>${escape(facts)}</strong></p>${who}${about}`
}

/** The choice of a service, of who does it and of how many come, where there is one. */
function settingsOf(
  { link, words }: LinkVisit,
  { led, withWhom, party }: Wanted,
  troubles: Troubles,
) {
  const form = { words, troubles }
  const { service, isLed } = led
  const { minParty, maxParty } = service
  const services =
    isLed || link.services.length < 2
      ? ''
      : selectField(form, {
          name: 'service',
          label: words.service,
          value: service.id,
          required: true,
          options: link.services.map(({ id, name }) => ({ value: id, label: name })),
        })
  const { choices, chosen } = withWhom
  const staff =
    choices.length === 0
      ? ''
      : selectField(form, {
          name: 'staff',
          label: words.withWhom,
          value: chosen?.id ?? anyone,
          required: true,
          options: [
            { value: anyone, label: words.anyone },
            ...choices.map(({ id, name }) => ({ value: id, label: name })),
          ],
        })
  const size = { name: 'party', label: words.people, value: String(party), required: true }
  const people =
    maxParty === minParty
      ? ''
      : maxParty - minParty < 30
        ? selectField(form, { ...size, options: sizes(minParty, maxParty) })
        : textField(form, { ...size, inputmode: 'numeric' })
  return {
    html: services + staff + people,
    values: {
      service: isLed ? null : service.id,
      staff: chosen?.id ?? null,
      party: String(party),
    },
  }
}

const sizes = (least: number, most: number) =>
  Array.from({ length: most - least + 1 }, (_, index) => {
    const size = String(least + index)
    return { value: size, label: size }
  })

export function showQuestions(visit: LinkVisit, troubles: Map<string, string>): void {
  const { link, fields, words, path } = visit
  const form = { words, troubles }
  const carried = {
    lang: fields.get('lang') ?? null,
    tz: fields.get('tz') ?? null,
    service: fields.get('service') ?? null,
    staff: fields.get('staff') ?? null,
    party: fields.get('party') ?? null,
    do: 'answers',
  }
  const body = `${troublesHtml({ words, troubles: namedTroubles(link.questions, troubles) })}
<form method="post" action="${escape(path)}" novalidate>
${hidden(carried)}
${questionsHtml(link.questions, fields, form)}
${button(words.next)}
</form>
${languagesHtml(visit)}`
  show(visit, link.title, body, { status: troubles.size > 0 ? 422 : 200, script: ownZone })
}

/** The same page in the other languages; nothing that was answered is in the address. */
function languagesHtml({ words, language, exchange, path }: LinkVisit): string {
  const query = new URLSearchParams(exchange.method === 'POST' ? '' : exchange.query)
  const items = pageLanguages
    .filter((each) => each !== language)
    .map((each) => {
      query.set('lang', each)
      const name = escape(pageWords(each).language)
      const address = escape(`${path}?${query}`)
      return `<li><a href="${address}" lang="${each}" hreflang="${each}">${name}</a></li>`
    })
  return `<nav class="languages" aria-label="${escape(words.languages)}"><ul>${items.join('')}</ul></nav>`
}
