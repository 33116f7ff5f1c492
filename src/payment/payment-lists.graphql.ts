// Lists of payments: over accounts, of an account, of a booking.

import type { Scope } from '../auth/scope.ts'
import { Prisma, type Payment } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { DateTimeRange, orderInput, refersTo, withinRange } from '../graphql/narrow.ts'
import { PaymentMethodEnum } from '../graphql/payment-input.ts'
import { PaymentKind, PaymentState } from './payment.graphql.ts'

const read: readonly Scope[] = ['payments:read']

const PaymentConnection = connectionType<Payment>('Payment', 'Payment')

const PaymentFilter = builder.inputType('PaymentFilter', {
  description: 'Narrows a list of payments; what is left out does not narrow.',
  fields: (t) => ({
    kind: t.field({ type: PaymentKind, description: 'Only this way.' }),
    state: t.field({ type: [PaymentState], description: 'Only in one of these states.' }),
    method: t.field({ type: [PaymentMethodEnum], description: 'Only by one of these.' }),
    bookingIds: t.idList({ description: 'Only for these bookings.' }),
    customerIds: t.idList({ description: 'Only for bookings of these customers.' }),
    receivedAt: t.field({ type: DateTimeRange, description: 'Only what changed hands then.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only what was recorded then.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

function matching(filter: typeof PaymentFilter.$inferInput | null | undefined): Prisma.Sql[] {
  if (!filter) return []
  const where = [
    ...withinRange('receivedAt', filter.receivedAt),
    ...withinRange('createdAt', filter.createdAt),
  ]
  if (filter.kind) where.push(Prisma.sql`r."kind" = ${filter.kind}::"PaymentKind"`)
  if (filter.state) where.push(Prisma.sql`r."state" = ANY(${filter.state}::"PaymentState"[])`)
  if (filter.method) where.push(Prisma.sql`r."method" = ANY(${filter.method}::"PaymentMethod"[])`)
  if (filter.bookingIds) where.push(refersTo('bookingId', 'Booking', filter.bookingIds))
  if (filter.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  if (filter.customerIds) {
    const theirs = refersTo('customerId', 'Customer', filter.customerIds, 'b')
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM "Booking" b WHERE b."accountId" = r."accountId"
      AND b."id" = r."bookingId" AND ${theirs})`)
  }
  return where
}

const { Input: PaymentOrder, orderOf } = orderInput(
  'PaymentOrder',
  {
    RECEIVED_AT: {
      column: 'receivedAt',
      type: 'timestamptz',
      description: 'By when the money changed hands.',
    },
    CREATED_AT: {
      column: 'createdAt',
      type: 'timestamptz',
      description: 'By when they were recorded.',
    },
  },
  { field: 'RECEIVED_AT', direction: 'DESC' },
)

const lists = listFields({
  type: PaymentConnection,
  table: 'Payment',
  scopes: read,
  args: (t) => ({
    filter: t.arg({ type: PaymentFilter, description: 'Which ones.' }),
    orderBy: t.arg({ type: PaymentOrder, description: 'In which order.' }),
  }),
  where: ({ filter }) => matching(filter),
  order: ({ orderBy }) => orderOf(orderBy),
})

lists.over(
  'payments',
  'Payments and refunds over accounts, the latest first unless asked otherwise.',
)
lists.below(
  'Account',
  'payments',
  'Its payments and refunds, the latest first unless asked otherwise. Null when denied.',
)

builder.prismaObjectField('Booking', 'payments', (t) =>
  t.field({
    type: PaymentConnection,
    nullable: true,
    scopes: read,
    reads: [],
    description: 'What was paid and paid back, oldest first. Null when denied.',
    complexity: connectionCost,
    args: {
      kind: t.arg({ type: PaymentKind, description: 'Only this way.' }),
      ...pageArgs(t),
    },
    resolve: (booking, args, ctx) =>
      listBelow<Payment>(
        ctx,
        booking,
        'Booking.payments',
        args,
        {
          table: 'Payment',
          where: [
            Prisma.sql`r."bookingId" = u."parentId"`,
            ...matching({ kind: args.kind ?? null }),
          ],
          order: { column: 'createdAt', type: 'timestamptz', direction: 'ASC' },
        },
        args,
      ),
  }),
)
