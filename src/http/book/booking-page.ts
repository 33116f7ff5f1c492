// The public page of a booking link, /book/<account>/<link>: a day and a time in the visitor's
// zone, the link's questions, who books, and the booking. A link with rules asks its questions
// first, for they decide what is offered; from then on what was answered goes along in forms, not
// in addresses.

import type { Services } from '../../context.ts'
import { networkOf } from '../../graphql/spending.ts'
import type { Exchange } from '../exchange.ts'
import { readFields, textFields } from '../form.ts'
import type { Route } from '../router.ts'
import { redirect } from '../signed-in.ts'
import { tooMany } from '../sign-in.ts'
import { createThrottle } from '../throttle.ts'
import { book } from './book.ts'
import { showQuestions, showTimes } from './choose.ts'
import { showDetails } from './details.ts'
import { showClosed, showRejected } from './ends.ts'
import { giveUp, placeOf } from './hold.ts'
import { openLinkVisit, partyOf, serviceOf, type LinkVisit } from './link-page.ts'
import { readAnswers } from './questions.ts'
import { takenText, withWhomOf } from './staff.ts'
import { lookingOf } from './times.ts'
import { pageDoor } from './visit.ts'

/** In a quarter of an hour, of one network. */
const most = { pages: 600, bookings: 60, holds: 60, seconds: 900 }

const maxFormBytes = 262_144

export function bookingPageRoutes(services: Services): Route[] {
  const { clock } = services
  const { seconds } = most
  const pages = createThrottle({ points: most.pages, seconds, clock })
  const bookings = createThrottle({ points: most.bookings, seconds, clock })
  const holds = createThrottle({ points: most.holds, seconds, clock })
  const open = async (exchange: Exchange) => {
    const network = networkOf(exchange.address)
    const wait = pages.take(network)
    if (wait > 0) throw tooMany(wait)
    const isForm = exchange.method === 'POST'
    const fields = isForm ? await readFields(exchange, maxFormBytes) : textFields(exchange.query)
    const mayKeep = () => holds.take(network) === 0
    const visit = await openLinkVisit(services, exchange, fields, mayKeep)
    if (fields.get('do') === 'book' && isForm) {
      const later = bookings.take(network)
      if (later > 0) throw tooMany(later)
    }
    await answer(visit, isForm)
  }
  return [{ path: '/book/*', methods: ['GET', 'POST'], name: 'booking-page', door: pageDoor(open) }]
}

async function answer(visit: LinkVisit, isForm: boolean): Promise<void> {
  const { link, fields, words, exchange } = visit
  const step = fields.get('do') ?? ''
  // What was done before is answered again, also when the link has closed since.
  if (!link.open && !(isForm && step === 'book')) return showClosed(visit)
  const { given, troubles } = readAnswers(link.questions, fields, words)
  const asksFirst = link.routing.length > 0
  if (asksFirst && !isForm) return showQuestions(visit, new Map())
  if (asksFirst && troubles.size > 0) return showQuestions(visit, troubles)
  const led = await serviceOf(visit, given)
  if (led.reject !== null) return showRejected(visit, led.reject)
  const withWhom = await withWhomOf(visit, led, given)
  const wanted = { led, withWhom, party: partyOf(visit, led.service), answers: given }
  const looking = lookingOf(visit, visit.business.timeZone)
  if (isForm && step === 'book' && !withWhom.isGone) {
    return book(visit, wanted, looking, troubles)
  }
  if (withWhom.isGone || looking.start === null || step === 'times' || step === 'answers') {
    await giveUp(visit)
    // Whoever goes back comes to an address that can be gone to again.
    if (isForm && step === 'times' && !asksFirst) return redirect(exchange, timesPath(visit))
    const missing = step === 'details' ? [['start', words.chooseTime] as const] : []
    const faults = withWhom.isGone ? [['staff', words.staffGone] as const] : missing
    return showTimes(visit, wanted, { ...looking, start: null }, new Map(faults))
  }
  const place = await placeOf(visit, wanted, looking)
  if (!place) return showTimes(visit, wanted, looking, new Map([['', takenText(visit, wanted)]]))
  showDetails(visit, { wanted, looking, place, others: [], troubles: new Map(), status: 200 })
}

function timesPath({ fields, path }: LinkVisit): string {
  const kept = ['lang', 'tz', 'service', 'staff', 'party', 'day']
  const sent = kept.flatMap((name) => {
    const value = fields.get(name)
    return value ? [[name, value]] : []
  })
  return `${path}?${new URLSearchParams(sent)}`
}
