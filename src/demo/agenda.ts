// What is still to happen, in the order of time: doing one thing may put more on the agenda, never
// before it. So a business' past is lived through, and its events come in the order of their times.

import type { Instant } from '../time/instant.ts'

type Step = { at: Instant; act: (at: Instant) => Promise<void> }

export type Agenda = {
  add(at: Instant, act: Step['act']): void
  /** Does what is due before `until`, each at its time; what is later never happens. */
  liveUntil(until: Instant): Promise<void>
}

export function createAgenda(): Agenda {
  // Latest first, so that the next one is popped.
  const steps: Step[] = []
  return {
    add(at, act) {
      let low = 0
      let high = steps.length
      while (low < high) {
        const middle = (low + high) >> 1
        // Of two at the same time, the one added first comes first.
        if ((steps[middle]?.at ?? 0) > at) low = middle + 1
        else high = middle
      }
      steps.splice(low, 0, { at, act })
    },
    async liveUntil(until) {
      for (let step = steps.pop(); step && step.at < until; step = steps.pop()) {
        await step.act(step.at)
      }
    },
  }
}
