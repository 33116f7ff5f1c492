// A calendar on a CalDAV server (RFC 4791) in memory, for what the real one cannot be made to do:
// answer slowly or not at all, give no tags, hold what nobody can read. `url` is its place.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { serveLoopback } from './loopback.ts'

type File = { text: string; tag: string }

export async function caldavServer() {
  const files = new Map<string, File>()
  const requests: string[] = []
  const faults: 'CUT_OFF'[] = []
  const manner = {
    slowMs: 0,
    tags: true,
    /** Says nothing to anybody. */
    silent: false,
    /** What it answers in place of a list of its entries. */
    saysInstead: null as string | null,
    /** With this status nothing is written. */
    refusesPut: null as number | null,
  }
  let changes = 0

  const propsOf = (name: string): string => {
    const file = files.get(name)
    if (!file) return ''
    const tag = manner.tags ? `<d:getetag>${file.tag}</d:getetag>` : ''
    const data = `<c:calendar-data>${escaped(file.text)}</c:calendar-data>`
    return told(`/anna/${name}`, tag + data)
  }

  const put = (name: string, text: string, { headers }: IncomingMessage): Answer => {
    const file = files.get(name)
    const { 'if-match': wanted, 'if-none-match': unless } = headers
    if ((unless === '*' && file) || (wanted && wanted !== file?.tag)) return { status: 412 }
    const tag = `"${(changes += 1)}"`
    files.set(name, { text, tag })
    return { status: file ? 204 : 201, headers: manner.tags ? { etag: tag } : {} }
  }

  const remove = (name: string, { headers }: IncomingMessage): Answer => {
    const file = files.get(name)
    if (!file) return { status: 404 }
    if (headers['if-match'] && headers['if-match'] !== file.tag) return { status: 412 }
    changes += 1
    files.delete(name)
    return { status: 204 }
  }

  const act = (request: IncomingMessage, body: string): Answer => {
    const name = (request.url ?? '').replace(/^\/anna\//, '')
    if (request.method === 'PUT') return put(name, body, request)
    if (request.method === 'DELETE') return remove(name, request)
    if (request.method === 'REPORT') {
      const list = multistatus([...files.keys()].map(propsOf))
      return { status: 207, body: manner.saysInstead ?? list }
    }
    if (name === '') {
      const kind = '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>'
      const mark = `<cs:getctag>${changes}</cs:getctag>`
      return { status: 207, body: multistatus([told('/anna/', kind + mark)]) }
    }
    if (!files.has(name)) return { status: 404 }
    return { status: 207, body: multistatus([propsOf(name)]) }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push(`${request.method} ${request.url}`)
    if (manner.silent) return void request.socket.destroy()
    if (manner.refusesPut !== null && request.method === 'PUT') {
      return void response.writeHead(manner.refusesPut).end()
    }
    const fault = request.method === 'PUT' ? faults.shift() : undefined
    const { status, headers, body } = act(request, Buffer.concat(chunks).toString())
    if (fault === 'CUT_OFF') return void request.socket.destroy()
    if (manner.slowMs > 0) await delay(Math.random() * manner.slowMs)
    response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body ?? '')
  }

  const url = await serveLoopback(handle)
  return {
    url: `${url}/anna/`,
    files,
    requests,
    manner,
    /** The next entry is written, and nobody hears of it. */
    cutOff: () => void faults.push('CUT_OFF'),
    /** Somebody writes there. */
    write: (name: string, text: string) => {
      files.set(name, { text, tag: `"${(changes += 1)}"` })
    },
  }
}

type Answer = { status: number; headers?: Record<string, string>; body?: string }

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const told = (href: string, props: string) =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop>
    <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`

const multistatus = (responses: string[]) =>
  `<?xml version="1.0" encoding="utf-8"?><d:multistatus xmlns:d="DAV:"
    xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/">
    ${responses.join('')}</d:multistatus>`
