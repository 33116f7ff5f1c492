// Who did something, as audited things show it: the credential then, and the person behind it now.

import type { Scope } from '../auth/scope.ts'
import { builder } from './builder.ts'
import { encodeId, nowhere } from './ids.ts'
import { actorNode, globalId } from './told.ts'
import { userName } from './user-name.ts'

const read: readonly Scope[] = ['audit:read']

const AuditPerson = builder.objectRef<{ accountId: string; userId: string }>('AuditPerson')

AuditPerson.implement({
  description: 'The person behind whatever did something.',
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id of the user.',
      resolve: ({ userId }) => encodeId('User', { accountId: nowhere, id: userId }),
    }),
    name: t.string({
      description: 'Their name now; empty when they are gone.',
      resolve: ({ userId }, _args, ctx) => userName(ctx, userId),
    }),
  }),
})

/** What a row keeps of whoever did something. */
export type Actor = {
  accountId: string
  actorKind: string
  actorId: string | null
  actorName: string
  userId: string | null
}

export const AuditActor = builder.objectRef<Actor>('AuditActor')

AuditActor.implement({
  description: 'Who did or tried something.',
  scopes: read,
  fields: (t) => ({
    kind: t.exposeString('actorKind', {
      description:
        '`API_KEY`, `API_CLIENT`, `INSTALLATION`, `USER` (signed in), `ANONYMOUS`, or `SYSTEM` ' +
        '(the gateway itself).',
    }),
    id: t.id({
      nullable: true,
      description:
        'Global id of the credential, or of the user; null for `ANONYMOUS` and `SYSTEM`.',
      resolve: ({ accountId, actorKind, actorId }) =>
        globalId(actorNode(actorKind), accountId, actorId),
    }),
    name: t.exposeString('actorName', { description: 'The name of that then.' }),
    user: t.field({
      type: AuditPerson,
      nullable: true,
      description:
        'Who made the credential or is signed in; null where there is nobody: `ANONYMOUS` and ' +
        '`SYSTEM`.',
      resolve: ({ accountId, userId }) => (userId === null ? null : { accountId, userId }),
    }),
  }),
})
