// A receiver of webhooks on a real socket of this machine, which answers as the test says and keeps
// what came. `const receiver = await startReceiver((request, response) => …)`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Received = { path: string; headers: Record<string, string>; body: string }

export type Receiver = {
  url: string
  server: Server
  received: Received[]
  /** Resolves when so many requests have come, their bodies included. */
  gets(count: number): Promise<Received[]>
}

type Answering = (response: ServerResponse, received: Received, request: IncomingMessage) => void

const answerOk: Answering = (response) => response.writeHead(204).end()

/** It ends with the test, unless it is asked for at the top of a file. */
export async function startReceiver(answer: Answering = answerOk): Promise<Receiver> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      const one = { path: request.url ?? '', headers, body }
      received.push(one)
      answer(response, one, request)
      for (const look of waiting) look()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    server,
    received,
    gets: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return
          waiting.delete(look)
          resolve(received)
        }
        waiting.add(look)
        look()
      }),
  }
}
