// The session in which a public booking has its places: the one of the room that starts then.

import { Unacceptable } from '../route.ts'
import { utc } from './room.ts'

/** Of a Service: what starts in `[$at, $until)`. */
export const sessionsThen = `sessions(first: 100, filter: { from: $at, to: $until }) {
  nodes { id startsAt seatsAvailable }
}`

export type SessionsThen = {
  sessions: { nodes: { id: string; startsAt: Date; seatsAvailable: number }[] }
}

/** The instant as variables of `sessionsThen`. */
export function thenOf(startAt: string): { at: string; until: string } {
  return { at: startAt, until: utc(new Date(startAt).getTime() + 1) }
}

/** The session with places enough, else any that starts then, which says how many are left. */
export function sessionIdOf({ sessions: { nodes } }: SessionsThen, players: number): string {
  const session = nodes.find(({ seatsAvailable }) => seatsAvailable >= players) ?? nodes[0]
  if (session) return session.id
  const message = 'No session of this room starts then.'
  throw new Unacceptable({ place: 'body', name: 'startAt', message }, 'NOT_FOUND')
}
