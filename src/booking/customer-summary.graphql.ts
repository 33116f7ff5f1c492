// What a customer's bookings come to, in numbers and dates: read for all customers of a list at
// once.

import { poolReader, type Reader } from '../db/reader.ts'
import type { Key } from '../db/id.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'

type Summary = {
  accountId: string
  count: number
  cancelled: number
  noShows: number
  nextStartsAt: Date | null
  previousStartsAt: Date | null
}

const CustomerBookingSummary = builder.objectRef<Summary>('CustomerBookingSummary').implement({
  description: 'What the bookings of a customer come to.',
  scopes: ['bookings:read'],
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many there are, whatever became of them.' }),
    cancelled: t.exposeInt('cancelled', { description: 'How many were cancelled.' }),
    noShows: t.exposeInt('noShows', { description: 'To how many nobody came.' }),
    nextStartsAt: t.expose('nextStartsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next one starts that is open; null when there is none.',
    }),
    previousStartsAt: t.expose('previousStartsAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the last one started that was neither cancelled nor declined; null when none did.',
    }),
  }),
})

builder.prismaObjectField('Customer', 'bookingSummary', (t) =>
  t.field({
    type: CustomerBookingSummary,
    nullable: true,
    scopes: ['bookings:read'],
    reads: [],
    description: 'What their bookings come to. Null when denied.',
    resolve: ({ accountId, id }, _args, ctx) =>
      batched(ctx, 'Customer.bookingSummary', { accountId, id }, (keys) =>
        summariesOf(poolReader(ctx.db), keys, new Date(ctx.clock.now())),
      ),
  }),
)

async function summariesOf(read: Reader, keys: readonly Key[], now: Date): Promise<Summary[]> {
  const rows = await read<Summary & { id: string }>(Prisma.sql`
    SELECT b."accountId", b."customerId" AS "id", count(*)::int AS "count",
      count(*) FILTER (WHERE b."status" = 'CANCELLED')::int AS "cancelled",
      count(*) FILTER (WHERE b."status" = 'NO_SHOW')::int AS "noShows",
      min(b."startsAt") FILTER (WHERE b."startsAt" > ${now}
        AND b."status" IN ('PENDING', 'CONFIRMED')) AS "nextStartsAt",
      max(b."startsAt") FILTER (WHERE b."startsAt" <= ${now}
        AND b."status" NOT IN ('CANCELLED', 'DECLINED')) AS "previousStartsAt"
    FROM "Booking" b
      JOIN unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
        ${keys.map(({ id }) => id)}::uuid[]) AS k("accountId", "id")
        ON k."accountId" = b."accountId" AND k."id" = b."customerId"
    GROUP BY b."accountId", b."customerId"`)
  const found = new Map(rows.map((row) => [row.id, row]))
  const none = { count: 0, cancelled: 0, noShows: 0, nextStartsAt: null, previousStartsAt: null }
  return keys.map(({ accountId, id }) => found.get(id) ?? { ...none, accountId })
}
