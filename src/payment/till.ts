// What the gateway wants of a provider of payments, whoever that is. Amounts are in minor units.

import type { Instant } from '../time/instant.ts'

export type CheckoutOrder = {
  /** The same order always has the same key, so that it is made once. */
  key: string
  accountId: string
  checkoutId: string
  amountMinor: number
  currency: string
  /** What the payer reads. */
  title: string
  email: string | null
  successUrl: string
  cancelUrl: string
  expiresAt: Instant
}

export type RefundOrder = {
  key: string
  accountId: string
  refundId: string
  /** The provider's id of what it took. */
  ofRef: string
  amountMinor: number
  /** It may have been made before: that is looked up first. */
  again: boolean
}

/** What the provider tells by itself, once it is known to be its word. */
export type TillNews =
  | {
      kind: 'PAID'
      accountId: string
      checkoutId: string
      ref: string
      amountMinor: number
      currency: string
      byCard: boolean
      at: Instant
    }
  | { kind: 'EXPIRED'; accountId: string; checkoutId: string; sessionId: string }
  | { kind: 'REFUND_FAILED'; accountId: string; refundId: string }

export type Till = {
  openCheckout(order: CheckoutOrder): Promise<{ sessionId: string; url: string }>
  /** The provider's id of the refund. */
  refund(order: RefundOrder): Promise<string>
  /** News in a message; null for what is none of ours, `BadMessage` for what is not its word. */
  read(body: string, signature: string, now: Instant): Promise<TillNews | null>
}

/** The provider said no, and would say so again. */
export class TillRefused extends Error {}

/** A message that the provider did not sign, or not lately. */
export class BadMessage extends Error {}

/** How long a page for paying is open. */
export const checkoutMinutes = 45

/** The provider makes no page that is open for less than half an hour; a minute is for the way. */
export const leastMinutes = 31
