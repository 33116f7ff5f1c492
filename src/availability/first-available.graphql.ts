// The first free slots of several services at once, of any accounts.

import type { Key } from '../db/id.ts'
import { demandArgument } from '../graphql/arguments.ts'
import { builder } from '../graphql/builder.ts'
import { instantOf } from '../graphql/inputs.ts'
import { firstOffers, type AvailabilityQuestion, type Offer } from './availability.data.ts'
import {
  absent,
  asManagerSentence,
  open,
  readAvailability,
  serviceWithin,
  Slot,
} from './slot.graphql.ts'

const mostServices = 50

const ServiceSlots = builder.objectRef<Key & { offers: Offer[] }>('ServiceSlots').implement({
  description: 'The first slots of one service.',
  open,
  fields: (t) => ({
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: 'The service. Null when denied.',
      resolve: ({ accountId, id }, _args, ctx) => ctx.load('Service', { accountId, id }),
    }),
    slots: t.field({
      type: [Slot],
      description: 'Soonest first; empty when it is booked out or archived.',
      resolve: ({ offers }) => offers,
    }),
  }),
})

builder.queryField('firstAvailable', (t) =>
  t.field({
    type: [ServiceSlots],
    scopes: readAvailability,
    // To find that a service is booked out takes a look at every day there is.
    complexity: ({ serviceIds }) => ({
      field: 50 * Math.min(serviceIds.length, mostServices),
      multiplier: Math.min(serviceIds.length, mostServices),
    }),
    description: 'The first slots of several services, of any accounts, in the order asked.',
    args: {
      serviceIds: t.arg.idList({
        required: true,
        description: `At most ${mostServices} services.`,
      }),
      after: t.arg({ type: 'DateTime', description: 'From when on; now when left out.' }),
      partySize: t.arg({
        type: 'PositiveInt',
        defaultValue: 1,
        description: 'For how many; null: for the smallest party that each service takes.',
      }),
      asManager: t.arg.boolean({ defaultValue: false, description: asManagerSentence }),
      perService: t.arg.int({ defaultValue: 3, description: 'How many of each, 1 to 20.' }),
    },
    resolve: async (_root, args, ctx) => {
      const count = args.perService ?? 3
      demandArgument(
        args.serviceIds.length <= mostServices,
        `"serviceIds" has more than ${mostServices} ids.`,
      )
      demandArgument(count >= 1 && count <= 20, `"perService" is ${count}; 1 to 20 are allowed.`)
      const keys = args.serviceIds.map((id) => serviceWithin(ctx, id, 'serviceIds', args.asManager))
      const now = ctx.clock.now()
      const question: AvailabilityQuestion = {
        services: keys,
        now,
        partySize: args.partySize === undefined ? 1 : args.partySize,
        durationMinutes: null,
        staffIds: null,
        resourceIds: null,
        exceptBookingId: null,
        ...(args.asManager && { asManager: true }),
      }
      const after = Math.max(args.after ? instantOf(args.after, 'after').getTime() : now, now)
      const found = await firstOffers(ctx.db, question, after, count)
      // Nothing is found for an archived service, and for one that there never was.
      const missing = keys.filter(({ id }) => !found.has(id))
      const rows = await Promise.all(missing.map((key) => ctx.load('Service', key)))
      if (rows.includes(null)) throw absent('Service', 'serviceIds')
      return keys.map((key) => ({ ...key, offers: found.get(key.id) ?? [] }))
    },
  }),
)
