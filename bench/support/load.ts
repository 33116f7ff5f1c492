// The asking side: so many clients, each with a connection of its own, each asking again as soon as
// it is answered. What counts is processor time of the server, which other work does not change
// much; rates and latencies are compared within one run only.

import { Agent, request } from 'node:http'
import { countPostgres } from './processes.ts'
import type { Measured } from './server.ts'

/** Without a body it is a GET. */
export type Call = { path: string; headers: Record<string, string>; body?: string }

export type Load = {
  requests: number
  /** Processor time of the server's process, each. */
  cpuMs: number
  /** The same of PostgreSQL. */
  postgresMs: number
  statements: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  residentMb: number
}

export const graphqlCall = (token: string, query: string, variables: object): Call => ({
  path: '/graphql',
  headers: { authorization: `Bearer ${token}` },
  body: JSON.stringify({ query, variables }),
})

/** One request; the body of the answer. Throws for anything but 200. */
export function send(
  { url }: Measured,
  { path, headers, body }: Call,
  agent: Agent | false = false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      agent,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
        ...headers,
      },
    })
    sent.once('error', reject)
    sent.once('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${answer.statusCode}: ${text.slice(0, 500)}`))
      })
    })
    sent.end(body)
  })
}

/** The answer to one request, which must hold no errors. */
export async function ask<Data>(server: Measured, call: Call): Promise<Data> {
  const { data, errors } = JSON.parse(await send(server, call, false)) as {
    data: Data
    errors?: unknown
  }
  if (errors) throw new Error(`The measured request failed: ${JSON.stringify(errors)}`)
  return data
}

type Plan = {
  clients: number
  seconds: number
  /** Most requests, also when there is time left. */
  requests?: number
  /** The next request of a client. */
  call: (client: number) => Call
  heard?: (answer: string, client: number) => void
}

/** Loads a server for so many seconds, or with so many requests. */
export async function load(server: Measured, plan: Plan): Promise<Load> {
  let left = plan.requests ?? Infinity
  const took: number[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: plan.clients })
  const before = await server.cost()
  const postgresMs = countPostgres()
  const began = performance.now()
  const until = began + plan.seconds * 1000
  const client = async (index: number) => {
    while (performance.now() < until && left-- > 0) {
      const asked = performance.now()
      const answer = await send(server, plan.call(index), agent)
      took.push(performance.now() - asked)
      plan.heard?.(answer, index)
    }
  }
  await Promise.all(Array.from({ length: plan.clients }, (_, index) => client(index)))
  const seconds = (performance.now() - began) / 1000
  agent.destroy()
  const after = await server.cost()
  const postgresSpent = postgresMs()
  took.sort((a, b) => a - b)
  const requests = took.length
  return {
    requests,
    cpuMs: (after.cpuMs - before.cpuMs) / requests,
    postgresMs: postgresSpent / requests,
    statements: (after.statements - before.statements) / requests,
    perSecond: requests / seconds,
    p50Ms: took[requests >> 1] ?? 0,
    p99Ms: took[Math.floor(requests * 0.99)] ?? 0,
    residentMb: after.residentMb,
  }
}

/** Lets the engine compile what will be measured. */
export async function warmUp(server: Measured, plan: Plan): Promise<void> {
  for (let done = 0; done < warmRequests;) done += (await load(server, plan)).requests
}

const warmRequests = 600

/** The most requests that `warmUp` sends, with so many in a load. */
export const mostToWarmUp = (requests: number) => warmRequests + requests

/** Loads several servers in turns and keeps of each the round with the median processor time. */
export async function compare(
  plans: readonly { server: Measured; plan: Plan }[],
  rounds: number,
): Promise<Load[]> {
  const all = plans.map((): Load[] => [])
  for (let round = 0; round < rounds; round++) {
    const order = plans.map((_, index) => index)
    if (round % 2 === 1) order.reverse()
    for (const index of order) {
      const { server, plan } = plans[index]!
      all[index]?.push(await load(server, plan))
    }
  }
  return all.map((loads) => {
    loads.sort((a, b) => a.cpuMs - b.cpuMs)
    return loads[loads.length >> 1]!
  })
}
