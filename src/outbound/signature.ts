// The signature of Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks): HMAC
// with SHA-256 over id, timestamp and body, by every secret that is good at the time.

import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'
/** Bytes; the specification asks for 24 to 64. */
const secretLength = 32

/** A new secret, as receivers are given it: `whsec_` and base64. */
export function newSigningSecret(): string {
  return prefix + randomBytes(secretLength).toString('base64')
}

/** The headers of a message. `at` is when it is sent, in epoch milliseconds; ids hold no dot. */
export function signatureHeaders(
  message: { id: string; at: number },
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(message.at / 1000))
  const signed = `${message.id}.${timestamp}.${body}`
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${signatureOf(signed, secret)}`).join(' '),
  }
}

function signatureOf(signed: string, secret: string): string {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  return createHmac('sha256', key).update(signed).digest('base64')
}
