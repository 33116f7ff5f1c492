// What answers: `serverInfo`, told to anybody.

import packageJson from '../../package.json' with { type: 'json' }
import { allScopes, scopeSentence, type Scope } from '../auth/scope.ts'
import { maxDays } from '../availability/asked-days.ts'
import { maxHoldSeconds } from '../booking/hold.actions.ts'
import { zoneDataVersion } from '../time/zone.ts'
import { builder } from './builder.ts'
import { defaultPageSize, documentLimits, limits, maxPageSize } from './limits.ts'
import { maxCostOf } from './spending.ts'

/** The version of this program, as its package says. */
export const serverVersion: string = packageJson.version

const open = 'It says nothing that the documentation does not.'

const ServerLimits = builder.objectRef<object>('ServerLimits').implement({
  description: 'What one request may ask for.',
  open,
  fields: (t) => ({
    defaultPageSize: t.int({
      description: 'Size of a page when neither `first` nor `last` is given.',
      resolve: () => defaultPageSize,
    }),
    maxPageSize: t.int({
      description: 'Largest `first` or `last`.',
      resolve: () => maxPageSize,
    }),
    maxDepth: t.int({
      description: 'Deepest nesting of fields in one operation.',
      resolve: () => limits.depth,
    }),
    maxFields: t.int({
      description: 'Most fields in one operation.',
      resolve: () => limits.breadth,
    }),
    maxCost: t.int({
      description: 'Largest cost of one operation: a list costs its page size times its fields.',
      resolve: (_parent, _args, { viewer, origin, budgets }) =>
        maxCostOf({ viewer, budgets, address: origin?.address ?? null }),
    }),
    maxAliases: t.int({
      description: 'Most aliases in one document.',
      resolve: () => documentLimits.aliases,
    }),
    maxDirectives: t.int({
      description: 'Most directives in one document.',
      resolve: () => documentLimits.directives,
    }),
    maxAvailabilityDays: t.int({
      description: 'Most days that `availability` answers at once.',
      resolve: () => maxDays,
    }),
    defaultHoldSeconds: t.int({
      description: 'How long a hold lasts unless the account or the caller says otherwise.',
      resolve: () => 300,
    }),
    maxHoldSeconds: t.int({
      description: 'Longest `ttlSeconds` of a hold.',
      resolve: () => maxHoldSeconds,
    }),
  }),
})

const ScopeInfo = builder.objectRef<Scope>('ScopeInfo').implement({
  description: 'A scope that credentials can be given.',
  open,
  fields: (t) => ({
    name: t.string({ description: 'Its name, as credentials hold it.', resolve: (scope) => scope }),
    sentence: t.string({
      description: 'What it allows, for a person who is asked to grant it.',
      resolve: (scope) => scopeSentence(scope),
    }),
  }),
})

const ServerInfo = builder.objectRef<object>('ServerInfo').implement({
  description: 'What answers here.',
  open,
  fields: (t) => ({
    version: t.string({ description: 'Version of the gateway.', resolve: () => serverVersion }),
    timeZoneDataVersion: t.string({
      description: 'Edition of the IANA time zone data in use, such as "2026a".',
      resolve: () => zoneDataVersion(),
    }),
    eventRetentionDays: t.int({
      description: 'For how many days events can be resumed from; older cursors are refused.',
      resolve: (_info, _args, ctx) => ctx.events.retentionDays,
    }),
    scopes: t.field({
      type: [ScopeInfo],
      description: 'Every scope there is.',
      resolve: () => allScopes,
    }),
    limits: t.field({
      type: ServerLimits,
      description: 'What one request may ask for.',
      resolve: () => ({}),
    }),
  }),
})

builder.queryField('serverInfo', (t) =>
  t.field({
    type: ServerInfo,
    open,
    description: 'Version, time zone data, retention and limits.',
    resolve: () => ({}),
  }),
)
