// What a cancellation would give back, shown before it is made: by the same rule as the
// cancellation itself.

import { freeUntil, refundDue, refusedTransition } from './booking.ts'
import { builder } from '../graphql/builder.ts'
import { Money, type MoneyValue } from '../graphql/money.ts'
import { RefundEnum } from './booking-input.graphql.ts'

type Preview = { accountId: string; refund: MoneyValue; free: boolean; freeUntil: Date }

const CancellationPreview = builder.objectRef<Preview>('CancellationPreview').implement({
  description: 'What cancelling a booking would mean.',
  scopes: ['bookings:read'],
  fields: (t) => ({
    refund: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      description: 'What would be given back of what was paid. Null only when denied.',
      resolve: (preview) => preview.refund,
    }),
    free: t.boolean({
      description: "Whether the service's policy gives back all that was paid.",
      resolve: (preview) => preview.free,
    }),
    freeUntil: t.field({
      type: 'DateTime',
      description: "Up to and including when the service's policy gives back all that was paid.",
      resolve: (preview) => preview.freeUntil,
    }),
  }),
})

builder.prismaObjectField('Booking', 'cancellationPreview', (t) =>
  t.field({
    type: CancellationPreview,
    nullable: true,
    description:
      'What cancelling it would mean; nothing is changed. Null when it cannot be cancelled: it ' +
      'ended, was declined or is cancelled already.',
    args: {
      refund: t.arg({
        type: RefundEnum,
        defaultValue: 'POLICY',
        description: 'What would be given back; cancelBooking may need a scope for it.',
      }),
      at: t.arg({ type: 'DateTime', description: 'If it were cancelled then; now if left out.' }),
    },
    resolve: async (booking, { refund, at }, ctx) => {
      const { accountId, serviceId, currency } = booking
      const when = at ? at.getTime() : ctx.clock.now()
      if (refusedTransition(booking, 'CANCELLED', when)) return null
      const service = await ctx.load('Service', { accountId, id: serviceId })
      if (!service) return null
      const until = freeUntil(booking, service)
      const amountMinor = refundDue(booking, service, refund ?? 'POLICY', when)
      return {
        accountId,
        refund: { amountMinor, currency },
        free: when <= until,
        freeUntil: new Date(until),
      }
    },
  }),
)
