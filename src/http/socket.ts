// The door for WebSockets at /graphql, speaking graphql-transport-ws. Every socket is bounded: in
// what it may send, ask for and leave unread; one that does not answer is ended.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols } from 'graphql-ws'
import type { GraphQLSchema } from 'graphql'
import { WebSocket, WebSocketServer } from 'ws'
import type { Services } from '../context.ts'
import { askingFor } from '../db/asker.ts'
import type { RightsRegistry } from './rights.ts'
import { clientOf } from './router.ts'
import { nextFrame } from './socket-frame.ts'
import { senderOf } from './sender.ts'
import { createOperations, type Connection } from './socket-operations.ts'
import type { Streams } from './streams.ts'

export const socketLimits = {
  /** Of one message from a client, in bytes. */
  messageBytes: 262_144,
  /** Until connection_init. */
  initTimeoutMs: 10_000,
  operationsPerSocket: 100,
  socketsPerCredential: 1_000,
  sockets: 20_000,
  /** Written to one client and not yet taken by it, in bytes. */
  unreadBytes: 1_048_576,
  /** Between two pings; a client that did not answer the last one is ended. */
  keepAliveMs: 12_000,
  /** For a client to answer a close. */
  closeMs: 2_000,
}

export type SocketDoor = {
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  openSockets(): number
  /** Closes every socket with 1001 and takes no more. */
  stop(): Promise<void>
}

type Options = {
  services: Services
  schema: GraphQLSchema
  streams: Streams
  rights: RightsRegistry
  limits?: Partial<typeof socketLimits>
}

export function createSocketDoor(options: Options): SocketDoor {
  const limits = { ...socketLimits, ...options.limits }
  const { log } = options.services
  const operations = createOperations({ ...options, ...limits })
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    handleProtocols,
  })
  const keepAlive = startKeepAlive(server, limits.keepAliveMs)
  let stopping = false

  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      const path = (request.url ?? '').split('?')[0]
      if (path !== '/graphql') return refuse(socket, 404, 'Not Found')
      if (stopping || server.clients.size >= limits.sockets) {
        return refuse(socket, 503, 'Service Unavailable')
      }
      server.handleUpgrade(request, socket, head, (opened) => {
        server.emit('connection', opened, request)
        open({ limits, log, operations }, opened, request, socket)
      })
    },
    openSockets: () => server.clients.size,
    stop: async () => {
      stopping = true
      keepAlive.stop()
      await closeAll(server, limits.closeMs)
    },
  }
}

type Within = {
  limits: typeof socketLimits
  log: Services['log']
  operations: ReturnType<typeof createOperations>
}

/** Speaks with one client, until its socket is closed; `wire` is what the socket stands on. */
function open(
  { limits, log, operations }: Within,
  socket: WebSocket,
  request: IncomingMessage,
  wire: Duplex,
): void {
  const close = (code: number, reason: string) => closeSocket(socket, code, reason, limits.closeMs)
  const cutIfSlow = () => {
    if (socket.bufferedAmount > limits.unreadBytes) close(1013, 'Too slow')
  }
  const sender = clientOf(request)
  const connection = newConnection(request, close, (operationId, result) => {
    cutIfSlow()
    if (socket.readyState !== WebSocket.OPEN) return undefined
    return write(wire, nextFrame(operationId, result.bytes()))
  })
  const send = (message: string) => {
    cutIfSlow()
    return sendText(socket, message)
  }
  const onMessage = (take: (text: string) => Promise<void>) =>
    socket.on('message', (message) => {
      // What still comes after a close has nobody to answer it.
      if (socket.readyState !== WebSocket.OPEN) return
      const text = String(message)
      askingFor(connection.authorization ?? sender, () => take(text)).catch((error: unknown) => {
        log.error({ err: error, requestId: connection.requestId }, 'a socket failed')
        close(CloseCode.InternalServerError, 'Internal server error')
      })
    })
  const { protocol } = socket
  const closed = operations.opened({ protocol, close, send, onMessage }, connection)
  // What was wrong with a frame is answered by ws itself, with the close code it deserves.
  socket.on('error', (error) => log.debug({ err: error }, 'a socket broke'))
  socket.once('close', (code, reason) => void closed(code, String(reason)))
}

async function closeAll(server: WebSocketServer, waitMs: number): Promise<void> {
  const open = [...server.clients]
  const ended = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  for (const socket of open) closeSocket(socket, 1001, 'Going away', waitMs)
  await Promise.all(ended)
}

function newConnection(
  request: IncomingMessage,
  close: Connection['close'],
  deliver: Connection['deliver'],
): Connection {
  return {
    headers: request.headers,
    address: senderOf(request),
    requestId: randomUUID(),
    rights: null,
    authorization: null,
    operations: 0,
    close,
    deliver,
  }
}

/** Pings every socket, and ends those that did not answer the ping before. */
function startKeepAlive(server: WebSocketServer, everyMs: number): { stop(): void } {
  const silent = new WeakSet<WebSocket>()
  server.on('connection', (socket: WebSocket) => socket.on('pong', () => silent.delete(socket)))
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) {
        socket.terminate()
      } else if (socket.readyState === WebSocket.OPEN) {
        silent.add(socket)
        socket.ping()
      }
    }
  }, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

// Resolves when the message left for the network, so that a slow reader is not written to blindly.
function sendText(socket: WebSocket, message: string): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) return Promise.resolve()
  // An error here means that the socket is gone, which its close says too.
  return new Promise((resolve) => socket.send(message, () => resolve()))
}

// Between the frames of ws, which holds none back. Mostly the network takes it at once, and nobody
// has to wait; else whoever writes waits, as above.
function write(wire: Duplex, frame: Buffer): Promise<void> | void {
  if (wire.writableLength === 0) return void wire.write(frame)
  return new Promise((resolve) => wire.write(frame, () => resolve()))
}

function closeSocket(socket: WebSocket, code: number, reason: string, waitMs: number): void {
  if (socket.readyState === WebSocket.CLOSED) return
  socket.close(code, reason)
  const timer = setTimeout(() => socket.terminate(), waitMs)
  socket.once('close', () => clearTimeout(timer))
}

function refuse(socket: Duplex, status: number, words: string): void {
  socket.end(`HTTP/1.1 ${status} ${words}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
