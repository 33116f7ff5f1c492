// What a hold costs if it is booked: by the rule that prices the booking.

import { priceWith } from '../availability/price.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { Money, moneyOf } from '../graphql/money.ts'
import { staffMembersOf } from './assigned.graphql.ts'
import { ownerOf, stateOf } from './hold.graphql.ts'

builder.prismaObjectField('Hold', 'price', (t) =>
  t.field({
    type: Money,
    nullable: true,
    scopes: ['payments:read'],
    description:
      'What booking with it would cost. Null when it has no price, keeps nothing any more, or ' +
      'when denied.',
    resolve: async (hold, _args, ctx) => {
      if (stateOf(hold, ctx.clock.now()) !== 'LIVE') return null
      const { accountId, serviceId, partySize } = hold
      const key = { accountId, id: serviceId }
      const [service, account, staff, [lead]] = await Promise.all([
        ctx.load('Service', key),
        ctx.load('Account', { accountId, id: accountId }),
        batched(ctx, 'prices of staff', key, (keys) => pricesOf(ctx, keys)),
        staffMembersOf(ctx, ownerOf(hold)),
      ])
      if (!service || !account) return null
      return moneyOf(priceWith({ ...service, staff }, lead?.id, partySize), account.currency)
    },
  }),
)

/** The own prices of those who give these services. */
async function pricesOf({ db }: Context, services: readonly Key[]) {
  const rows = await db.prisma.serviceStaff.findMany({
    where: {
      accountId: { in: services.map(({ accountId }) => accountId) },
      serviceId: { in: services.map(({ id }) => id) },
      priceMinor: { not: null },
    },
  })
  const byService = Map.groupBy(rows, ({ accountId, serviceId }) => accountId + serviceId)
  return services.map(({ accountId, id }) =>
    (byService.get(accountId + id) ?? []).map(({ staffId, priceMinor }) => ({
      id: staffId,
      priceMinor,
    })),
  )
}
