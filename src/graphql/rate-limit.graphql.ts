// What the asker may still spend: `rateLimit`, told to anybody about themselves.

import { builder } from './builder.ts'
import type { Spending } from './spending.ts'

const open = 'It says only what the asker spends itself.'

const RateLimit = builder.objectRef<Spending>('RateLimit').implement({
  description:
    'The budget of whoever asks: points that operations cost, counted anew each minute. It is ' +
    "the credential's, or the network address's without one; a credential that reaches one " +
    'account spends from the budget of that account too, and is told of the one that has less ' +
    'left. A subscription costs once, when it begins. Every answer over HTTP has the same in ' +
    '`extensions` and in the headers RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset.',
  open,
  fields: (t) => ({
    limit: t.int({
      nullable: true,
      description: 'Points of a minute; null where this server sets no limit.',
      resolve: ({ standing }) => standing && standing.limit,
    }),
    remaining: t.int({
      nullable: true,
      description:
        'Points that are left after this operation; null without a limit. Nodes of one service ' +
        'tell each other a few times a second what was spent, so it can be a little too high.',
      resolve: ({ standing }) => standing && standing.remaining,
    }),
    resetsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When all points are there again; null without a limit.',
      resolve: ({ standing }) => standing && new Date(standing.resetsAt),
    }),
    cost: t.int({ description: 'Points that this operation took.', resolve: ({ cost }) => cost }),
  }),
})

builder.queryField('rateLimit', (t) =>
  t.field({
    type: RateLimit,
    open,
    description: 'What the asker may spend this minute, and what this operation took.',
    resolve: (_root, _args, { spending }) => spending ?? { cost: 0, standing: null },
  }),
)
