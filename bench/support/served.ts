// The side of a measured server: it listens, says where, and answers what it has cost so far.
// A server runs in a process of its own, so that its processor time is its own.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/** What a server is asked, and what it says. */
export type Ask = 'cost' | 'heap' | 'record' | 'recorded' | 'stop'
export type Answer =
  | { kind: 'ready'; url: string }
  | { kind: 'cost'; cpuMs: number; statements: number; residentMb: number }
  | { kind: 'heap'; bytes: number }
  | { kind: 'recorded'; texts: string[] }

let statements = 0
let recording: string[] | null = null

// Prisma and hand-written SQL go through the same client, so this sees them all.
const { query } = pg.Client.prototype as { query: (...args: unknown[]) => unknown }
Object.assign(pg.Client.prototype, {
  query(this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string }]
    statements += 1
    recording?.push(typeof asked === 'string' ? asked : asked.text)
    return query.apply(this, args)
  },
})

/** Serves until told to stop; `close` ends what the server stands on. */
export async function serve(server: Server, close: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  answerAsks(() => void close().then(() => process.exit(0)))
  process.on('disconnect', () => process.exit(1))
  const { port } = server.address() as AddressInfo
  process.send?.({ kind: 'ready', url: `http://127.0.0.1:${port}` } satisfies Answer)
}

/** Says what this process has cost so far, whenever it is asked. */
export function answerAsks(stop: () => void): void {
  const say = (answer: Answer) => process.send?.(answer)
  process.on('message', (ask: Ask) => {
    if (ask === 'cost')
      say({ kind: 'cost', cpuMs: cpuMs(), statements, residentMb: process.memoryUsage.rss() / 1e6 })
    else if (ask === 'heap') say({ kind: 'heap', bytes: heapBytes() })
    else if (ask === 'record') recording = []
    else if (ask === 'recorded') {
      say({ kind: 'recorded', texts: recording ?? [] })
      recording = null
    } else stop()
  })
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** What is in use after everything else was collected. */
function heapBytes(): number {
  for (let time = 0; time < 3; time++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
