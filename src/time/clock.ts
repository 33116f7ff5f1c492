// The clock as an argument. Only the composition root passes the system's one; rules take `now`.

import type { Instant } from './instant.ts'

export type Clock = { now(): Instant }

export const systemClock: Clock = { now: () => Date.now() }
