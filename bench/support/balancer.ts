// A door in front of several servers: every new connection goes to the next of them.

import { connect, createServer, type AddressInfo } from 'node:net'

export type Balancer = { url: string; close(): void }

export async function openBalancer(urls: readonly string[]): Promise<Balancer> {
  let turn = 0
  const server = createServer((client) => {
    const { hostname, port } = new URL(urls[turn++ % urls.length]!)
    const behind = connect({ host: hostname, port: Number(port), noDelay: true })
    client.setNoDelay(true)
    client.pipe(behind).pipe(client)
    // Whoever leaves takes the other along.
    client.once('close', () => behind.destroy()).on('error', () => {})
    behind.once('close', () => client.destroy()).on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}
