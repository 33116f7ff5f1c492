// One HTTP request and its response, as every door sees them: path, query, request id, log; and the
// few ways to answer. Knows no route and no credential.

import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { senderOf } from './sender.ts'

/**
 * A class, because of what most requests need nothing of: an object with accessors of its own gets
 * a hidden class of its own, which holds on to the whole request until everything is collected.
 */
export class Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly method: string
  readonly path: string
  readonly requestId: string
  /** The network address of the sender; null when the connection is gone already. */
  readonly address: string | null
  private readonly search: string
  private readonly wholeLog: Logger
  private ownLog: Logger | null = null
  private ownQuery: URLSearchParams | null = null

  constructor(req: IncomingMessage, res: ServerResponse, log: Logger) {
    const target = pathOf(req.url ?? '/')
    const mark = target.indexOf('?')
    const sent = req.headers['x-request-id']
    this.req = req
    this.res = res
    this.method = req.method ?? 'GET'
    this.path = mark < 0 ? target : target.slice(0, mark)
    this.search = mark < 0 ? '' : target.slice(mark + 1)
    this.requestId = typeof sent === 'string' && legalRequestId.test(sent) ? sent : randomUUID()
    this.address = senderOf(req)
    this.wholeLog = log
    res.setHeader('x-request-id', this.requestId)
    res.setHeader('x-content-type-options', 'nosniff')
  }

  get query(): URLSearchParams {
    return (this.ownQuery ??= new URLSearchParams(this.search))
  }

  get log(): Logger {
    return (this.ownLog ??= this.wholeLog.child({ requestId: this.requestId }))
  }
}

/** Answers one request. What it throws becomes a fault or, if it is none, a masked 500. */
export type Door = (exchange: Exchange) => Promise<void> | void

/** A request that cannot be answered as it is; the sentence is for whoever sent it. */
export class HttpFault extends Error {
  readonly status: number
  readonly headers: Record<string, string>
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'HttpFault'
    this.status = status
    this.headers = headers
  }
}

const legalRequestId = /^[\w.:+/=-]{1,128}$/

/** A target may name its host too, as to a proxy (RFC 9112, 3.2.2); what counts is its path. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return target
  const path = target.replace(/^https?:\/\/[^/?]*/i, '')
  return path.startsWith('?') || path === '' ? `/${path}` : path
}

/** A header that can be sent once only; the first one counts. */
export function headerOf({ req }: Exchange, name: string): string | undefined {
  const value = req.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** The body, a text in UTF-8; a 413 as soon as it is known to be too long. */
export function readBody({ req, res }: Exchange, maxBytes: number): Promise<string> {
  const tooLong = () => {
    // What is still coming is not read, so the connection cannot serve another request.
    res.setHeader('connection', 'close')
    return new HttpFault(413, `The body is too long: at most ${maxBytes} bytes are accepted.`)
  }
  // By events: to iterate over a body costs more than to answer what is asked by it.
  return new Promise((resolve, reject) => {
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return reject(tooLong())
    const chunks: Buffer[] = []
    let length = 0
    const brokeOff = () => reject(new HttpFault(400, 'The body broke off before it was whole.'))
    if (req.destroyed) return brokeOff()
    req.on('error', brokeOff).on('close', () => void (req.readableEnded || brokeOff()))
    req.on('end', () => {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      // What is not would be read as a text that nobody has sent.
      if (!isUtf8(bytes)) return reject(new HttpFault(400, 'The body is not UTF-8.'))
      resolve(bytes.toString('utf8'))
    })
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) return void chunks.push(chunk)
      req.pause()
      reject(tooLong())
    })
  })
}

/** The media type of the body, without parameters, in lower case. */
export function contentType(exchange: Exchange): string {
  return (headerOf(exchange, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase()
}

export function send(
  { res }: Exchange,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer,
): void {
  res.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
  res.end(body)
}

export function sendJson(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const type = { 'content-type': 'application/json; charset=utf-8' }
  send(exchange, status, { ...type, ...headers }, `${JSON.stringify(body)}\n`)
}

/** Whether the sender is a browser that wants a page. */
export function wantsHtml(exchange: Exchange): boolean {
  return (headerOf(exchange, 'accept') ?? '').includes('text/html')
}
