// One client's WebSocket, from its upgrade to its end, and what runs over it. Classes, because
// thousands are held at once and methods that are shared weigh nothing.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { MessageType } from 'graphql-ws'
import type { Logger } from 'pino'
import { WebSocket } from 'ws'
import type { Receiver } from '../events/handoff.ts'
import { publicError, type ErrorScope } from '../graphql/public-errors.ts'
import type { CredentialLost, Listener, Rights } from './rights.ts'
import { clientOf } from './router.ts'
import { senderOf } from './sender.ts'
import { nextFrame } from './socket-frame.ts'
import type { Delivered } from './stream-executions.ts'
import type { ResultStream } from './streams.ts'

/** What all connections of a door have in common. */
export type ConnectionDoor = {
  log: Logger
  limits: { unreadBytes: number; closeMs: number }
  /** Begins the id of every request over a socket of this door. */
  requestIds: string
  /** Calls `flush` of the connection when whatever is told in this turn has been told. */
  flushSoon: (connection: Connection) => void
}

/** The socket of a client, as ws makes it. */
export class ClientSocket extends WebSocket {
  /** Null until the upgrade is done. */
  connection: Connection | null = null
  /** It did not answer the last ping yet. */
  isSilent = false

  /** Nothing may follow a close. */
  override close(code?: number, reason?: string | Buffer): void {
    this.connection?.flush()
    super.close(code, reason)
  }
}

/** Gathers the connections that hold frames back, until the turn of the event loop is over. */
export function flushedByTurn(): ConnectionDoor['flushSoon'] {
  let waiting: Connection[] = []
  const flushAll = () => {
    const these = waiting
    waiting = []
    for (const connection of these) connection.flush()
  }
  return (connection) => {
    if (waiting.push(connection) === 1) setImmediate(flushAll)
  }
}

/** Frames held back for one write, in bytes; what is more leaves at once. */
const heldBytes = 65_536

export class Connection implements Listener {
  /** What came with the upgrade; empty from connection_init on, for it is held by thousands. */
  headers: IncomingHttpHeaders
  readonly address: string | null
  /** Until connection_init. */
  initTimer: NodeJS.Timeout | null = null
  isInitiated = false
  isAcknowledged = false
  /** Null until connection_init was accepted. */
  rights: Rights | null = null
  /** By their ids; whatever is not here any more has nobody to answer. */
  readonly operations = new Map<string, SocketOperation>()
  /** How many there were. */
  begun = 0
  /** Frames of this turn: several subscriptions of one client cost the network one write. */
  private held = ''
  private readonly door: ConnectionDoor
  private readonly number: number
  private readonly socket: ClientSocket
  /** What the socket stands on. */
  private readonly wire: Duplex
  /** On whose behalf the database is asked, while nobody is named. */
  private readonly sender: string

  constructor(
    door: ConnectionDoor,
    number: number,
    socket: ClientSocket,
    wire: Duplex,
    request: IncomingMessage,
  ) {
    this.door = door
    this.number = number
    this.socket = socket
    this.wire = wire
    this.headers = request.headers
    this.address = senderOf(request)
    this.sender = clientOf(request)
  }

  get authorization(): string | null {
    return this.rights?.authorization ?? null
  }

  /** On whose behalf the database is asked. */
  get client(): string {
    return this.authorization ?? this.sender
  }

  get requestId(): string {
    return `${this.door.requestIds}-${this.number}-${this.begun}`
  }

  get protocol(): string {
    return this.socket.protocol
  }

  scope(): ErrorScope {
    const { requestId } = this
    return { log: this.door.log.child({ requestId }), requestId }
  }

  send(message: object): void {
    this.flush()
    if (this.isCut()) return
    // An error here means that the socket is gone, which its close says too.
    this.socket.send(JSON.stringify(message), () => {})
  }

  /** Between the frames of ws, which holds none back. False: `stream` goes on when it has left. */
  deliver(operationId: string, result: Delivered, stream: ResultStream | null): boolean {
    const { wire, held } = this
    // Mostly the network takes it at once, and nobody has to wait.
    if (wire.writableLength === 0) {
      if (held === '') this.door.flushSoon(this)
      this.held = held + nextFrame(operationId, result.bytes())
      if (this.held.length > heldBytes) this.flush()
      return true
    }
    this.flush()
    if (this.isCut()) return true
    wire.write(nextFrame(operationId, result.bytes()), 'latin1', () => stream?.goOn())
    return false
  }

  /** Writes what was held back. */
  flush(): void {
    const { held } = this
    if (held === '') return
    this.held = ''
    if (this.socket.readyState === WebSocket.OPEN) this.wire.write(held, 'latin1')
  }

  close(code: number, reason: string): void {
    closeSocket(this.socket, code, reason, this.door.limits.closeMs)
  }

  onLost(_lost: CredentialLost): void {
    // What the subscriptions have to say about it goes out first.
    setImmediate(() => this.close(4403, 'Forbidden'))
  }

  /** Whether nothing can be written; a client that does not read is cut off here. */
  private isCut(): boolean {
    const { socket } = this
    if (socket.bufferedAmount > this.door.limits.unreadBytes) this.close(1013, 'Too slow')
    return socket.readyState !== WebSocket.OPEN
  }
}

/** One operation of a connection; it takes the results of its stream, if it has one. */
export class SocketOperation implements Receiver<Delivered, GraphQLError> {
  readonly connection: Connection
  private readonly id: string
  private stream: ResultStream | null = null

  /** Takes its id, which nobody has. */
  constructor(connection: Connection, id: string) {
    this.connection = connection
    this.id = id
    connection.operations.set(id, this)
  }

  /** Whether somebody waits for its results. */
  isWanted(): boolean {
    return this.connection.operations.get(this.id) === this
  }

  follow(stream: ResultStream): void {
    if (!this.isWanted()) return stream.end()
    this.stream = stream
    stream.handTo(this)
  }

  take(result: Delivered): boolean {
    return this.connection.deliver(this.id, result, this.stream)
  }

  onEnd(fault: GraphQLError | null): void {
    if (fault) this.refuse([fault])
    else this.complete()
  }

  /** With its one result. */
  answer(payload: ExecutionResult): void {
    if (!this.isWanted()) return
    this.connection.send({ id: this.id, type: MessageType.Next, payload })
    this.complete()
  }

  refuse(errors: readonly GraphQLError[]): void {
    if (!this.isWanted()) return
    const { connection, id } = this
    const payload = errors.map((error) =>
      publicError(error.originalError ?? error, connection.scope()).toJSON(),
    )
    connection.send({ id, type: MessageType.Error, payload })
    this.end()
  }

  /** Its id is free from now on, and nothing is sent for it any more. */
  end(): void {
    if (this.isWanted()) this.connection.operations.delete(this.id)
    this.stream?.end()
  }

  private complete(): void {
    if (!this.isWanted()) return
    this.connection.send({ id: this.id, type: MessageType.Complete })
    this.end()
  }
}

export function closeSocket(socket: WebSocket, code: number, reason: string, waitMs: number): void {
  if (socket.readyState === WebSocket.CLOSED) return
  socket.close(code, reason)
  const timer = setTimeout(() => socket.terminate(), waitMs)
  socket.once('close', () => clearTimeout(timer))
}
