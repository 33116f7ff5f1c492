// How long the property tests run: quick by default, as long as asked for by `npm run prove`.
// The same seed gives the same worlds; a failure prints the one that shows it.

const given = (name: string, fallback: number) => Number(process.env[name] || fallback)

/** Random worlds of each property of the rules. */
export const RUNS = given('RUNS', 250)
export const SEED = given('SEED', 20_260_601)

/** Whether this is the long run, which leaves nothing out. */
export const isLong = RUNS >= 10_000

/** For fast-check; what costs more than a rule takes a part of the runs. */
export function runs(part = 1): { seed: number; numRuns: number } {
  return { seed: SEED, numRuns: Math.max(1, Math.round(RUNS * part)) }
}

/** Milliseconds a property may take before it counts as hung. */
export const LONG = 60_000 + RUNS * 200
