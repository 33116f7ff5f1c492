// With whom: who is shown on the page of a link, and among whom its visitor may choose.

import { choosesOne, membersOf } from '../../link/link.ts'
import type { Led, LinkVisit, Wanted } from './link-page.ts'
import { ask } from './visit.ts'
import { say } from './words.ts'

export type Member = { id: string; name: string }

export type WithWhom = {
  /** Among whom the visitor may choose; nobody where there is nothing to choose. */
  choices: readonly Member[]
  /** Who was chosen; null for anyone. */
  chosen: Member | null
  /** Who it is with in any case. */
  known: readonly Member[]
  /** Somebody was chosen who cannot be. */
  isGone: boolean
}

/** What is sent for no choice. */
export const anyone = 'anyone'

const staffDocument = `query BookingPageStaff($link: ID!, $service: ID, $answers: JSONObject) {
  bookingLink(id: $link) { staff(serviceId: $service, answers: $answers) { id name } }
}`

type StaffData = { bookingLink: { staff: Member[] } | null }

export async function withWhomOf(
  visit: LinkVisit,
  { service, isLed }: Led,
  answers: object,
): Promise<WithWhom> {
  const { link, fields } = visit
  const sent = fields.get('staff') ?? ''
  const asked = sent === anyone ? '' : sent
  const { distribution, visitorsChooseStaff } = link
  const canChoose = choosesOne(distribution) && visitorsChooseStaff
  const nobody = { choices: [], chosen: null, known: [] }
  // Sessions are led by whom they say.
  if (service.kind === 'CLASS') return { ...nobody, isGone: false }
  if (choosesOne(distribution) && !canChoose) return { ...nobody, isGone: asked !== '' }
  const { bookingLink } = await ask<StaffData>(visit, staffDocument, {
    link: link.id,
    service: isLed ? null : service.id,
    answers: link.routing.length > 0 ? answers : null,
  })
  const members = membersOf(distribution, bookingLink?.staff ?? [])
  const isChoice = canChoose && members.length > 1
  const chosen = isChoice ? (members.find(({ id }) => id === asked) ?? null) : null
  const known = isChoice ? [] : members
  const isOnly = known.length === 1 && known[0]?.id === asked
  return {
    choices: isChoice ? members : [],
    chosen,
    known,
    isGone: asked !== '' && !chosen && !isOnly,
  }
}

/** Those who are known to do it; '' when it may be anyone. */
export function namesOf({ chosen, known }: WithWhom): string {
  return (chosen ? [chosen] : known).map(({ name }) => name).join(', ')
}

/** That the chosen time is gone, with whoever was chosen. */
export function takenText({ words }: LinkVisit, { withWhom: { chosen } }: Wanted): string {
  return chosen ? say(words.takenWith, { name: chosen.name }) : words.taken
}
