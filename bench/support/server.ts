// Starts a measured server and asks what it costs. PROFILE=<folder> writes its processor profile.

import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Answer, Ask } from './served.ts'

/** Idle is who spends less than a tenth of such a while, several times on end. */
const idleLookMs = 40
const idleLooks = 5

export type Measured = {
  name: string
  url: string
  /** Processor time of its process and statements it sent, since its start. */
  cost(): Promise<{ cpuMs: number; statements: number; residentMb: number }>
  /** Bytes in use on its heap. */
  heap(): Promise<number>
  /** Resolves when it has nothing left to do. */
  idle(): Promise<void>
  /** The statements that `work` makes it send. */
  statementsOf(work: () => Promise<unknown>): Promise<string[]>
  stop(): Promise<void>
}

/** `script` is a file of bench/servers. */
export async function startServer(
  name: string,
  script: string,
  variables: Record<string, string>,
): Promise<Measured> {
  const profile = process.env['PROFILE']
  const child = fork(join(import.meta.dirname, '../servers', script), [], {
    env: { ...process.env, NODE_ENV: 'production', ...variables },
    execArgv: ['--expose-gc', ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { url } = await answerTo(child, null, 'ready')
  return measured(child, name, url)
}

/** A process that answers what it is asked (`answerAsks`). */
export function measured(child: ChildProcess, name: string, url: string): Measured {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const cost = () => answerTo(child, 'cost', 'cost')
  return {
    name,
    url,
    cost,
    heap: async () => (await answerTo(child, 'heap', 'heap')).bytes,
    idle: async () => {
      for (let quiet = 0, before = (await cost()).cpuMs; quiet < idleLooks;) {
        await new Promise((resolve) => setTimeout(resolve, idleLookMs))
        const { cpuMs } = await cost()
        quiet = cpuMs - before < idleLookMs / 10 ? quiet + 1 : 0
        before = cpuMs
      }
    },
    statementsOf: async (work) => {
      child.send('record' satisfies Ask)
      await work()
      return (await answerTo(child, 'recorded', 'recorded')).texts
    },
    stop: () => {
      child.send('stop' satisfies Ask)
      return ended
    },
  }
}

function answerTo<Kind extends Answer['kind']>(child: ChildProcess, ask: Ask | null, kind: Kind) {
  return new Promise<Extract<Answer, { kind: Kind }>>((resolve, reject) => {
    const fail = () => reject(new Error(`The measured server ended before it said "${kind}".`))
    const hear = (answer: Answer) => {
      if (answer.kind !== kind) return
      child.off('message', hear)
      child.off('exit', fail)
      resolve(answer as Extract<Answer, { kind: Kind }>)
    }
    child.on('message', hear)
    child.once('exit', fail)
    if (ask) child.send(ask)
  })
}
