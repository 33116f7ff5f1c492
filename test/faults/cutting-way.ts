// A way to a server that is cut at a chosen answer: what was asked arrives and is done, and nobody
// hears that it was. Everything goes through a socket of ours; it understands no protocol.
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** `asked` is what was sent over the connection of the answer before it, as far as it is kept. */
type Fatal = (answer: Buffer, asked: string) => boolean

export type CuttingWay = {
  url: string
  /** From now on, the connection of each answer that is `fatal` is cut, and the answer is lost. */
  cutWhen(fatal: Fatal | null): void
  /** How many were cut. */
  cuts(): number
}

const keptLength = 100_000

/** `url` is an address with host and port, or of a database by a unix socket. */
export async function cuttingWay(url: string): Promise<CuttingWay> {
  const address = new URL(url)
  const directory = address.searchParams.get('host')
  const port = Number(address.port || 5432)
  const open = new Set<Socket>()
  let isFatal: Fatal | null = null
  let count = 0
  const server = createServer((near) => {
    const far = directory
      ? connect(`${directory}/.s.PGSQL.${port}`)
      : connect(port, address.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    let asked = ''
    near.on('data', (data) => (asked = (asked + data.toString('latin1')).slice(-keptLength)))
    near.pipe(far)
    far.on('data', (answer) => {
      if (isFatal?.(answer, asked)) {
        count += 1
        near.destroy()
      } else if (!near.write(answer)) {
        far.pause()
        near.once('drain', () => far.resume())
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const way = new URL(url)
  way.searchParams.delete('host')
  way.host = `127.0.0.1:${(server.address() as { port: number }).port}`
  return { url: way.href, cutWhen: (fatal) => void (isFatal = fatal), cuts: () => count }
}
