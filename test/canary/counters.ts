// What is done in a world only once: each time another one, from the beginning in each new world.
import { monday } from '../support/shop.ts'
import type { World } from './world.ts'

export type Example = (world: World) => Record<string, unknown>

type Counter = { count: number; next: () => number }

const counters: Counter[] = []

/** From 0 on, in each file of tests. */
export function counter(): Counter {
  const made: Counter = { count: 0, next: () => made.count++ }
  counters.push(made)
  return made
}

/** What is done in a new world is done for the first time. */
export function startAnew(): void {
  for (const each of counters) each.count = 0
}

const slots = counter()

/** A start that nobody has yet. */
export function freeStart(): string {
  return new Date(monday + (12 * 24 + 1 + slots.next()) * 3_600_000).toISOString()
}
