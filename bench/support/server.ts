// Starts a measured server and asks what it costs. PROFILE=<folder> writes its processor profile.

import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Answer, Ask } from './served.ts'

export type Measured = {
  name: string
  url: string
  /** Processor time of its process and statements it sent, since its start. */
  cost(): Promise<{ cpuMs: number; statements: number }>
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
    execArgv: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ready = await answerTo(child, null, 'ready')
  return {
    name,
    url: ready.url,
    cost: () => answerTo(child, 'cost', 'cost'),
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
