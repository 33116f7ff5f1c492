// Payments of a booking as the graph shows them.

import { Prisma, type Payment } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { Money } from '../graphql/money.ts'
import { findable, Node } from '../graphql/node.ts'

findable('Payment', ['payments:read'])

const PaymentKind = builder.enumType('PaymentKind', {
  description: 'Which way the money went.',
  values: {
    PAYMENT: { description: 'From the customer.' },
    REFUND: { description: 'Back to the customer.' },
  } as const,
})

builder.prismaObject('Payment', {
  description: 'Money that was paid for a booking, or paid back.',
  interfaces: [Node],
  scopes: ['payments:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Payment', row) }),
    kind: t.expose('kind', { type: PaymentKind, description: 'Which way the money went.' }),
    method: t.exposeString('method', { description: 'How, such as "cash" or "card".' }),
    amount: t.field({
      type: Money,
      description: 'How much, above 0 either way.',
      resolve: ({ amountMinor, currency }) => ({ amountMinor, currency }),
    }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: "The payer's or provider's reference; null when there is none.",
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    booking: t.field({
      type: 'Booking',
      nullable: true,
      scopes: ['bookings:read'],
      description: 'What was paid for. Null when denied.',
      resolve: ({ accountId, bookingId }, _args, ctx) =>
        ctx.load('Booking', { accountId, id: bookingId }),
    }),
  }),
})

const PaymentConnection = connectionType<Payment>('Payment', 'Payment')

builder.prismaObjectField('Booking', 'payments', (t) =>
  t.field({
    type: PaymentConnection,
    nullable: true,
    scopes: ['payments:read'],
    description: 'What was paid and paid back, oldest first. Null when denied.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: (booking, args, ctx) =>
      listBelow<Payment>(
        ctx,
        booking,
        'Booking.payments',
        args,
        {
          table: 'Payment',
          where: [Prisma.sql`r."bookingId" = u."parentId"`],
          order: { column: 'createdAt', type: 'timestamptz', direction: 'ASC' },
        },
        args,
      ),
  }),
)
