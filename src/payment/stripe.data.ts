// Stripe as the provider of payments, through its own library. The secret key decides whose account
// the money goes to. Nothing here reads or writes our database.

import type { Stripe } from 'stripe'
import {
  BadMessage,
  TillRefused,
  type CheckoutOrder,
  type RefundOrder,
  type Till,
  type TillNews,
} from './till.ts'

export type StripeSettings = {
  secretKey: string
  webhookSecret: string
  /** Where its interface is; another one in tests. */
  apiBase: string
}

const timeoutMs = 10_000

export function createStripeTill({ secretKey, webhookSecret, apiBase }: StripeSettings): Till {
  let loaded: Promise<Stripe> | undefined
  // The library is large, and most processes never ask for it.
  const stripe = () => (loaded ??= load(secretKey, apiBase))
  return {
    openCheckout: async (order) => openSession(await stripe(), order),
    refund: async (order) => makeRefund(await stripe(), order),
    read: async (body, signature, now) => {
      const { webhooks } = await stripe()
      let event: Stripe.Event
      try {
        event = await webhooks.constructEventAsync(
          body,
          signature,
          webhookSecret,
          undefined,
          undefined,
          now,
        )
      } catch {
        throw new BadMessage('The message is not signed as it should be.')
      }
      return newsOf(event)
    },
  }
}

async function openSession({ checkout }: Stripe, order: CheckoutOrder) {
  const metadata = { account: order.accountId, checkout: order.checkoutId }
  const price = {
    currency: order.currency.toLowerCase(),
    unit_amount: order.amountMinor,
    product_data: { name: order.title },
  }
  const session = await asked(
    checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [{ quantity: 1, price_data: price }],
        ...(order.email !== null && { customer_email: order.email }),
        client_reference_id: order.checkoutId,
        metadata,
        payment_intent_data: { metadata },
        success_url: order.successUrl,
        cancel_url: order.cancelUrl,
        expires_at: Math.ceil(order.expiresAt / 1000),
      },
      { idempotencyKey: order.key },
    ),
  )
  return { sessionId: session.id, url: session.url ?? '' }
}

async function makeRefund({ refunds }: Stripe, order: RefundOrder): Promise<string> {
  const { key, accountId, refundId, ofRef, amountMinor, again } = order
  const metadata = { account: accountId, refund: refundId }
  const made =
    (again && (await madeBefore(refunds, order))) ||
    (await asked(
      refunds.create(
        { payment_intent: ofRef, amount: amountMinor, metadata },
        { idempotencyKey: key },
      ),
    ))
  if (made.status === 'failed' || made.status === 'canceled') throw new TillRefused(made.id)
  return made.id
}

/** Stripe forgets keys after a day; what it has made it lists for ever. */
async function madeBefore(refunds: Stripe['refunds'], { ofRef, refundId }: RefundOrder) {
  for await (const made of refunds.list({ payment_intent: ofRef, limit: 100 })) {
    if (made.metadata?.['refund'] === refundId) return made
  }
  return null
}

async function load(secretKey: string, apiBase: string): Promise<Stripe> {
  const { Stripe: Library } = await import('stripe')
  const { protocol, hostname, port } = new URL(apiBase)
  return new Library(secretKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port !== '' && { port: Number(port) }),
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    telemetry: false,
  })
}

/** What Stripe refused for good, told apart from what may go well another time. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const { type } = error as { type?: string }
    if (type === 'StripeInvalidRequestError' || type === 'StripeCardError') {
      throw new TillRefused((error as Error).message)
    }
    throw error
  }
}

function newsOf(event: Stripe.Event): TillNews | null {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return paidBy(event.data.object, event.created)
    case 'checkout.session.expired': {
      const { id: sessionId, metadata } = event.data.object
      const [accountId, checkoutId] = [metadata?.['account'], metadata?.['checkout']]
      return accountId && checkoutId ? { kind: 'EXPIRED', accountId, checkoutId, sessionId } : null
    }
    case 'refund.failed':
    case 'refund.updated': {
      const { metadata, status } = event.data.object
      const [accountId, refundId] = [metadata?.['account'], metadata?.['refund']]
      const isOver = status === 'failed' || status === 'canceled'
      return isOver && accountId && refundId ? { kind: 'REFUND_FAILED', accountId, refundId } : null
    }
    default:
      return null
  }
}

function paidBy(session: Stripe.Checkout.Session, created: number): TillNews | null {
  const { metadata, payment_status: status, payment_intent: intent, currency } = session
  const [accountId, checkoutId] = [metadata?.['account'], metadata?.['checkout']]
  const ref = typeof intent === 'string' ? intent : intent?.id
  // Some ways to pay take days; then only the later event says that it was paid.
  if (!accountId || !checkoutId || !ref || !currency || status !== 'paid') return null
  return {
    kind: 'PAID',
    accountId,
    checkoutId,
    ref,
    amountMinor: session.amount_total ?? 0,
    currency: currency.toUpperCase(),
    byCard: session.payment_method_types.join() === 'card',
    at: created * 1000,
  }
}
