// The formats of dialects: how messages look and are signed where the receiver knows another system
// than this one. Data that a dialect gives; what is sent when, and to whom, is decided elsewhere.

import type { Issue } from '../errors.ts'
import { eventTypes } from '../events/subject.ts'
import { signatureHeaders } from '../outbound/signature.ts'
import { takesIn } from './event-type.ts'

/** An event as a format tells it; ids are global ids. */
export type ToldEvent = {
  id: string
  /** Ours, such as `booking.created`. */
  type: string
  occurredAt: Date
  account: string
  /** What it is about; null for what has no global id. */
  subject: string | null
  /** Of the fields that the endpoint may see, as the graph names them. */
  changes: readonly { field: string; from: unknown; to: unknown }[]
}

/** What is told of one type of event. */
export type Telling = {
  /** What the dialect calls such an event. */
  name: string
  /**
   * A query, run with the endpoint's own scopes; it may declare $event, $account, $subject,
   * $booking, $service, $customer, $session, $link (ID), $staff ([ID!]), $type (String) and
   * $occurredAt (DateTime). What the endpoint may not see is null in its data.
   */
  document: string
  /** The body, to be written as JSON; null: there is nothing to say, and nothing is sent. */
  // Each telling knows the shape of what it asked for.
  // oxlint-disable-next-line no-explicit-any
  body: (data: any, event: ToldEvent) => unknown
}

/** A message that is about to be sent. */
export type Sending = {
  /** The same over all tries. */
  messageId: string
  /** When this try is made, in epoch milliseconds. */
  timestampMs: number
  /** As it was registered. */
  url: string
  /** To the last character. */
  body: string
  /** The one to sign by, then the one before it while both are good. */
  secrets: readonly string[]
  /** Whether messages before this one were given up. */
  lostBefore: boolean
  /** 1 for the first. */
  attempt: number
}

export type WebhookFormat = {
  /** What it is and what in it is ours, for whoever chooses it. */
  about: string
  /**
   * By our type of event. Of a type that is not here nothing is told; of several tellings the first
   * that has something to say.
   */
  events: Readonly<Record<string, Telling | readonly Telling[]>>
  /** Signature and whatever else a receiver expects; names in lower case. */
  headers: (sending: Sending) => Record<string, string>
  /** How long the receiver has to answer; left out, as long as any other. */
  timeoutSeconds?: number
  /** Waits before each try after the first, to the second; left out, those of all others. */
  delaysSeconds?: readonly number[]
  /** After so many failed tries in a row the endpoint is disabled; left out, after days of them. */
  blocksAfter?: number
  /** Whose secret signs: the endpoint's own, or that of the application that made the endpoint. */
  signsWith: 'ENDPOINT' | 'APPLICATION'
}

/** By the names that endpoints choose them by. */
export type Formats = Readonly<Record<string, WebhookFormat>>

/** The gateway's own format: Standard Webhooks. */
export const ownFormat = 'standard'

/** The headers of Standard Webhooks. */
export function standardHeaders(sending: Sending): Record<string, string> {
  const { messageId: id, timestampMs: at, body, secrets } = sending
  return signatureHeaders({ id, at }, body, secrets)
}

export function tellingsOf(format: WebhookFormat, type: string): readonly Telling[] {
  const found = Object.hasOwn(format.events, type) ? format.events[type] : undefined
  if (!found) return []
  return Array.isArray(found) ? (found as readonly Telling[]) : [found as Telling]
}

type Terms = { format: string; types: readonly string[]; document: string | null }

/** What is wrong with an endpoint's choice of format, and with what goes by the format. */
export function formatIssues(
  { format: name, types, document }: Terms,
  formats: Formats,
  isOfInstallation: boolean,
): Issue[] {
  if (name === ownFormat) return []
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined
  const names = [ownFormat, ...Object.keys(formats)].join(', ')
  if (!format) {
    return [{ path: ['format'], message: `There is no format "${name}"; there is ${names}.` }]
  }
  const issues: Issue[] = []
  if (format.signsWith === 'APPLICATION' && !isOfInstallation) {
    const message =
      `Messages in the format "${name}" are signed by the secret of an application, so only one ` +
      'that the account has installed makes such endpoints.'
    issues.push({ path: ['format'], message })
  }
  if (document !== null) {
    const message = `The format "${name}" makes its own messages and takes no document.`
    issues.push({ path: ['document'], message })
  }
  const told = Object.keys(format.events)
  for (const choice of new Set(types)) {
    const isKnown = eventTypes.some((type) => takesIn([choice], type))
    if (!isKnown || told.some((type) => takesIn([choice], type))) continue
    const message = `The format "${name}" tells nothing of "${choice}"; it tells of ${told.join(', ')}.`
    issues.push({ path: ['types'], message })
  }
  return issues
}
