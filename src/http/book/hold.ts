// What a booking page keeps for its visitor while they fill in the form: placed when a time is
// chosen, given up when they go back or choose another, found again by the form itself or, where
// that was left, by a cookie. Whoever takes no cookie, and whoever is kept nothing, books as well.

import { randomUUID } from 'node:crypto'
import type { RefusalCode } from '../../errors.ts'
import { networkOf } from '../../graphql/spending.ts'
import { cookieOf } from '../session-cookie.ts'
import { formKey } from './form-key.ts'
import { slotAt, type LinkVisit, type Wanted } from './link-page.ts'
import type { MoneyData } from './summary.ts'
import type { Looking, SlotData } from './times.ts'
import { ask } from './visit.ts'

const holdFields = `id state startsAt endsAt expiresAt party price { amount currency }
  link { id } service { id } staffMembers { id }`

type Hold = {
  id: string
  state: string
  startsAt: Date
  endsAt: Date
  expiresAt: Date
  party: number
  price: MoneyData | null
  link: { id: string } | null
  service: { id: string }
  staffMembers: { id: string }[]
}

/** What is booked if the visitor goes on: what is free or, with `kept`, is theirs until then. */
export type Place = { slot: SlotData; kept: { id: string; until: Date } | null; isAnew: boolean }

/** The hold that the form says it was shown with. */
export function sentHold({ exchange, fields }: LinkVisit): string | null {
  return (exchange.method === 'POST' && fields.get('hold')) || null
}

/** The chosen slot, kept if that can be; null when it is not free any more. */
export async function placeOf(
  visit: LinkVisit,
  wanted: Wanted,
  looking: Looking,
): Promise<Place | null> {
  const own = await ownHold(visit)
  if (own && keeps(own, wanted, looking)) return placeAt(own, false)
  // Looking at an address keeps nothing from anybody.
  if (visit.exchange.method === 'POST' && visit.mayKeep()) {
    const hold = await place(visit, wanted, looking, own?.id ?? null)
    if (hold) {
      setHoldCookie(visit, hold)
      return placeAt(hold, sentHold(visit) !== null)
    }
  }
  const slot = await slotAt(visit, wanted, looking)
  return slot && { slot, kept: null, isAnew: false }
}

const placeAt = (hold: Hold, isAnew: boolean): Place => ({
  slot: { ...hold, seatsAvailable: null },
  kept: { id: hold.id, until: new Date(hold.expiresAt) },
  isAnew,
})

const ownDocument = `query BookingPageHold($id: ID!) { node(id: $id) { ... on Hold { ${holdFields} } } }`

/** The live hold that the visitor has of this link; null for none. */
async function ownHold(visit: LinkVisit): Promise<Hold | null> {
  const id = sentHold(visit) ?? cookieOf(visit.exchange.req.headers, cookieName)
  if (id === null) return null
  const { node } = await ask<{ node: Partial<Hold> | null }>(visit.booker, ownDocument, { id })
  return node?.state === 'LIVE' && node.link?.id === visit.link.id ? (node as Hold) : null
}

/** Whether that is what is wanted. */
function keeps(
  { startsAt, service, party, staffMembers }: Hold,
  { led, withWhom: { chosen }, party: heads }: Wanted,
  { start }: Looking,
): boolean {
  return (
    new Date(startsAt).getTime() === start?.getTime() &&
    service.id === led.service.id &&
    party === heads &&
    (!chosen || staffMembers.some(({ id }) => id === chosen.id))
  )
}

const placeDocument = `mutation BookingPageKeep($input: CreateLinkHoldInput!) {
  createLinkHold(input: $input) {
    ... on CreateLinkHoldSuccess { data { ${holdFields} } }
    ... on Refusal { code message }
  }
}`

type Placed = { createLinkHold: { data?: Hold; code?: RefusalCode } }

async function place(
  visit: LinkVisit,
  { led, withWhom, party, answers }: Wanted,
  { start }: Looking,
  replaces: string | null,
): Promise<Hold | null> {
  const { link, booker, exchange, fields } = visit
  const input = {
    linkId: link.id,
    serviceId: led.isLed ? null : led.service.id,
    startsAt: start,
    staffId: withWhom.chosen?.id ?? null,
    partySize: party,
    answers: link.routing.length > 0 ? answers : {},
    visitor: networkOf(exchange.address),
    replaces,
  }
  // A form that is sent twice at once keeps its time once; sent again later, it may keep it anew.
  const key = formKey(visit, fields.has('pick') ? 'pick' : 'key')
  const said = [key, start?.toISOString(), replaces].join(' ')
  for (const idempotencyKey of [said, randomUUID()]) {
    const variables = { input: { ...input, idempotencyKey } }
    const { createLinkHold } = await ask<Placed>(booker, placeDocument, variables)
    const { data } = createLinkHold
    if (!data) return null
    if (data.state === 'LIVE') return data
  }
  return null
}

const releaseDocument = `mutation BookingPageRelease($input: ReleaseHoldInput!) {
  releaseHold(input: $input) { __typename }
}`

/** Gives up what is kept for the visitor: whoever goes back finds their own time free again. */
export async function giveUp(visit: LinkVisit): Promise<void> {
  const own = await ownHold(visit)
  if (own) await ask(visit.booker, releaseDocument, { input: { id: own.id } })
  forgetHold(visit)
}

const cookieName = 'slotgraph_hold'

function setHoldCookie(visit: LinkVisit, { id, expiresAt }: Hold): void {
  const left = new Date(expiresAt).getTime() - visit.services.clock.now()
  setCookie(visit, id, Math.ceil(left / 1000))
}

export function forgetHold(visit: LinkVisit): void {
  if (cookieOf(visit.exchange.req.headers, cookieName) !== null) setCookie(visit, '', 0)
}

function setCookie({ exchange, services, path }: LinkVisit, value: string, maxAge: number): void {
  const secure = services.baseUrl().startsWith('https:') ? '; Secure' : ''
  const terms = `Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
  exchange.res.appendHeader('set-cookie', `${cookieName}=${value}; ${terms}`)
}
