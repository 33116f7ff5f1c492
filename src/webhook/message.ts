// What is sent to an endpoint: a message, and what an event becomes in it. The worker that sends and
// the graph that shows beforehand share it; nothing is decided here.

import type { LoggedEvent } from '../events/event.ts'
import type { WebhookEndpoint } from '../generated/prisma/client.ts'

export type EndpointRow = WebhookEndpoint

/** One try to send; `id` is the delivery's, the same over all tries. */
export type Message = {
  id: string
  /** When this try is made, in epoch milliseconds: the timestamp that is signed. */
  at: number
  /** 1 for the first. */
  attempt: number
}

/** What is sent. Names of headers are in lower case. */
export type Rendered = { headers: Record<string, string>; body: string }

/** Makes what is sent, signature and secret headers included. May read; changes nothing. */
export type Render = (
  endpoint: EndpointRow,
  event: LoggedEvent,
  message: Message,
) => Promise<Rendered>
