// The secret address at which an offer is answered: the hold, sealed, so that nothing is kept of
// it. It ends with the offer.

import type { Sealer } from '../auth/seal.ts'

type Hold = { accountId: string; id: string }

const below = '/offers/'
const form = /^sgo_([0-9a-f]{100,300})$/
const purpose = 'waitlist offer'

/** The path of the page of an offer. */
export function offerPath(sealer: Sealer, { accountId, id }: Hold): string {
  const sealed = sealer.seal([purpose, accountId, id].join('\n'))
  return `${below}sgo_${Buffer.from(sealed).toString('hex')}`
}

/** The hold that is offered at this path; null when it is no such path, or not of this key. */
export function offerAt(sealer: Sealer, path: string): Hold | null {
  const sealed = form.exec(path.slice(below.length))?.[1]
  if (!path.startsWith(below) || sealed === undefined) return null
  try {
    const [what, accountId, id] = sealer.open(Buffer.from(sealed, 'hex')).split('\n')
    return what === purpose && accountId && id ? { accountId, id } : null
  } catch {
    // Made up, changed, or sealed by another key.
    return null
  }
}
