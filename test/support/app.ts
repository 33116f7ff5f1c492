// The application as it runs, on this file's own database, behind a real socket, with a clock that
// the test moves and a log that the test can read. `const app = await testApp()` at the top.
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import { createSealer } from '../../src/auth/seal.ts'
import type { Config } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import type { Mailer } from '../../src/outbound/mail.ts'
import { testClock, type TestClock } from './clock.ts'
import type { Database } from '../../src/db/client.ts'
import type { Formats } from '../../src/webhook/format.ts'
import { testDatabase, type TestDatabase } from './database.ts'

export type GraphQLAnswer = {
  // A test names what it expects of the data; its shape is not repeated in types.
  // oxlint-disable-next-line no-explicit-any
  data?: any
  errors?: {
    message: string
    path?: (string | number)[]
    extensions: { code: string; [key: string]: unknown }
  }[]
}

export type TestApp<D extends Database = TestDatabase> = {
  url: string
  db: D
  clock: TestClock
  app: App
  /** Every line of the log so far. */
  lines: Record<string, unknown>[]
  /** Asks over HTTP; null is without a credential. */
  graphql(
    token: string | null,
    document: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphQLAnswer>
  post(path: string, init: { headers?: Record<string, string>; body: string }): Promise<Response>
  stop(): Promise<void>
}

/** The same for every instance of a test, as it has to be. */
export const testSealer = createSealer(new Uint8Array(32).fill(7))

type Options = {
  config?: Partial<Config>
  level?: Config['logLevel']
  start?: string
  /** Of webhooks, in place of those of the dialects. */
  formats?: Formats
  /** Left out, no notices are planned. */
  mailer?: Mailer
}

export async function testApp(options: Options = {}): Promise<TestApp> {
  return serveApp(await testDatabase(), options)
}

/** The same on a database that the test has opened itself. */
export async function serveApp<D extends Database>(
  db: D,
  options: Options = {},
): Promise<TestApp<D>> {
  const clock = testClock(options.start)
  const lines: Record<string, unknown>[] = []
  const log = createLog(options.level ?? 'info', {
    write: (line) => void lines.push(JSON.parse(line)),
  })
  const config = { baseUrl: undefined, webhooksAllowLocal: true, ...options.config }
  const { formats, mailer } = options
  const parts = { db, config, sealer: testSealer, mailer, clock, log }
  const app = createApp({ ...parts, ...(formats && { formats }) })
  await app.start()
  await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= app.stop())
  afterAll(stop)
  const post: TestApp['post'] = (path, init) => fetch(url + path, { method: 'POST', ...init })
  const graphql: TestApp['graphql'] = async (token, document, variables) => {
    const headers = {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    }
    const body = JSON.stringify({ query: document, variables })
    const answer = await (await post('/graphql', { headers, body })).json()
    // What it cost is in every answer; the tests of limits look at it themselves.
    delete answer.extensions
    return answer as GraphQLAnswer
  }
  return { url, db, clock, app, lines, graphql, post, stop }
}
