// Writing and removing entries of ours on servers that others write on, too.

import { CalendarFault, faultOf } from './server.ts'

/** What changes again and again while we look at it is left for later. */
const mostLooks = 3

type Manner = {
  /** Statuses beside success that mean that it is done. */
  enough?: readonly number[]
  /** Statuses that mean that something else stands there than was thought. */
  changed?: readonly number[]
  refusal?: (status: number) => CalendarFault
}

/**
 * Does it whoever has changed or removed the entry, having looked at it: what is booked here is
 * what counts. Tags are null for an entry that is not there.
 */
export async function insist<Answer extends { status: number }>(
  look: () => Promise<string | null>,
  known: string | null,
  act: (tag: string | null) => Promise<Answer>,
  { enough = [], changed = [404, 412], refusal = faultOf }: Manner = {},
): Promise<Answer> {
  let tag = known || null
  let status = 0
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const answer = await act(tag)
    const { status: said } = answer
    if ((said >= 200 && said < 300) || enough.includes(said)) return answer
    status = said
    if (!changed.includes(status)) throw refusal(status)
    tag = await look()
  }
  throw status === 404
    ? refusal(404)
    : new CalendarFault('The entry changes there again and again.')
}
