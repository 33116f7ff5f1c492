// The door for subscriptions over server-sent events, in the distinct connections mode of
// graphql-sse (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): one request, one
// subscription. Every event carries its cursor as its id, so that EventSource resumes by itself.

import { getOperationAST, type ExecutionResult } from 'graphql'
import type { GraphQLParams } from 'graphql-yoga'
import { prepare } from '../graphql/documents.ts'
import { headerOf, HttpFault, type Exchange } from './exchange.ts'
import type { ResultStream, Streams } from './streams.ts'

export type SseDoor = {
  /** Answers a subscription that is asked for as events; false when the request is none. */
  serve(exchange: Exchange, params: GraphQLParams, credential: string | null): Promise<boolean>
  /** Breaks every stream off, without completing it: clients then resume elsewhere. */
  endStreams(): void
  openStreams(): number
}

export const sseLimits = {
  /** Between two comments that keep the connection alive. */
  keepAliveMs: 12_000,
  /** Longest time that a client may leave unread what was written to it. */
  unreadMs: 30_000,
  streamsPerCredential: 1_000,
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  connection: 'keep-alive',
  // For proxies that would collect the answer first.
  'x-accel-buffering': 'no',
}

export function createSseDoor(
  streams: Streams,
  overrides: Partial<typeof sseLimits> = {},
): SseDoor {
  const limits = { ...sseLimits, ...overrides }
  const open = new Set<Exchange['res']>()
  const perCredential = new Map<string | null, number>()

  const count = (authorization: string | null, by: 1 | -1) => {
    const now = (perCredential.get(authorization) ?? 0) + by
    if (now > limits.streamsPerCredential) {
      const sentence = `A credential has at most ${limits.streamsPerCredential} open streams.`
      throw new HttpFault(429, sentence, { 'retry-after': '5' })
    }
    if (now === 0) perCredential.delete(authorization)
    else perCredential.set(authorization, now)
  }

  return {
    serve: async (exchange, params, authorization) => {
      const document = subscriptionIn(exchange, params)
      if (!document) return false
      const { res, requestId } = exchange
      if (res.destroyed) return true
      count(authorization, 1)
      open.add(res)
      res.once('close', () => {
        open.delete(res)
        count(authorization, -1)
      })
      const opened = await streams.open({
        document,
        variables: params.variables,
        operationName: params.operationName,
        authorization,
        requestId,
        lastCursor: headerOf(exchange, 'last-event-id') ?? null,
      })
      if (!res.destroyed && !res.writableEnded) res.writeHead(200, headers)
      if ('handTo' in opened) pump(res, opened, limits)
      else finish(res, opened)
      return true
    },
    endStreams: () => {
      for (const res of open) res.end()
    },
    openStreams: () => open.size,
  }
}

function subscriptionIn(exchange: Exchange, { query, operationName }: GraphQLParams) {
  if (!/\btext\/event-stream\b/i.test(headerOf(exchange, 'accept') ?? '')) return null
  const { document } = prepare(query ?? '')
  const operation = document && getOperationAST(document, operationName)
  return operation?.operation === 'subscription' ? document : null
}

function pump(res: Exchange['res'], stream: ResultStream, limits: typeof sseLimits): void {
  res.once('close', () => stream.end())
  if (res.destroyed || res.writableEnded) return stream.end()
  const keepAlive = setInterval(() => {
    if (!res.writableNeedDrain) res.write(':\n\n')
  }, limits.keepAliveMs)
  // Some browsers show the answer only when something came.
  res.write(':\n\n')
  stream.handTo({
    take: ({ cursor, json }) => {
      if (res.writableEnded) {
        stream.end()
        return false
      }
      const isTaken = res.write(`id: ${cursor}\nevent: next\ndata: ${json()}\n\n`)
      if (!isTaken) whenDrained(res, limits.unreadMs, () => stream.goOn())
      return isTaken
    },
    onEnd: (fault) => {
      clearInterval(keepAlive)
      if (fault) finish(res, { errors: [fault] })
      else if (!res.writableEnded) res.end('event: complete\ndata:\n\n')
    },
  })
}

function finish(res: Exchange['res'], result: ExecutionResult): void {
  if (res.writableEnded || res.destroyed) return
  res.end(`event: next\ndata: ${JSON.stringify(result)}\n\nevent: complete\ndata:\n\n`)
}

/** Calls back when the client has read what was written, or is cut because it does not read. */
function whenDrained(res: Exchange['res'], waitMs: number, then: () => void): void {
  const timer = setTimeout(() => res.destroy(), waitMs)
  const go = () => {
    clearTimeout(timer)
    res.off('drain', go).off('close', go)
    then()
  }
  res.on('drain', go).on('close', go)
}
