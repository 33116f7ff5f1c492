// Real processes of the program that tests break, and how often they do: a few times in the suite,
// ROUNDS times when it says so.
import { setTimeout as delay } from 'node:timers/promises'
import { startProgram, type Program } from '../support/program.ts'
import { createCrowd } from './busy-client.ts'
import { createHistory, moreDone, type History } from './history.ts'
import { createListener, firstCursor } from './listener.ts'
import { openWorld } from './world.ts'

/** How often to break something: `usual` times, unless ROUNDS asks for more of everything. */
export function rounds(usual: number, share = 1): number {
  const asked = Number(process.env['ROUNDS'] ?? 0)
  return Math.max(usual, Math.ceil(asked * share))
}

export type Server = { program: Program; url: string }

export async function startServer(variables: Record<string, string>): Promise<Server> {
  const program = startProgram(['src/main.ts'], { LOG_LEVEL: 'warn', SEED: 'none', ...variables })
  const [, url = ''] = await program.shows(/^ready (http:\/\/\S+)$/m)
  return { program, url }
}

/** Anywhere in the traffic: some calls were answered since, and others are on their way. */
export async function anyMoment(history: History): Promise<void> {
  await moreDone(history, 1 + Math.floor(Math.random() * 20))
  await delay(Math.random() * 50)
}

type Ways = {
  /** How the servers reach the database; directly when left out. */
  databases?: string[]
  /** How clients reach a server; directly when left out. */
  through?: (url: string) => Promise<string>
}

/** Two servers on one database, a crowd that writes at both, and somebody who listens. */
export async function busyServers(url: string, { databases = [url, url], through }: Ways = {}) {
  const world = await openWorld(url, Date.now())
  const start = databases.map((address) => startServer({ DATABASE_URL: address }))
  const servers = await Promise.all(start)
  const addresses: string[] = []
  for (const server of servers) addresses.push((await through?.(server.url)) ?? server.url)
  const urls = () => addresses
  const history = createHistory({ urls, key: world.key })
  const after = await firstCursor(urls, world, history)
  const listener = createListener({ urls, key: world.key, after })
  return { world, history, servers, listener, crowd: createCrowd(world, history) }
}
