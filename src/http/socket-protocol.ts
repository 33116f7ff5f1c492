// graphql-transport-ws, the side of the server
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md): what each message means, and
// with which code a socket is closed. Written by hand over graphql-ws's messages, because its own
// server keeps some six kilobytes for every subscription that waits.

import {
  CloseCode,
  MessageType,
  parseMessage,
  type Message,
  type SubscribePayload,
} from 'graphql-ws'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL as ourProtocol } from 'graphql-ws'
import { SocketOperation, type Connection } from './socket-connection.ts'

export type Hooks = {
  initTimeoutMs: number
  /** False closes with 4403. */
  connect(connection: Connection, params: Record<string, unknown> | undefined): Promise<boolean>
  subscribe(operation: SocketOperation, payload: SubscribePayload): Promise<void>
  closed(connection: Connection): void
}

export function createProtocol(hooks: Hooks) {
  return {
    /** A socket was opened. */
    opened: (connection: Connection): void => {
      if (connection.protocol !== ourProtocol) {
        return connection.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable')
      }
      connection.initTimer = setTimeout(() => {
        connection.close(
          CloseCode.ConnectionInitialisationTimeout,
          'Connection initialisation timeout',
        )
      }, hooks.initTimeoutMs)
    },
    /** A client said something. */
    received: (connection: Connection, text: string): Promise<void> | void => {
      const message = messageIn(text)
      switch (message?.type) {
        case MessageType.ConnectionInit:
          return initiate(hooks, connection, message.payload)
        case MessageType.Ping: {
          const { payload } = message
          return connection.send({ type: MessageType.Pong, ...(payload && { payload }) })
        }
        case MessageType.Pong:
          return
        case MessageType.Subscribe:
          return subscribe(hooks, connection, message.id, message.payload)
        case MessageType.Complete:
          return connection.operations.get(message.id)?.end()
        default:
          return connection.close(CloseCode.BadRequest, 'Invalid message received')
      }
    },
    /** Its socket was closed, by whomever. */
    closed: (connection: Connection): void => {
      stopWaiting(connection)
      for (const operation of connection.operations.values()) operation.end()
      hooks.closed(connection)
    },
  }
}

function messageIn(text: string): Message | null {
  try {
    return parseMessage(text)
  } catch {
    return null
  }
}

async function initiate(
  hooks: Hooks,
  connection: Connection,
  params: Record<string, unknown> | undefined,
): Promise<void> {
  if (connection.isInitiated) {
    const reason = 'Too many initialisation requests'
    return connection.close(CloseCode.TooManyInitialisationRequests, reason)
  }
  connection.isInitiated = true
  stopWaiting(connection)
  if (!(await hooks.connect(connection, params))) {
    return connection.close(CloseCode.Forbidden, 'Forbidden')
  }
  connection.isAcknowledged = true
  connection.send({ type: MessageType.ConnectionAck })
}

function stopWaiting(connection: Connection): void {
  if (connection.initTimer) clearTimeout(connection.initTimer)
  connection.initTimer = null
}

async function subscribe(
  hooks: Hooks,
  connection: Connection,
  id: string,
  payload: SubscribePayload,
): Promise<void> {
  if (!connection.isAcknowledged) return connection.close(CloseCode.Unauthorized, 'Unauthorized')
  if (connection.operations.has(id)) {
    const reason = limited(`Subscriber for ${id} already exists`)
    return connection.close(CloseCode.SubscriberAlreadyExists, reason)
  }
  const operation = new SocketOperation(connection, id)
  try {
    await hooks.subscribe(operation, payload)
  } catch (error) {
    operation.end()
    throw error
  }
}

/** As long as a close frame can carry. */
function limited(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : 'Subscriber already exists'
}
