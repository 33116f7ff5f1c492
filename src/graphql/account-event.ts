// AccountEvent as the graph shows it: a fact of any kind. Who is told of which is decided by
// whoever lists them.

import type { LoggedEvent } from '../events/event.ts'
import { eventTypes, subjectTypes } from '../events/subject.ts'
import { builder } from './builder.ts'
import { changesOf, EventActorType, FieldChangeType } from './event-parts.ts'
import { encodeId } from './ids.ts'
import { findNode, Node } from './node.ts'
import { globalId } from './told.ts'

const named = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ')

export const AccountEventType = builder.objectRef<LoggedEvent>('AccountEvent').implement({
  description:
    'A fact that happened in an account. It is told to whoever holds the read scope of what it is ' +
    'about, such as `customers:read` for `customer.updated`.',
  scopes: ['events:read'],
  fields: (t) => ({
    id: t.id({
      description: 'Global id; the same however often the event is read or delivered.',
      resolve: (event) => encodeId('AccountEvent', event),
    }),
    cursor: t.field({
      type: 'EventCursor',
      description: 'Its place in the log: `after` it, `events` and subscriptions go on.',
      resolve: ({ xid, seq }) => ({ xid, seq }),
    }),
    type: t.exposeString('type', {
      description: `One of ${named(eventTypes)}.`,
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    actor: t.field({
      type: EventActorType,
      nullable: true,
      scopes: ['audit:read'],
      description: 'Who did it. Null when denied.',
      resolve: (event) => event,
    }),
    subjectType: t.exposeString('subjectType', {
      description: `What kind of thing it is about: ${named(subjectTypes)}.`,
    }),
    subjectId: t.id({
      nullable: true,
      description:
        'Global id of that thing, also when it is gone; null when its kind has none: then `type` ' +
        'and `changes` say everything.',
      resolve: ({ accountId, subjectType, subjectId }) =>
        globalId(subjectType, accountId, subjectId),
    }),
    subject: t.field({
      type: Node,
      nullable: true,
      description:
        'That thing as it is when this is read or delivered; null when it is gone, or you may ' +
        'not see it.',
      resolve: ({ accountId, subjectType, subjectId }, _args, ctx) => {
        const id = globalId(subjectType, accountId, subjectId)
        return id === null ? null : findNode(ctx, id)
      },
    }),
    subjectVersion: t.exposeInt('subjectVersion', {
      description: 'Version of that thing right after this; 1 for what has none.',
    }),
    changes: t.field({
      type: [FieldChangeType],
      description:
        'What changed; for something new, every field that was set. The names of fields are told ' +
        'to everybody who hears of the event, values only with the scopes of the field itself.',
      resolve: (event, _args, _ctx, { schema }) => changesOf(event, schema),
    }),
  }),
})
