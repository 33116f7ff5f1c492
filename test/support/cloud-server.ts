// What servers of calendars have in common whose owners give access by OAuth 2.0: tokens that run
// out and are renewed (RFC 6749, section 6), answers in JSON, and ways to fail.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { serveLoopback } from './loopback.ts'

export type CloudAsked = {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}
export type CloudAnswer = {
  status: number
  body?: object
  headers?: Record<string, string>
}

/** What somebody makes there; times in UTC, or dates. */
export type CloudWish = {
  start: string
  end: string
  isFree?: boolean
  isDeclined?: boolean
  /** Of a series: how many. */
  weeks?: number
}

export const client = { id: 'client of the test', secret: 'client secret of the test' }

export async function cloudServer(act: (asked: CloudAsked) => CloudAnswer) {
  const requests: string[] = []
  const grants = { refresh: new Set<string>(), access: new Set<string>() }
  const faults: 'CUT_OFF'[] = []
  const manner = {
    slowMs: 0,
    pageSize: 1_000,
    /** Says nothing to anybody. */
    silent: false,
    /** What it answers to everybody who has access. */
    saysInstead: null as CloudAnswer | null,
    /** Whether a refresh token is given in place of the old one, which goes on. */
    rotates: false,
  }
  let given = 1

  const renew = (form: URLSearchParams): CloudAnswer => {
    const isKnown = form.get('client_id') === client.id
    if (!isKnown || form.get('client_secret') !== client.secret) {
      return { status: 401, body: { error: 'invalid_client' } }
    }
    if (form.get('grant_type') !== 'refresh_token') {
      return { status: 400, body: { error: 'unsupported_grant_type' } }
    }
    if (!grants.refresh.has(form.get('refresh_token') ?? '')) {
      const description = 'Token has been expired or revoked.'
      return { status: 400, body: { error: 'invalid_grant', error_description: description } }
    }
    given += 1
    const token = `access-${given}`
    grants.access.add(token)
    const next = manner.rotates ? { refresh_token: `refresh-${given}` } : {}
    if (manner.rotates) grants.refresh.add(`refresh-${given}`)
    const body = { access_token: token, expires_in: 3599, token_type: 'Bearer', ...next }
    return { status: 200, body }
  }

  const answer = (request: IncomingMessage, text: string): CloudAnswer => {
    const { method = '', headers } = request
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://localhost')
    if (path === '/token') return renew(new URLSearchParams(text))
    const token = (headers.authorization ?? '').replace('Bearer ', '')
    if (!grants.access.has(token)) return { status: 401, body: { error: { code: 401 } } }
    if (manner.saysInstead) return manner.saysInstead
    const body = text === '' ? {} : JSON.parse(text)
    return act({ method, path: path.replace(/^\/api/, ''), query, headers, body })
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`)
    if (manner.silent) return void request.socket.destroy()
    const fault = ['POST', 'PUT', 'PATCH'].includes(request.method ?? '') && faults[0]
    const { status, body, headers } = answer(request, Buffer.concat(chunks).toString())
    if (fault && request.url !== '/token') return void (faults.shift(), request.socket.destroy())
    if (manner.slowMs > 0) await delay(Math.random() * manner.slowMs)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body ? JSON.stringify(body) : '')
  }

  const url = await serveLoopback(handle)
  return {
    url,
    requests,
    manner,
    grants,
    /** The next entry is written, and nobody hears of it. */
    cutOff: () => void faults.push('CUT_OFF'),
    /** Whoever has access has to renew it. */
    endAccess: () => grants.access.clear(),
  }
}

export const WEEK = 7 * 86_400_000

/** The times of each of a series, or of one alone. */
export function timesOf(start: string, end: string, weeks = 1): [Date, Date][] {
  return Array.from({ length: weeks }, (_, nth) => [
    new Date(Date.parse(start) + nth * WEEK),
    new Date(Date.parse(end) + nth * WEEK),
  ])
}
