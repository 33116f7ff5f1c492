// Where Stripe tells of payments: what it did not sign is refused, and what it says again, late or
// out of order is taken in once. It goes on telling until it is answered with 200.

import type { Services } from '../context.ts'
import { Refused } from '../errors.ts'
import { takeNews } from '../payment/checkout.actions.ts'
import { failRefund } from '../payment/refund-worker.actions.ts'
import { BadMessage } from '../payment/till.ts'
import { headerOf, HttpFault, readBody, sendJson, type Exchange } from './exchange.ts'
import type { Route } from './router.ts'

const longestBody = 1_000_000

export function stripeRoutes(services: Services): Route[] {
  return [{ path: '/stripe/webhook', methods: ['POST'], name: 'stripe', door: doorOf(services) }]
}

function doorOf(services: Services) {
  const { till, clock } = services
  return async (exchange: Exchange): Promise<void> => {
    if (!till) throw new HttpFault(404, 'No provider of payments is set up here.')
    const body = await readBody(exchange, longestBody)
    const signature = headerOf(exchange, 'stripe-signature') ?? ''
    try {
      const news = await till.read(body, signature, clock.now())
      if (news?.kind === 'REFUND_FAILED') {
        await failRefund(services, { accountId: news.accountId, id: news.refundId })
      } else if (news) {
        await takeNews(services, news)
      }
    } catch (error) {
      if (error instanceof BadMessage) throw new HttpFault(400, error.message)
      if (!(error instanceof Refused)) throw error
      // It would be the same the next time; whoever looks after the money has to hear of it.
      exchange.log.error({ err: error }, 'a message of the provider of payments fits nothing here')
    }
    sendJson(exchange, 200, { received: true })
  }
}
