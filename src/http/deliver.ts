// Writes a fetch Response to the socket: whole, or as a stream that waits for a slow reader and is
// told when the reader is gone. Open streams are known, so that a stop can end them.

import { send, type Exchange } from './exchange.ts'

export type Delivery = {
  deliver(exchange: Exchange, response: Response): Promise<void>
  /** Ends every stream, as a broken connection would: clients of subscriptions then resume. */
  endStreams(): void
  openStreams(): number
}

export function createDelivery(): Delivery {
  const open = new Set<() => void>()
  return {
    openStreams: () => open.size,
    endStreams: () => {
      for (const end of open) end()
    },
    async deliver(exchange, response) {
      const headers: Record<string, string> = {}
      for (const [name, value] of response.headers) headers[name.toLowerCase()] = value
      if (!isStream(headers)) {
        send(exchange, response.status, headers, await response.text())
        return
      }
      // Node frames the body itself.
      delete headers['transfer-encoding']
      exchange.res.writeHead(response.status, { ...headers, 'x-accel-buffering': 'no' })
      if (exchange.method === 'HEAD' || !response.body) return void exchange.res.end()
      await pump(exchange, response.body.getReader(), open)
    },
  }
}

function isStream(headers: Record<string, string>): boolean {
  return /^(text\/event-stream|multipart\/mixed)/.test(headers['content-type'] ?? '')
}

async function pump(
  { res, log }: Exchange,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  open: Set<() => void>,
): Promise<void> {
  let ended = false
  const end = () => {
    if (ended) return
    ended = true
    reader.cancel().catch((error: unknown) => log.warn({ err: error }, 'a stream did not end'))
    res.end()
  }
  open.add(end)
  res.once('close', end)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || ended) break
      if (!res.write(value)) await drained(res)
    }
    if (!ended) res.end()
  } finally {
    open.delete(end)
    res.off('close', end)
    end()
  }
}

function drained(res: Exchange['res']): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      res.off('drain', go).off('close', go)
      resolve()
    }
    res.on('drain', go).on('close', go)
  })
}
