// The pages for people: / with the way to everything, /docs with the first steps, and the schema as
// text. Programs that ask for JSON get the links as JSON.

import { serverVersion } from '../graphql/server.graphql.ts'
import { send, sendJson, wantsHtml, type Exchange } from './exchange.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'

type Link = { path: string; name: string; what: string }

const links: readonly Link[] = [
  { path: '/graphql', name: 'graphql', what: 'The graph. In a browser: GraphiQL with ready tabs.' },
  { path: '/schema.graphql', name: 'schema', what: 'The schema, with the scopes of every field.' },
  { path: '/docs', name: 'docs', what: 'The first steps.' },
  {
    path: '/.well-known/oauth-authorization-server',
    name: 'oauth',
    what: 'OAuth 2: how a client gets access tokens.',
  },
  { path: '/console', name: 'console', what: 'Sign in, and see where you work.' },
  { path: '/health', name: 'health', what: 'Whether the process lives, and its versions.' },
  { path: '/ready', name: 'ready', what: 'Whether it should be sent work.' },
  { path: '/metrics', name: 'metrics', what: 'Numbers for Prometheus.' },
]

/** A system of somebody else whose programs work here: its name in addresses, and in words. */
export type Spoken = { name: string; title: string }

/** `sdl` is the printed schema; `baseUrl` how the service is reached from outside. */
export function pageRoutes(
  sdl: () => string,
  baseUrl: () => string,
  dialects: readonly Spoken[],
): Route[] {
  return [
    { path: '/', methods: ['GET'], name: 'pages', door: (exchange) => home(exchange, baseUrl()) },
    {
      path: '/docs',
      methods: ['GET'],
      name: 'pages',
      door: (exchange) => sendPage(exchange, 'First steps', docs(baseUrl(), dialects)),
    },
    {
      path: '/schema.graphql',
      methods: ['GET'],
      name: 'pages',
      door: (exchange) =>
        send(exchange, 200, { 'content-type': 'text/plain; charset=utf-8' }, sdl()),
    },
  ]
}

function home(exchange: Exchange, baseUrl: string): void {
  if (!wantsHtml(exchange)) {
    const addresses = links.map(({ name, path }) => [name, baseUrl + path])
    const body = { name: 'Slotgraph', version: serverVersion, links: Object.fromEntries(addresses) }
    sendJson(exchange, 200, body, { vary: 'accept' })
    return
  }
  const items = links.map(
    ({ path, what }) => `<dt><a href="${path}">${path}</a></dt><dd>${escape(what)}</dd>`,
  )
  const intro = '<p>One graph over every booking of every account you reach.</p>'
  sendPage(exchange, 'Slotgraph', `${intro}<dl>${items.join('')}</dl>`)
}

function docs(baseUrl: string, dialects: readonly Spoken[]): string {
  const spoken = dialects.map(
    ({ name, title }) => `<li><a href="/docs/${name}">${escape(title)}</a></li>`,
  )
  const ask = `curl ${baseUrl}/graphql \\
  -H 'content-type: application/json' \\
  -H 'authorization: Bearer YOUR-API-KEY' \\
  -d '{"query":"{ viewer { name accounts { nodes { role account { name } } } } }"}'`
  const token = `curl ${baseUrl}/oauth/token \\
  -u CLIENT_ID:CLIENT_SECRET \\
  -d grant_type=client_credentials`
  const watch = `curl -N ${baseUrl}/graphql \\
  -H 'content-type: application/json' -H 'accept: text/event-stream' \\
  -H 'authorization: Bearer YOUR-API-KEY' \\
  -d '{"query":"subscription { bookingEvents { cursor type booking { number } } }"}'`
  const verify = `const { createHmac, timingSafeEqual } = require('node:crypto')

function isGenuine(headers, body, secret) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = headers['webhook-id'] + '.' + headers['webhook-timestamp'] + '.' + body
  const expected = Buffer.from('v1,' + createHmac('sha256', key).update(signed).digest('base64'))
  return headers['webhook-signature'].split(' ').some((text) => {
    const given = Buffer.from(text)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}`
  return `
<p>Everything is at <a href="/graphql">/graphql</a>: queries and mutations by POST (queries by GET
too), subscriptions over WebSocket (graphql-transport-ws) or as a stream of server-sent events.</p>
<h2>1. Ask with an API key</h2><pre>${escape(ask)}</pre>
<h2>2. Or with an OAuth client, for many accounts</h2><pre>${escape(token)}</pre>
<p>The answer holds an <code>access_token</code>; send it as the key above.</p>
<h2>3. Watch</h2><pre>${escape(watch)}</pre>
<h2>4. Be told</h2>
<p>The mutation <code>createWebhookEndpoint</code> has a URL of yours told what happens, and answers
with a secret (<code>whsec_…</code>) this once. Every message is a POST, signed as
<a href="https://www.standardwebhooks.com">Standard Webhooks</a> says, so its libraries verify it;
or, over the body exactly as it came:</p><pre>${escape(verify)}</pre>
<p>Refuse a timestamp that is more than five minutes off. <code>webhook-id</code> stays the same
over all attempts: what you have had before is a repeat. Answer with a 2xx status within 15 seconds, and
do the work afterwards; with any other answer, or none, it is tried again for three days. While a
secret is being replaced, <code>webhook-signature</code> holds two signatures, with a space between:
one that fits is enough. An answer of 410 disables the endpoint.</p>
<h2>5. Read on</h2>
<p><a href="/graphql">GraphiQL</a> has ready tabs and the description of every field. The
<a href="/schema.graphql">schema</a> says by <code>@requiresScopes</code> what each field needs.</p>
<h2>6. Or go on with a program written for another system</h2>
<p>After a change of its base address and credentials, programs for these work here:</p>
<ul>${spoken.join('')}</ul>`
}
