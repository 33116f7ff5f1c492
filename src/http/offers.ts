// The page of an offer to somebody who waits: its secret is the address that their mail names. It
// is booked or given up there, while it stands; whoever tries many addresses is slowed down.

import type { Services } from '../context.ts'
import { networkOf } from '../graphql/spending.ts'
import { acceptOffer, declineOffer } from '../waitlist/answer.actions.ts'
import { offerAt } from '../waitlist/offer-link.ts'
import { endOf } from '../waitlist/waitlist.ts'
import { offeredBy, type OfferedEntry } from '../waitlist/waitlist.data.ts'
import { instantText, whenText } from '../notice/message.ts'
import type { Exchange } from './exchange.ts'
import { sentenceOf } from './invitations.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'
import { noStore, tooMany, troubleHtml } from './sign-in.ts'
import type { People } from './signed-in.ts'
import { createThrottle } from './throttle.ts'

type Parts = { services: Services; people: People }

export function offerRoutes(parts: Parts): Route[] {
  const { clock, db, sealer } = parts.services
  const byAddress = createThrottle({ points: 60, seconds: 900, clock })
  const door = async (exchange: Exchange) => {
    const seconds = byAddress.take(networkOf(exchange.address))
    if (seconds > 0) throw tooMany(seconds)
    const hold = offerAt(sealer, exchange.path)
    const entry = hold && (await offeredBy(db, hold))
    if (!entry) return sendOver(exchange, 404, 'There is no such offer. Check the address.')
    const over = ending(entry, clock.now())
    if (over !== null) return sendOver(exchange, 410, over)
    return exchange.method === 'POST'
      ? answer(parts, exchange, entry)
      : show(parts, exchange, entry, null)
  }
  return [{ path: '/offers/*', methods: ['GET', 'POST'], name: 'offers', door }]
}

const endings = {
  BOOKED: 'This was booked already.',
  LEFT: 'You have given this up.',
  EXPIRED: 'The time to accept this is over.',
}

/** What has become of an offer; null while it stands. */
function ending({ state, hold }: OfferedEntry, now: number): string | null {
  const end = hold ? endOf(hold, now) : 'EXPIRED'
  if (state === 'BOOKED' || state === 'LEFT') return endings[state]
  if (end !== null) return endings[end]
  return state === 'OFFERED' ? null : endings.EXPIRED
}

async function answer(parts: Parts, exchange: Exchange, entry: OfferedEntry): Promise<void> {
  const { services, people } = parts
  const form = await people.readForm(exchange)
  const hold = { accountId: entry.accountId, id: entry.holdId ?? '' }
  let done = ''
  const trouble = await sentenceOf(async () => {
    if (form.get('answer') === 'decline') {
      await declineOffer(services, hold)
      done = '<p>You have given it up.</p>'
      return
    }
    const { number, status } = await acceptOffer(services, hold)
    const waits = status === 'PENDING' ? ' It waits to be confirmed; you hear of it by mail.' : ''
    done = `<p>It is booked. Your number is <strong>${escape(number)}</strong>.${waits}</p>`
  })
  if (trouble === null) {
    return sendPage(exchange, entry.account.name, done, { headers: noStore })
  }
  return show(parts, exchange, entry, trouble)
}

function show(
  { people }: Parts,
  exchange: Exchange,
  { account, customer, service, hold, partySize }: OfferedEntry,
  trouble: string | null,
): void {
  const timeZone = customer.timeZone ?? account.timeZone
  const told = { timeZone, locale: customer.locale ?? account.locale }
  const when = hold ? whenText(hold.startsAt, hold.endsAt, told) : ''
  const until = hold ? instantText(hold.expiresAt, told) : ''
  const heads = partySize > 1 ? `, for ${partySize}` : ''
  const body = `${trouble === null ? '' : troubleHtml(trouble)}
<p><strong>${escape(service.name)}</strong>${heads}<br>${escape(when)}</p>
<p>It is kept for you until ${escape(until)}.</p>
<form method="post">${people.formToken(exchange)}
<button name="answer" value="accept">Book it</button>
<button name="answer" value="decline">Give it up</button></form>`
  const status = trouble === null ? 200 : 422
  sendPage(exchange, account.name, body, { status, headers: noStore })
}

function sendOver(exchange: Exchange, status: number, sentence: string): void {
  const body = troubleHtml(sentence)
  sendPage(exchange, 'This offer is over', body, { status, headers: noStore })
}
