// Calls a dialect over HTTP, as any client does: headers as they are given, a body as JSON or, with
// `raw`, as it is.
import { request } from 'node:http'
import type { TestApp } from '../../support/app.ts'

export type Answered = {
  status: number
  headers: Headers
  // A test names what it expects of the body; its shape is not repeated in types.
  // oxlint-disable-next-line no-explicit-any
  body: any
}

export type Init = {
  method?: string
  headers?: Record<string, string>
  body?: unknown
  raw?: string | Uint8Array<ArrayBuffer>
}

export type Call = (path: string, init?: Init) => Promise<Answered>

/** Calls below `mount` with `shown`, the headers of a credential. */
export function caller(app: TestApp, mount: string, shown: Record<string, string> = {}): Call {
  return async (path, init = {}) => {
    const sends = init.raw !== undefined || init.body !== undefined
    const response = await fetch(app.url + mount + path, {
      method: init.method ?? (sends ? 'POST' : 'GET'),
      headers: { ...(sends && { 'content-type': 'application/json' }), ...shown, ...init.headers },
      ...(sends && { body: init.raw ?? JSON.stringify(init.body) }),
      redirect: 'manual',
    })
    const text = await response.text()
    const body = text === '' ? undefined : JSON.parse(text)
    return { status: response.status, headers: response.headers, body }
  }
}

/** As it is, past whatever fetch() would mend: odd methods, paths and headers. */
export function rawCall(
  app: TestApp,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<Answered> {
  const { hostname, port } = new URL(app.url)
  return new Promise((resolve, reject) => {
    const encoded = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Buffer.from(value, 'utf8').toString('latin1'),
      ]),
    )
    const sent = request({ hostname, port, method, path, headers: encoded }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const found = new Headers(response.headers as Record<string, string>)
        const body = text === '' ? undefined : JSON.parse(text)
        resolve({ status: response.statusCode ?? 0, headers: found, body })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
