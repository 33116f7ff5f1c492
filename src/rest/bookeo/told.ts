// What webhooks tell, and how: our events as pairs of domain and type, each with its item in this
// dialect's own form. A booking that moves is updated, one that is canceled is deleted.

import type { Telling, ToldEvent } from '../../webhook/format.ts'
import type { Dialect } from '../route.ts'
import { hexHmac, telling } from '../webhooks.ts'
import { blockFields, blockOf, type BlockData } from './blocks.ts'
import { bookingFields, bookingOf, type BookingData } from './booking.ts'
import { customerFields, customerOf, type CustomerData } from './customer.ts'
import { paymentFields, paymentOf, type PaymentData } from './payment.ts'
import { accountFields, type Account } from './route.ts'
import { seatBlockFields, seatBlockOf, type SeatBlockData } from './seat-blocks.ts'
import { timeOf } from './times.ts'

export const domains = [
  'bookings',
  'seatblocks',
  'resourceblocks',
  'customers',
  'payments',
] as const
export const types = ['created', 'updated', 'deleted'] as const
export type Domain = (typeof domains)[number]
export type Type = (typeof types)[number]

const three = (noun: string) => ({
  created: [`${noun}.created`],
  updated: [`${noun}.updated`],
  deleted: [`${noun}.deleted`],
})

/** Our types of a pair; none where nothing of the kind happens here. */
export const told: Record<Domain, Record<Type, readonly string[]>> = {
  bookings: {
    created: ['booking.created'],
    updated: [
      'booking.updated',
      'booking.rescheduled',
      'booking.confirmed',
      'booking.completed',
      'booking.no_show',
      'booking.paid',
    ],
    deleted: ['booking.cancelled', 'booking.declined'],
  },
  seatblocks: three('seatblock'),
  resourceblocks: three('block'),
  customers: three('customer'),
  // What was recorded is neither changed nor deleted; what is given back is another payment.
  payments: { created: ['payment.succeeded', 'payment.refunded'], updated: [], deleted: [] },
}

type Thing<Item> = {
  /** In the graph: its type, and what is selected of it. */
  node: string
  fields: string
  bodyOf: (item: Item, account: Account) => unknown
  /** Left out, its id. */
  idOf?: (item: Item) => string
  /**
   * Of what is not there any more when it is deleted: what events may not tell of it. The rest of
   * what it was they do.
   */
  untold?: Partial<Item>
}

/** How a thing is told; the account is asked for beside it, for its zone. */
function about<Item extends { id: string }>(thing: Thing<Item>) {
  const { node, fields, bodyOf, idOf = ({ id }: Item) => id, untold } = thing
  return (name: string) =>
    telling<{ account: Account | null; item: Item | null }>({
      name,
      document: `query BookeoTold($subject: ID!, $account: ID!) {
        account(id: $account) { ${accountFields} }
        item: node(id: $subject) { ... on ${node} { ${fields} } }
      }`,
      body: ({ account, item: found }, event) => {
        const item = found ?? (untold && lastSeen(event, untold))
        if (!account || !item) return null
        const timestamp = timeOf(event.occurredAt, account)
        return { itemId: idOf(item), timestamp, item: bodyOf(item, account) }
      },
    })
}

function lastSeen<Item>({ type, subject, changes }: ToldEvent, untold: Partial<Item>): Item | null {
  if (subject === null || !type.endsWith('.deleted')) return null
  const was = Object.fromEntries(changes.map(({ field, from }) => [field, from]))
  return { ...untold, ...was, id: subject } as Item
}

const tellers: Record<Domain, (name: string) => Telling> = {
  bookings: about<BookingData>({
    node: 'Booking',
    fields: bookingFields,
    bodyOf: bookingOf,
    idOf: ({ number }) => number,
  }),
  customers: about<CustomerData>({ node: 'Customer', fields: customerFields, bodyOf: customerOf }),
  payments: about<PaymentData>({ node: 'Payment', fields: paymentFields, bodyOf: paymentOf }),
  resourceblocks: about<BlockData>({
    node: 'Block',
    fields: blockFields,
    bodyOf: blockOf,
    untold: { reason: null, staffMembers: null, resources: null },
  }),
  seatblocks: about<SeatBlockData>({
    node: 'SeatBlock',
    fields: seatBlockFields,
    bodyOf: seatBlockOf,
    untold: { reason: null, session: null },
  }),
}

export const formats: NonNullable<Dialect['formats']> = {
  bookeo: {
    about:
      'Bookeo: { itemId, timestamp, item }, signed with the secret key of the application. The ' +
      'waits between tries and the number of failures that block a webhook are ours.',
    events: Object.fromEntries(
      domains.flatMap((domain) =>
        types.flatMap((type) => {
          const teller = tellers[domain](`${domain}/${type}`)
          return told[domain][type].map((event) => [event, teller])
        }),
      ),
    ),
    headers: ({ timestampMs, messageId, url, body, secrets, lostBefore }) => ({
      'x-bookeo-timestamp': String(timestampMs),
      'x-bookeo-messageid': messageId,
      'x-bookeo-signature': hexHmac(secrets[0] ?? '', `${timestampMs}${messageId}${url}${body}`),
      ...(lostBefore && { 'x-bookeo-previousmessagelost': 'true' }),
    }),
    timeoutSeconds: 5,
    delaysSeconds: [10, 60, 300, 1800, 7200, 21_600, 43_200],
    blocksAfter: 20,
    signsWith: 'APPLICATION',
  },
}
