// What a call of a dialect costs against the same document over /graphql: CPU of the server for
// each call, both ways in turn, in one run. `node bench/dialects.ts [rounds] [calls]` starts a server with
// the demo of its own in a temporary folder and stops it. Judge by the ratio: it may be 1.5 at most.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoFile } from '../src/demo/demo-file.ts'
import { listSlots } from '../src/rest/relentify/list-slots.ts'

const [rounds = 7, calls = 1500] = process.argv.slice(2).map(Number)
const concurrency = 8
const limit = 1.5

type Ask = { method: string; path: string; headers: Record<string, string>; body?: string }
type Case = { name: string; rest: Ask; graphql: Ask }

const dataDir = mkdtempSync(join(tmpdir(), 'slotgraph-bench-'))
const server = spawn(process.execPath, [join(import.meta.dirname, '..', 'src', 'main.ts')], {
  env: { PATH: process.env['PATH'], DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = new Promise((resolve) => server.once('exit', resolve))

try {
  const url = new URL(await ready())
  const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoFile
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  for (const each of [slotsOf(demo)]) {
    if ((await measure(url, agent, each)) > limit) process.exitCode = 1
  }
  agent.destroy()
} finally {
  server.kill('SIGTERM')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}

/** The slots of a day that has some, by its link's slug. */
function slotsOf({ relentify: { apiKey, slug } }: DemoFile): Case {
  const day = new Date(Date.now() + 8 * 86_400_000)
  // A Wednesday: the business is open then.
  day.setUTCDate(day.getUTCDate() + ((3 - day.getUTCDay() + 7) % 7))
  const date = day.toISOString().slice(0, 10)
  const headers = { authorization: `Bearer ${apiKey}` }
  const input = { path: {}, query: { slug, date }, body: {}, idempotencyKey: null }
  const query = { query: listSlots.document, variables: listSlots.variables(input, {}) }
  return {
    name: 'relentify getAvailability',
    rest: {
      method: 'GET',
      path: `/relentify/api/v1/availability?slug=${slug}&date=${date}`,
      headers,
    },
    graphql: {
      method: 'POST',
      path: '/graphql',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(query),
    },
  }
}

/** Prints what both ways cost and returns the ratio. */
async function measure(url: URL, agent: Agent, { name, rest, graphql }: Case): Promise<number> {
  const found = [await send(url, agent, rest), await send(url, agent, graphql)]
  const slots = found.map((body) => body.match(/"start(sAt)?":/g)?.length ?? 0)
  if (slots[0] === 0 || slots[0] !== slots[1]) throw new Error(`Not the same: ${found.join('\n')}`)
  await run(url, agent, rest, calls)
  await run(url, agent, graphql, calls)
  const costs: { rest: number; graphql: number }[] = []
  for (let round = 0; round < rounds; round++) {
    costs.push({
      rest: await run(url, agent, rest, calls),
      graphql: await run(url, agent, graphql, calls),
    })
  }
  const ratio = median(costs.map((cost) => cost.rest / cost.graphql))
  const ms = (way: 'rest' | 'graphql') => median(costs.map((cost) => cost[way])).toFixed(3)
  process.stdout.write(
    `${name}: ${slots[0]} slots; REST ${ms('rest')} ms, /graphql ${ms('graphql')} ms of CPU a call; ` +
      `ratio ${ratio.toFixed(2)} (median of ${rounds} rounds of ${calls} calls)\n`,
  )
  return ratio
}

/** Milliseconds of the server's CPU for each call. */
async function run(url: URL, agent: Agent, ask: Ask, count: number): Promise<number> {
  const before = await cpuSeconds(url, agent)
  let left = count
  const worker = async () => {
    while (left-- > 0) await send(url, agent, ask)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return (((await cpuSeconds(url, agent)) - before) * 1000) / count
}

async function cpuSeconds(url: URL, agent: Agent): Promise<number> {
  const text = await send(url, agent, { method: 'GET', path: '/metrics', headers: {} })
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1])
}

function send({ hostname, port }: URL, agent: Agent, ask: Ask): Promise<string> {
  const { method, path, headers, body } = ask
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${method} ${path} is ${response.statusCode}: ${text}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function ready(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    server.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const address = /^ready (\S+)$/m.exec(text)?.[1]
      if (address) resolve(address)
    })
    void ended.then(() => reject(new Error(`The server ended: ${text}`)))
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
