// What became of attempts: done, or refused by which code. Anything else that is thrown fails.

import { Refused, type RefusalCode } from '../../src/errors.ts'

/** How many of these were done, and how many were refused by each code. */
export async function outcomes(attempts: Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const result of await Promise.allSettled(attempts)) {
    if (result.status === 'rejected' && !(result.reason instanceof Refused)) throw result.reason
    const word = result.status === 'fulfilled' ? 'done' : result.reason.refusal.code
    counts[word] = (counts[word] ?? 0) + 1
  }
  return counts
}

/** The code by which this was refused. */
export async function refusal(attempt: Promise<unknown>): Promise<RefusalCode> {
  const [result] = await Promise.allSettled([attempt])
  if (result.status === 'rejected' && result.reason instanceof Refused) {
    return result.reason.refusal.code
  }
  throw new Error('It was not refused')
}
