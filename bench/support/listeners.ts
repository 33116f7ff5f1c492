// Thousands who listen at once, one or several over each socket. As lean as can be, because they
// run on the machine that is measured: of WebSocket they speak what graphql-transport-ws needs.

import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { Measured } from './server.ts'

export type Listeners = {
  /** When the last of them had heard what `tell` tells (performance.now()). */
  hear(tell: () => Promise<unknown>): Promise<number>
  /** One of the messages that were heard last. */
  sample(): string
  close(): void
}

type Options = {
  count: number
  /** Over one socket, as a screen that listens to several things does. */
  perSocket: number
  document: string
  variables: object
  /** Credentials, used in turns; none where nobody asks for one. */
  tokens: readonly string[]
}

type Ears = { onEvent(text: Buffer): void; onLost(error: Error): void }

type Opcode = 1 | 8 | 9 | 10

const openedAtOnce = 50
const patienceMs = 60_000
/**
 * While an event is told, all are looked at together this often. Woken for each, they would spend
 * several times as much, on processors that they share with the server; real ones have their own.
 */
const lookMs = 1

const isNext = Buffer.from('"type":"next"')
const isFault = Buffer.from('"errors"')
/** What was read last, of whichever socket: it is taken before anything else is read. */
const read = Buffer.alloc(65_536)

/** Resolves when all have sent their subscription; `server.idle()` says when it is taken in. */
export async function openListeners(server: Measured, options: Options): Promise<Listeners> {
  const { port } = new URL(server.url)
  const payload = { query: options.document, variables: options.variables }
  // As clients do: each operation has an id that no other has.
  const ask = () => JSON.stringify({ id: randomUUID(), type: 'subscribe', payload })
  const askAll = () => Array.from({ length: options.perSocket }, ask)
  const socketCount = options.count / options.perSocket
  const sockets: Socket[] = []
  let missing = 0
  let last = ''
  let settle = { resolve: (_at: number) => {}, reject: (_error: Error) => {} }
  const ears: Ears = {
    onEvent: (text) => {
      if (missing === options.count) lookTogether(() => missing > 0)
      missing -= 1
      if (missing > 0) return
      last = text.toString()
      settle.resolve(performance.now())
    },
    onLost: (error) => settle.reject(error),
  }
  for (let from = 0; from < socketCount; from += openedAtOnce) {
    const some = Array.from({ length: Math.min(openedAtOnce, socketCount - from) }, (_, index) => {
      const token = options.tokens[(from + index) % options.tokens.length]
      return openListener(Number(port), token, askAll(), ears)
    })
    sockets.push(...(await Promise.all(some)))
  }
  return {
    hear: async (tell) => {
      missing = options.count
      const heard = new Promise<number>((resolve, reject) => (settle = { resolve, reject }))
      const late = () =>
        settle.reject(new Error(`${missing} listeners of ${server.name} heard nothing.`))
      const timer = setTimeout(late, patienceMs)
      try {
        const [at] = await Promise.all([heard, tell()])
        return at
      } finally {
        clearTimeout(timer)
      }
    },
    sample: () => last,
    close: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function lookTogether(isMissing: () => boolean): void {
  if (!isMissing()) return
  Atomics.wait(nobody, 0, 0, lookMs)
  setImmediate(() => lookTogether(isMissing))
}

/** Nobody wakes who waits on it. */
const nobody = new Int32Array(new SharedArrayBuffer(4))

const upgrade = [
  'GET /graphql HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
  '\r\n',
].join('\r\n')

function openListener(
  port: number,
  token: string | undefined,
  asked: readonly string[],
  { onEvent, onLost }: Ears,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let isOpen = false
    let isAcknowledged = false
    const take = readFrames((opcode, body) => {
      if (opcode === 9) return void socket.write(frame(10, body))
      if (opcode === 8) return fail(`was closed: ${body.subarray(2).toString()}`)
      if (!isAcknowledged) {
        isAcknowledged = true
        socket.write(Buffer.concat(asked.map((text) => frame(1, Buffer.from(text)))))
        return resolve(socket)
      }
      if (body.includes(isNext) && !body.includes(isFault)) onEvent(body)
      else if (!body.includes('"type":"ping"')) fail(`got ${body.toString()}`)
    })
    const fail = (words: string) => {
      const error = new Error(`A listener ${words}`)
      if (isAcknowledged) onLost(error)
      else reject(error)
      socket.destroy()
    }
    const onRead = (bytes: Buffer) => {
      if (isOpen) return take(bytes)
      isOpen = true
      if (!bytes.subarray(0, 12).includes('101')) return fail(`was answered: ${bytes.toString()}`)
      const payload = token ? { authorization: `Bearer ${token}` } : {}
      socket.write(frame(1, Buffer.from(JSON.stringify({ type: 'connection_init', payload }))))
    }
    const callback = (length: number) => {
      onRead(read.subarray(0, length))
      return true
    }
    const onread = { buffer: read, callback }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
    socket.on('error', (error) => fail(error.message))
    socket.once('close', () => fail('was cut off.'))
    socket.write(upgrade)
  })
}

/** A masked frame, as clients send it, with a mask that changes nothing. */
function frame(opcode: Opcode, body: Buffer): Buffer {
  const head =
    body.length < 126
      ? [0x80 | opcode, 0x80 | body.length]
      : [0x80 | opcode, 0x80 | 126, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body])
}

/** Takes bytes as they come and calls back for every whole frame (of at most 64 KB). */
function readFrames(onFrame: (opcode: Opcode, body: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer | null = null
  return (bytes) => {
    const all = rest ? Buffer.concat([rest, bytes]) : bytes
    let at = 0
    while (all.length - at >= 2) {
      const short = (all[at + 1] ?? 0) & 127
      const head = short === 126 ? 4 : 2
      if (all.length - at < head) break
      const end = at + head + (short === 126 ? all.readUInt16BE(at + 2) : short)
      if (end > all.length) break
      onFrame(((all[at] ?? 0) & 15) as Opcode, all.subarray(at + head, end))
      at = end
    }
    rest = at === all.length ? null : Buffer.from(all.subarray(at))
  }
}
