// A server of a test's own on loopback, which ends with the file.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Serves by HTTP on a port of its own; resolves to its address, without a slash at the end. */
export async function serveLoopback(handle: Handle): Promise<string> {
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
