// The page of a booking, /manage/<secret>: what was booked, and the ways to move, to cancel and to
// pay. The secret is all the right there is; whoever tries many is slowed down.

import { randomUUID } from 'node:crypto'
import { managePath } from '../../booking/manage-link.data.ts'
import type { Services } from '../../context.ts'
import { networkOf } from '../../graphql/spending.ts'
import { HttpFault, type Exchange } from '../exchange.ts'
import { readFields, textFields } from '../form.ts'
import { escape } from '../page.ts'
import type { Route } from '../router.ts'
import { redirect } from '../signed-in.ts'
import { tooMany } from '../sign-in.ts'
import { createThrottle } from '../throttle.ts'
import { cancelPart } from './cancel.ts'
import { button, factsHtml, hidden, saidHtml } from './fields.ts'
import { setManageCookie, takeManageCookie } from './manage-cookie.ts'
import { langQuery, openManaged, secretHeaders, showManaged, type ManagedVisit } from './managed.ts'
import { movePart } from './move.ts'
import { startPaying } from './pay.ts'
import { atText, moneyText, policyText, priceText, spanText } from './summary.ts'
import { pageDoor, showEnd } from './visit.ts'
import { say } from './words.ts'

/** In a quarter of an hour, of one network: all of it, and addresses that lead to nothing. */
const most = { visits: 600, misses: 30, seconds: 900 }

const maxFormBytes = 16_384

export function managePageRoutes(services: Services): Route[] {
  const { seconds } = most
  const { clock } = services
  const visits = createThrottle({ points: most.visits, seconds, clock })
  const misses = createThrottle({ points: most.misses, seconds, clock })
  const wait = (wanted: number) => {
    if (wanted > 0) throw tooMany(wanted)
  }
  const open = async (exchange: Exchange) => {
    const network = networkOf(exchange.address)
    wait(visits.take(network))
    const isForm = exchange.method === 'POST'
    const fields = isForm ? await readFields(exchange, maxFormBytes) : textFields(exchange.query)
    try {
      await answer(await openManaged(services, exchange, fields), isForm)
    } catch (error) {
      // Who has an address that is good does not wait for a neighbour who guesses.
      if (error instanceof HttpFault && error.status === 404) wait(misses.take(network))
      throw error
    }
  }
  const common = { name: 'manage-page' }
  return [
    {
      ...common,
      path: managePath,
      methods: ['GET'],
      door: pageDoor((exchange) => comeBack(services, exchange), secretHeaders),
    },
    {
      ...common,
      path: `${managePath}/*`,
      methods: ['GET', 'POST'],
      door: pageDoor(open, secretHeaders),
    },
  ]
}

/** From the provider of payments back to the booking. */
function comeBack(services: Services, exchange: Exchange): void {
  const path = takeManageCookie({ services, exchange })
  const done = exchange.query.get('done') === 'paid' ? 'paid' : 'unpaid'
  if (path) return redirect(exchange, `${path}?done=${done}`)
  showEnd(exchange, (words) => [words.returnTitle, words.returned], secretHeaders)
}

async function answer(visit: ManagedVisit, isForm: boolean): Promise<void> {
  if (visit.part === 'move') return movePart(visit, isForm)
  if (visit.part === 'cancel') return cancelPart(visit, isForm)
  if (!isForm) return showBooking(visit)
  if (visit.fields.get('do') !== 'pay') throw new HttpFault(400, 'The form asks for nothing.')
  const checkout = await startPaying(visit, visit.booking.id, randomUUID())
  if (!checkout) return showBooking(visit, visit.words.payFailed)
  setManageCookie(visit, visit.path)
  redirect(visit.exchange, checkout)
}

