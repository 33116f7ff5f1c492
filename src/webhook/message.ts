// What is sent to an endpoint: a message, and what an event becomes in it. The worker that sends
// and the graph that shows beforehand share it; nothing is decided here.

import type { Issue } from '../errors.ts'
import type { LoggedEvent } from '../events/event.ts'
import type { Reach } from '../outbound/address.ts'
import type { EndpointRow } from './endpoint.data.ts'
import type { Formats } from './format.ts'
import type { Manner } from './retry.ts'

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

/** The endpoint has nobody any more in whose name it is told anything. */
export class MakerLeft extends Error {
  constructor() {
    super('Whoever made it has left the account. Enable it to be told in your name.')
    this.name = 'MakerLeft'
  }
}

/** The client whose endpoint it is has nothing to do with the account of the event any more. */
export class OutOfReach extends Error {
  constructor() {
    super('The API client does not reach this account any more.')
    this.name = 'OutOfReach'
  }
}

/**
 * Makes what is sent, signature and secret headers included; null when the endpoint's format has
 * nothing to say of the event. May read; changes nothing. Throws MakerLeft,
 * OutOfReach.
 */
export type Render = (
  endpoint: EndpointRow,
  event: LoggedEvent,
  message: Message,
) => Promise<Rendered | null>

/** What would be sent, without anything secret, and what went wrong in the endpoint's document. */
export type Preview = Rendered & { errors: string[] }

/** An event as the gateway's own format tells it. */
export type Told = {
  type: string
  /** RFC 3339. */
  timestamp: string
  data: unknown
  /** Of the endpoint's document; left out when there are none. */
  errors?: readonly object[]
}

/** Of actions that make or show what is sent. */
export type WebhookContext = {
  webhooks: {
    /** Those of dialects; the gateway's own is beside them. */
    formats: Formats
    reach: Reach
    /** What is wrong with a document that is to make `data`. */
    documentIssues(document: string): Issue[]
    /** How messages of the format of this name are tried. */
    mannerOf: (format: string) => Manner
    render: Render
    /** Null as for Render. */
    preview: (
      endpoint: EndpointRow,
      event: LoggedEvent,
      message: Message,
    ) => Promise<Preview | null>
  }
}
