// The door for WebSockets at /graphql, speaking graphql-transport-ws. Every socket is bounded: in
// what it may send, ask for and leave unread; one that does not answer is ended.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { WebSocket, WebSocketServer, type RawData } from 'ws'
import type { Services } from '../context.ts'
import { askingFor } from '../db/asker.ts'
import type { RightsRegistry } from './rights.ts'
import { ClientSocket, closeSocket, Connection, flushedByTurn } from './socket-connection.ts'
import { createOperations } from './socket-operations.ts'
import { createProtocol } from './socket-protocol.ts'
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
  streams: Streams
  rights: RightsRegistry
  limits?: Partial<typeof socketLimits>
}

export function createSocketDoor(options: Options): SocketDoor {
  const limits = { ...socketLimits, ...options.limits }
  const open = createOpener(options, limits)
  const server = new WebSocketServer<typeof ClientSocket>({
    noServer: true,
    clientTracking: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    handleProtocols,
    WebSocket: ClientSocket,
  })
  const keepAlive = startKeepAlive(server.clients, limits.keepAliveMs)
  let stopping = false

  return {
    upgrade: (request, wire, head) => {
      wire.on('error', destroy)
      const path = (request.url ?? '').split('?')[0]
      if (path !== '/graphql') return refuse(wire, 404, 'Not Found')
      if (stopping || server.clients.size >= limits.sockets) {
        return refuse(wire, 503, 'Service Unavailable')
      }
      server.handleUpgrade(request, wire, head, (socket) => open(socket, request, wire))
    },
    openSockets: () => server.clients.size,
    stop: async () => {
      stopping = true
      keepAlive.stop()
      await closeAll(server.clients, limits.closeMs)
    },
  }
}

// Listeners are shared by all sockets, and nothing of the request is kept: thousands are open.
function destroy(this: Duplex): void {
  this.destroy()
}

// As ws types its listeners, they are of any WebSocket; all of ours are these.
function onPong(this: WebSocket): void {
  ;(this as ClientSocket).isSilent = false
}

/** Speaks with a client, until its socket is closed; `wire` is what the socket stands on. */
function createOpener(options: Options, limits: typeof socketLimits) {
  const { log } = options.services
  const protocol = createProtocol(createOperations({ ...options, ...limits }))
  const door = { log, limits, requestIds: randomUUID(), flushSoon: flushedByTurn() }
  let opened = 0

  function onMessage(this: WebSocket, message: RawData): void {
    const { connection } = this as ClientSocket
    // What still comes after a close has nobody to answer it.
    if (!connection || this.readyState !== WebSocket.OPEN) return
    const take = async () => protocol.received(connection, String(message))
    askingFor(connection.client, take).catch((error: unknown) => {
      log.error({ err: error, requestId: connection.requestId }, 'a socket failed')
      connection.close(CloseCode.InternalServerError, 'Internal server error')
    })
  }

  // What was wrong with a frame is answered by ws itself, with the close code it deserves.
  function onError(error: Error): void {
    log.debug({ err: error }, 'a socket broke')
  }

  function onClose(this: WebSocket): void {
    const { connection } = this as ClientSocket
    if (connection) protocol.closed(connection)
  }

  return (socket: ClientSocket, request: IncomingMessage, wire: Duplex): void => {
    opened += 1
    const connection = new Connection(door, opened, socket, wire, request)
    socket.connection = connection
    protocol.opened(connection)
    socket.on('message', onMessage)
    socket.on('pong', onPong)
    socket.on('error', onError)
    socket.on('close', onClose)
  }
}

async function closeAll(clients: ReadonlySet<WebSocket>, waitMs: number): Promise<void> {
  const open = [...clients]
  const ended = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  for (const socket of open) closeSocket(socket, 1001, 'Going away', waitMs)
  await Promise.all(ended)
}

/** Pings every socket, and ends those that did not answer the ping before. */
function startKeepAlive(clients: ReadonlySet<ClientSocket>, everyMs: number): { stop(): void } {
  const timer = setInterval(() => {
    for (const socket of clients) {
      if (socket.isSilent) {
        socket.terminate()
      } else if (socket.readyState === WebSocket.OPEN) {
        socket.isSilent = true
        socket.ping()
      }
    }
  }, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

function refuse(socket: Duplex, status: number, words: string): void {
  socket.end(`HTTP/1.1 ${status} ${words}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