function showBooking(visit: ManagedVisit, trouble: string | null = null): void {
  const { words, booking, path } = visit
  const { customerMay } = booking
  const link = (part: string, text: string) =>
    `<li><a href="${escape(`${path}/${part}${langQuery(visit)}`)}">${escape(text)}</a></li>`
  const ways = [
    customerMay.moveUntil && link('move', words.move),
    customerMay.cancelUntil && link('cancel', words.cancel),
  ].filter(Boolean)
  const body = `${trouble ? `<div class="trouble" role="alert"><p>${escape(trouble)}</p></div>` : ''}
${doneHtml(visit)}
${factsHtml(factsOf(visit))}
${payHtml(visit)}
${ways.length > 0 ? `<ul>${ways.join('')}</ul>` : ''}
${movableHtml(visit)}`
  const formTargets = visit.services.till && amountDue(visit) ? ['https:'] : []
  showManaged(visit, words.yourBooking, body, { status: trouble ? 409 : 200, formTargets })
}

/** What was just done; of a new booking also where it is found again. */
function doneHtml(visit: ManagedVisit): string {
  const { words, booking, fields, services, path } = visit
  const done = fields.get('done')
  if (done === 'moved') return saidHtml(words.moved)
  if (done === 'cancelled') return saidHtml(words.cancelled)
  if (done === 'paid' || done === 'unpaid') {
    const said = saidHtml(done === 'paid' ? words.paidThanks : words.unpaid)
    return said + keepHtml(visit)
  }
  if (done !== 'booked') return ''
  const { status, payBy } = booking
  const said = payBy ? words.awaited : status === 'PENDING' ? words.requested : words.booked
  return saidHtml(said) + keepHtml({ words, services, path })
}

function keepHtml({ words, services, path }: Pick<ManagedVisit, 'words' | 'services' | 'path'>) {
  const address = escape(services.baseUrl() + path)
  return `<p>${escape(words.keep)} <a class="address" href="${address}">${address}</a></p>`
}

function factsOf(visit: ManagedVisit) {
  const { words, booking } = visit
  const { service, timeZone: zone, payBy } = booking
  const isOver = booking.status === 'CANCELLED' || booking.status === 'DECLINED'
  const due = amountDue(visit)
  const state =
    payBy && due
      ? say(words.awaitsDeposit, {
          amount: moneyText(visit, due) ?? '',
          until: atText(visit, zone, payBy),
        })
      : words.states[booking.status]
  const may = booking.customerMay.cancelUntil !== null
  return [
    [words.status, state],
    [words.service, service.name],
    [words.when, spanText(visit, zone, booking.startsAt, booking.endsAt)],
    [words.withWhom, booking.staffMembers.map(({ name }) => name).join(', ')],
    [words.people, booking.party.total > 1 ? String(booking.party.total) : null],
    [words.number, booking.number],
    [words.price, priceText(visit, booking.price)],
    [words.paid, booking.amountPaid.amount > 0 ? moneyText(visit, booking.amountPaid) : null],
    [
      words.refundDue,
      isOver && booking.refundDue.amount > 0 ? moneyText(visit, booking.refundDue) : null,
    ],
    [words.cancelling, may ? policyText(visit, service, zone, booking.startsAt) : null],
  ] as const
}

/** What is awaited before the booking stands; null for nothing. */
function amountDue({ booking }: ManagedVisit) {
  const { payBy, deposit, amountPaid } = booking
  const amount = deposit.amount - amountPaid.amount
  return payBy && amount > 0 ? { ...deposit, amount } : null
}

function payHtml(visit: ManagedVisit): string {
  const due = visit.services.till && amountDue(visit)
  if (!due) return ''
  const label = say(visit.words.payNow, { amount: moneyText(visit, due) ?? '' })
  return `<form method="post" action="${escape(visit.path)}">
${hidden({ do: 'pay', lang: visit.fields.get('lang') })}${button(label)}
</form>`
}

function movableHtml(visit: ManagedVisit): string {
  const { words, booking } = visit
  const { moveUntil } = booking.customerMay
  if (!moveUntil) return ''
  const until = atText(visit, booking.timeZone, moveUntil)
  return `<p>${escape(say(words.moveUntil, { until }))}</p>`
}
