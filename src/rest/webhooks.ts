// What a dialect makes its webhook formats of: tellings whose parts are checked against each other,
// the signatures that are in use, and its own names of events beside ours.

import { createHmac } from 'node:crypto'
import { eventTypes } from '../events/subject.ts'
import { takesIn } from '../webhook/event-type.ts'
import {
  standardHeaders,
  tellingsOf,
  type Sending,
  type Telling,
  type ToldEvent,
  type WebhookFormat,
} from '../webhook/format.ts'

/** One telling; `Data` is what its document answers, with null for what may not be seen. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function telling<Data>(spec: {
  name: string
  document: string
  body: (data: Data, event: ToldEvent) => unknown
}): Telling {
  return spec
}

/** Signed as Standard Webhooks 1.0 says, by every secret that is good at the time. */
export function standardSignature(sending: Sending): Record<string, string> {
  return standardHeaders(sending)
}

/** The HMAC with SHA-256 of a text, in lower-case hexadecimal digits. */
export function hexHmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

/** What a format calls its events. */
export function theirNames(format: WebhookFormat): string[] {
  return namesOf(format, Object.keys(format.events))
}

/** What a format calls what an endpoint with these of our types is told of. */
export function namesOfTypes(format: WebhookFormat, types: readonly string[]): string[] {
  return namesOf(
    format,
    eventTypes.filter((type) => takesIn(types, type)),
  )
}

/** Our types of what a format calls by these names; of names that it does not have, none. */
export function typesOfNames(format: WebhookFormat, names: readonly string[]): string[] {
  return Object.keys(format.events).filter((type) =>
    tellingsOf(format, type).some(({ name }) => names.includes(name)),
  )
}

function namesOf(format: WebhookFormat, types: readonly string[]): string[] {
  const tellings = types.flatMap((type) => tellingsOf(format, type))
  return [...new Set(tellings.map(({ name }) => name))]
}
