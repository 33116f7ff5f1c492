// A server that speaks Stripe's wire form: forms in, JSON out, Idempotency-Key kept, pages open for
// 30 minutes to 24 hours, refunds never above what was paid, events signed as Stripe signs them. It
// can be told to fail before or after it has done what was asked.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Stripe } from 'stripe'
import { expect } from 'vitest'
import type { TestApp } from './app.ts'
import { done } from './ask.ts'
import { serveLoopback } from './loopback.ts'

type Fields = Record<string, string>
type Thing = { id: string; [field: string]: unknown }

export const webhookSecret = 'whsec_of_the_test'

/** How the next requests fail: refused at once, or cut off once they are done. */
type Fault = 'UNAVAILABLE' | 'CUT_OFF' | 'REFUSED'

export async function stripeServer() {
  const sessions = new Map<string, Thing & { fields: Fields; amount: number }>()
  const refunds: (Thing & { intent: string; amount: number })[] = []
  const answers = new Map<string, { fields: string; body: object }>()
  const faults: Fault[] = []
  const requests: { method: string; path: string; key: string | null }[] = []
  const manner = { slowMs: 0, now: null as (() => number) | null }
  let ids = 0

  const answer = (method: string, path: string, fields: Fields): object | null => {
    if (method === 'POST' && path === '/v1/checkout/sessions') {
      const openSeconds = Number(fields['expires_at']) - Math.floor((manner.now?.() ?? NaN) / 1000)
      if (openSeconds < 1_800 || openSeconds > 86_400) return null
      const id = `cs_test_${(ids += 1)}`
      const amount = Number(fields['line_items[0][price_data][unit_amount]'])
      const url = `https://checkout.stripe.example/${id}`
      sessions.set(id, { id, fields, amount })
      return { object: 'checkout.session', id, url, status: 'open' }
    }
    if (method === 'POST' && path === '/v1/refunds') {
      const intent = fields['payment_intent'] ?? ''
      const session = sessions.get(intent.replace('pi_of_', ''))
      const back = refunds.filter((made) => made.intent === intent)
      const amount = Number(fields['amount'])
      const sum = back.reduce((total, made) => total + made.amount, amount)
      if (!session || sum > session.amount) return null
      const metadata = { account: fields['metadata[account]'], refund: fields['metadata[refund]'] }
      const made = { id: `re_${(ids += 1)}`, object: 'refund', intent, amount, metadata }
      refunds.push({ ...made })
      return { ...made, status: 'succeeded', payment_intent: intent }
    }
    if (method === 'GET' && path.startsWith('/v1/refunds?')) {
      const intent = new URLSearchParams(path.split('?')[1]).get('payment_intent')
      const data = refunds.filter((made) => made.intent === intent)
      return { object: 'list', url: '/v1/refunds', has_more: false, data }
    }
    return null
  }

  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const [method, path] = [req.method ?? '', req.url ?? '']
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const key = (req.headers['idempotency-key'] as string | undefined) ?? null
    requests.push({ method, path, key })
    const say = (status: number, body: object) => {
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const fault = faults.shift()
    if (fault === 'UNAVAILABLE') return say(503, { error: { type: 'api_error', message: 'busy' } })
    const refusal = { error: { type: 'invalid_request_error', message: 'No.' } }
    if (fault === 'REFUSED') return say(400, refusal)
    const known = method === 'POST' && key !== null ? answers.get(key) : undefined
    if (known && known.fields !== text) {
      return say(400, { error: { type: 'idempotency_error', message: 'Other parameters.' } })
    }
    const fields = Object.fromEntries(new URLSearchParams(text))
    const body = known?.body ?? answer(method, path, fields)
    if (body && key !== null) answers.set(key, { fields: text, body })
    if (fault === 'CUT_OFF') return void req.socket.destroy()
    if (manner.slowMs > 0) await delay(Math.random() * manner.slowMs)
    return body ? say(200, body) : say(400, refusal)
  }

  const url = await serveLoopback(handle)
  return {
    config: {
      stripeSecretKey: 'sk_test_of_the_test',
      stripeWebhookSecret: webhookSecret,
      stripeApiBase: url,
    },
    sessions,
    refunds,
    requests,
    /** How long it may take to answer what it has done; its clock, for how long pages are open. */
    manner,
    /** The next requests fail so; the library asks once more by itself. */
    fail: (...next: Fault[]) => void faults.push(...next),
    /** Forgets every key, as Stripe does after a day. */
    forgetKeys: () => answers.clear(),
  }
}

export type StripeServer = Awaited<ReturnType<typeof stripeServer>>

/** The session of a checkout page, as Stripe tells of it. */
export function sessionOf({ sessions }: StripeServer, url: string, extra: object = {}) {
  const { id, fields, amount } = sessions.get(url.split('/').at(-1) ?? '')!
  return {
    object: 'checkout.session',
    id,
    payment_status: 'paid',
    payment_intent: `pi_of_${id}`,
    amount_total: amount,
    currency: fields['line_items[0][price_data][currency]'],
    payment_method_types: ['card'],
    metadata: {
      account: fields['metadata[account]'],
      checkout: fields['metadata[checkout]'],
    },
    ...extra,
  }
}

let events = 0

/** Tells the application of something, as Stripe does; returns the status of its answer. */
export async function tell(
  app: Pick<TestApp, 'post'> & { clock: { now(): number } },
  type: string,
  object: object,
  { secret = webhookSecret, at = app.clock.now() } = {},
): Promise<number> {
  const created = Math.floor(at / 1000)
  const id = `evt_${(events += 1)}`
  const payload = JSON.stringify({ id, object: 'event', type, created, data: { object } })
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: created,
  })
  const headers = { 'stripe-signature': signature, 'content-type': 'application/json' }
  const response = await app.post('/stripe/webhook', { headers, body: payload })
  await response.arrayBuffer()
  return response.status
}

/** Pays so much for a booking on a page of its own. */
export async function payOnline(
  app: TestApp,
  stripe: StripeServer,
  token: string,
  bookingId: string,
  amount: number,
): Promise<void> {
  const pages = { successUrl: 'https://shop.example/paid', cancelUrl: 'https://shop.example/back' }
  const input = { bookingId, amount: { amount }, ...pages }
  const { url } = await done(app, token, 'startCheckout', input, 'url')
  expect(await tell(app, 'checkout.session.completed', sessionOf(stripe, url))).toBe(200)
}
