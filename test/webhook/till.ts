// Two formats as dialects have them, for tests: one that the endpoint's own secret signs, with a
// table of waits, and one that the secret of an application signs, with limits of its own and a
// word for what was lost.
import { hexHmac, telling } from '../../src/rest/webhooks.ts'
import type { Formats } from '../../src/webhook/format.ts'

const booking = `query ($booking: ID!) {
  booking(id: $booking) { number status notes customer { name email } } }`

type Data = {
  booking: {
    number: string
    status: string
    notes: string | null
    customer: { name: string; email: string | null } | null
  } | null
}

const sale = (name: string) =>
  telling<Data>({
    name,
    document: booking,
    body: ({ booking: found }, { type, occurredAt }) =>
      found && { event: name, from: type, at: occurredAt.getTime(), sale: found },
  })

const parcel = (name: string) =>
  telling<Data>({
    name,
    document: booking,
    body: ({ booking: found }, { subject }) => ({ itemId: subject, item: found?.number ?? null }),
  })

export const formats: Formats = {
  till: {
    about: 'What a till hears of.',
    events: {
      'booking.created': sale('sale_opened'),
      // Only what has notes is a change; a status of its own is told before that.
      'booking.updated': [
        telling<Data>({
          name: 'sale_noted',
          document: booking,
          body: ({ booking: found }, { changes }) =>
            changes.some(({ field }) => field === 'notes')
              ? { event: 'sale_noted', notes: found?.notes }
              : null,
        }),
        telling<Data>({
          name: 'sale_changed',
          document: booking,
          body: (_data, { changes }) =>
            changes.some(({ field }) => field === 'externalRef') ? { event: 'sale_changed' } : null,
        }),
      ],
      'booking.rescheduled': sale('sale_changed'),
    },
    headers: ({ body, secrets: [secret = ''] }) => ({ 'x-till-signature': hexHmac(secret, body) }),
    delaysSeconds: [60, 300, 1800],
    signsWith: 'ENDPOINT',
  },
  parcel: {
    about: 'What a parcel service hears of.',
    events: { 'booking.created': parcel('made'), 'booking.cancelled': parcel('gone') },
    headers: ({
      messageId,
      timestampMs,
      url,
      body,
      secrets: [secret = ''],
      lostBefore,
      attempt,
    }) => ({
      'x-parcel-id': messageId,
      'x-parcel-time': String(timestampMs),
      'x-parcel-try': String(attempt),
      'x-parcel-signature': hexHmac(secret, `${timestampMs}${messageId}${url}${body}`),
      ...(lostBefore && { 'x-parcel-lost': 'true' }),
    }),
    timeoutSeconds: 0.2,
    delaysSeconds: [1, 2],
    blocksAfter: 5,
    signsWith: 'APPLICATION',
  },
}
