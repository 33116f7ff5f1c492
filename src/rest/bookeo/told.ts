// What webhooks tell, and how: our events as pairs of domain and type, each with its item in this
// dialect's own form. A booking that moves is updated, one that is canceled is deleted.

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

/** One telling: the account is asked for beside the item, for its zone. */
function about<Item>(
  name: string,
  declared: string,
  selection: string,
  item_: { idOf: (item: Item) => string; bodyOf: (item: Item, account: Account) => unknown },
) {
  return telling<{ account: Account | null; item: Item | { nodes: Item[] } | null }>({
    name,
    document: `query BookeoTold(${declared}, $account: ID!) {
      account(id: $account) { ${accountFields} } item: ${selection}
    }`,
    body: ({ account, item }, { occurredAt, subject, changes }) => {
      const list = item && typeof item === 'object' && 'nodes' in item ? item.nodes : [item]
      const [one] = list as (Item | null)[]
      if (!account) return null
      const timestamp = timeOf(occurredAt, account)
      const isThere = one && Object.keys(one).length > 0
      if (isThere) {
        return { itemId: item_.idOf(one), timestamp, item: item_.bodyOf(one, account) }
      }
      // It is gone: what it was is what the event tells of it.
      if (subject === null || !name.endsWith('deleted')) return null
      const was = Object.fromEntries(changes.map(({ field, from }) => [field, from]))
      const gone = item_.bodyOf({ ...empty, ...was, id: subject } as Item, account)
      return { itemId: subject, timestamp, item: gone }
    },
  })
}

/** Fields that an event may not tell. */
const empty = { reason: null, staffMembers: null, resources: null, session: null }

const booking = (name: string) =>
  about<BookingData>(name, '$booking: ID!', `booking(id: $booking) { ${bookingFields} }`, {
    idOf: ({ number }) => number,
    bodyOf: bookingOf,
  })

const idOf = ({ id }: { id: string }) => id

const customer = (name: string) =>
  about<CustomerData>(
    name,
    '$customer: ID!',
    `customers(filter: { customerIds: [$customer], active: null }, first: 1) { nodes { ${customerFields} } }`,
    { idOf, bodyOf: customerOf },
  )

const bySubject = (type: string, fields: string) =>
  ['$subject: ID!', `node(id: $subject) { ... on ${type} { ${fields} } }`] as const

const payment = (name: string) =>
  about<PaymentData>(name, ...bySubject('Payment', paymentFields), { idOf, bodyOf: paymentOf })

const block = (name: string) =>
  about<BlockData>(name, ...bySubject('Block', blockFields), { idOf, bodyOf: blockOf })

const seatBlock = (name: string) => {
  const asked = bySubject('SeatBlock', seatBlockFields)
  return about<SeatBlockData>(name, ...asked, { idOf, bodyOf: seatBlockOf })
}

const tellers: Record<Domain, (name: string) => ReturnType<typeof booking>> = {
  bookings: booking,
  customers: customer,
  payments: payment,
  resourceblocks: block,
  seatblocks: seatBlock,
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
