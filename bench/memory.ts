// What the program holds: idle after `npm start` with the demo, and under everything that clients do
// for so many minutes (the argument; 2 when left out). Growth is judged by what is in use on the
// heap after everything else was collected, in the second half of the time: caches fill in the first.

import { below, heldMb, residentOf, spentMs } from './support/processes.ts'
import { openCrowd } from './support/mixed.ts'
import { npmStart, startMeasured, withDataDir } from './support/program.ts'
import { say, sayTable, sayWhere, shown } from './support/say.ts'

const minutes = Number(process.argv[2] ?? 2)
const mostMb = 250
/** Megabytes in a minute; less is not told from noise. */
const mostGrowth = 0.5
/** Shorter, and nothing is said of growth. */
const judgedMinutes = 5
const samples = 60

type Sample = { minute: number; heapMb: number; residentMb: number }

await withDataDir(async (dataDir) => {
  sayWhere('Memory', '18')
  const rows = [await idleAfterStart('first', dataDir), await idleAfterStart('again', dataDir)]
  sayTable(['start', 'server MB', 'most MB', 'PostgreSQL MB', 'npm’s script MB'], rows)
  await underLoad(dataDir)
})

async function idleAfterStart(start: string, dataDir: string): Promise<(string | number)[]> {
  const { pids, stop } = await npmStart(dataDir)
  try {
    await quiet(pids.server)
    const { mb, mostMb: most } = residentOf(pids.server)
    const postgres = below(pids.server).filter(({ name }) => name === 'postgres')
    if (mb > mostMb) process.exitCode = 1
    const held = heldMb(postgres.map(({ pid }) => pid))
    return [start, ...[mb, most, held, residentOf(pids.starter).mb].map(shown)]
  } finally {
    await stop()
  }
}

/** Resolves when it did hardly anything for ten seconds. */
async function quiet(pid: number): Promise<void> {
  for (let seconds = 0, before = spentMs(pid); seconds < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const spent = spentMs(pid)
    seconds = spent - before <= 50 ? seconds + 1 : 0
    before = spent
  }
}

async function underLoad(dataDir: string): Promise<void> {
  const { server, demo } = await startMeasured(dataDir)
  try {
    const crowd = await openCrowd(server, demo)
    const all: Sample[] = []
    const began = performance.now()
    const sample = async () => {
      await server.idle()
      const heapMb = (await server.heap()) / 1e6
      const { residentMb } = await server.cost()
      all.push({ minute: (performance.now() - began) / 60_000, heapMb, residentMb })
    }
    while (performance.now() - began < minutes * 60_000) {
      await crowd.work((minutes * 60) / samples)
      await sample()
    }
    report(all, crowd.heard)
  } finally {
    await server.stop()
  }
}

function report(all: readonly Sample[], heard: ReadonlyMap<string, number>): void {
  const half = all.length >> 1
  const halves = { first: all.slice(0, half), second: all.slice(half) }
  sayTable(
    ['half', 'heap MB at its start', 'at its end', 'MB a minute', 'resident MB at most'],
    Object.entries(halves).map(([name, some]) => [
      name,
      shown(some[0]!.heapMb),
      shown(some.at(-1)!.heapMb),
      slopeOf(some).toFixed(2),
      shown(Math.max(...some.map(({ residentMb }) => residentMb))),
    ]),
  )
  say(`Answers in ${all.at(-1)!.minute.toFixed(1)} minutes, by who asked and their status:\n`)
  say([...heard].map(([key, count]) => `- ${key}: ${count}`).join('\n'))
  const growth = slopeOf(halves.second)
  if (minutes < judgedMinutes) say(`\nGrowth is judged from ${judgedMinutes} minutes on.`)
  else if (growth > mostGrowth) process.exitCode = 1
}

/** Of the straight line that is nearest to all. */
function slopeOf(some: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    some.reduce((sum, sample) => sum + of(sample), 0) / some.length
  const [minute, heap] = [mean((one) => one.minute), mean((one) => one.heapMb)]
  const spread = some.reduce((sum, one) => sum + (one.minute - minute) ** 2, 0)
  return some.reduce((sum, one) => sum + (one.minute - minute) * (one.heapMb - heap), 0) / spread
}
