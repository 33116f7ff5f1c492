// Everything that happens in accounts, watched as it happens. Of what a viewer may not read no
// event is told; who that is is asked again for every event.

import type { Needs } from '../auth/scope.ts'
import { accountsWithin, type Viewer } from '../auth/viewer.ts'
import { eventSource } from '../events/source.ts'
import { isTold } from '../events/subject.ts'
import { AccountEventType } from './account-event.ts'
import { builder } from './builder.ts'
import { chosenTypes, lastCursorOf } from './event-args.ts'
import { accountsArg, accountsOf } from './lists.ts'

const listen: Needs = ['events:read']

builder.subscriptionField('accountEvents', (t) =>
  t.field({
    type: AccountEventType,
    scopes: listen,
    description:
      'Everything that happens in accounts, in the order it was committed, for whoever keeps a ' +
      'copy. With `after`, first what was missed, then what happens: no gap, no repeat; ' +
      'CURSOR_EXPIRED when that is not kept any more. Without it, from now on.',
    args: {
      ...accountsArg(t),
      types: t.arg.stringList({
        description: 'Only these types of events; `booking.*` is all types of bookings.',
      }),
      after: t.arg({ type: 'EventCursor', description: 'Go on after this event.' }),
    },
    subscribe: async (_root, { accounts, types, after }, ctx) => {
      const chosen = chosenTypes(types)
      const accountsFor = (viewer: Viewer) => accountsOf(viewer, accounts, listen)
      const subscription = await ctx.events.subscribe({
        accountIds: accountsFor(ctx.viewer),
        wants: ({ type }) => chosen === null || chosen.has(type),
        after: lastCursorOf(ctx.lastCursor) ?? after ?? null,
        reach: accountsWithin(ctx.viewer, listen),
      })
      const { viewer } = ctx
      return eventSource(subscription, { viewer, scopes: listen, accountsFor, tells: isTold })
    },
    resolve: (event) => event,
  }),
)
