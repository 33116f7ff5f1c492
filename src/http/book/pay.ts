// The way to the provider of payments, and back: the graph opens a checkout for the booking.

import { managePath } from '../../booking/manage-link.data.ts'
import { ask, type Visit } from './visit.ts'

const payDocument = `mutation PageCheckout($input: StartCheckoutInput!) {
  startCheckout(input: $input) {
    ... on StartCheckoutSuccess { data { url } }
    ... on Refusal { code message }
  }
}`

type Answer = { startCheckout: { data?: { url: string | null } | null } }

/** Where to pay; null when that cannot be done now: the booking stands as it is. */
export async function startPaying(
  visit: Pick<Visit, 'exchange' | 'services' | 'viewer'>,
  bookingId: string,
  key: string,
): Promise<string | null> {
  const { services } = visit
  if (!services.till) return null
  const back = `${services.baseUrl()}${managePath}`
  const input = {
    bookingId,
    successUrl: `${back}?done=paid`,
    cancelUrl: `${back}?done=unpaid`,
    idempotencyKey: `${key}-pay`,
  }
  const { startCheckout } = await ask<Answer>(visit, payDocument, { input })
  return startCheckout.data?.url ?? null
}
