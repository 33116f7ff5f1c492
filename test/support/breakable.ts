// A way to a database that a test can break and mend: everything goes through a socket of ours.
import { connect, createServer, type Socket } from 'node:net'

export type BreakableWay = {
  url: string
  /** Cuts every connection, and lets none through until it is mended. */
  cut(): void
  /** The next message with this text gets through, and its connection breaks before the answer. */
  cutAt(text: string): void
  mend(): void
  /** Nothing gets through any more, and nobody is told: as when a signal stops the server. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

/**
 * `url` is the database's own address, by a unix socket (`?host=/directory`) or by host and port.
 */
export async function breakableWay(url: string): Promise<BreakableWay> {
  const address = new URL(url)
  const directory = address.searchParams.get('host')
  const port = Number(address.port || 5432)
  const open = new Set<Socket>()
  let whole = true
  let fatal: string | null = null
  let frozen = false
  const pipes = new Set<{ start(): void; stop(): void }>()
  const server = createServer((client) => {
    if (!whole) return void client.destroy()
    const database = directory
      ? connect(`${directory}/.s.PGSQL.${port}`)
      : connect(port, address.hostname)
    client.on('data', (data) => {
      if (fatal === null || !data.includes(fatal)) return
      fatal = null
      // The server reads what was sent before it notices that nobody is there.
      client.unpipe(database)
      database.end(data)
      client.destroy()
    })
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      open.add(from)
      const pipe = { start: () => void from.pipe(to), stop: () => void from.unpipe(to).pause() }
      pipes.add(pipe)
      from.on('close', () => pipes.delete(pipe))
      if (!frozen) pipe.start()
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const way = new URL(url)
  way.searchParams.delete('host')
  way.host = `127.0.0.1:${(server.address() as { port: number }).port}`
  return {
    url: way.href,
    cut: () => {
      whole = false
      for (const socket of open) socket.destroy()
    },
    cutAt: (text) => void (fatal = text),
    freeze: () => {
      frozen = true
      for (const { stop } of pipes) stop()
    },
    thaw: () => {
      frozen = false
      for (const { start } of pipes) start()
    },
    mend: () => void (whole = true),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
