// A receiver of webhooks: a real server that keeps what it is sent.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Received = { headers: IncomingHttpHeaders; body: string }

/** Answers with `status`, which a test may change, and counts what comes. */
export async function startReceiver() {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const state = { status: 204 }
  const server = createServer((req, res) => {
    const parts: Buffer[] = []
    req.on('data', (part: Buffer) => void parts.push(part))
    req.on('end', () => {
      received.push({ headers: req.headers, body: Buffer.concat(parts).toString('utf8') })
      res.writeHead(state.status).end(state.status === 204 ? undefined : 'No.')
      for (const wake of waiting) wake()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  /** Resolves with the nth message, counted from 0. */
  const nth = async (index: number): Promise<Received> => {
    while (received.length <= index) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    }
    return received[index]!
  }
  return { url, state, received, nth }
}
