// Who asks, as the graph shows it: `viewer`, with what the credential may do where.

import type { Role, Scope } from '../auth/scope.ts'
import { scopesAnywhere, type PrincipalKind, type Viewer } from '../auth/viewer.ts'
import type { PageAsk } from '../db/keyset.ts'
import { builder } from './builder.ts'
import { pageOfIds } from './id-pages.ts'
import { connectionCost } from './limits.ts'
import { connectionType, pageArgs, type Connection } from './lists.ts'

const open = 'It says only what the asker holds itself.'

const kinds = {
  ANONYMOUS: 'No credential was sent.',
  API_KEY: 'An API key; it reaches one account.',
  API_CLIENT: 'An OAuth client; it reaches the accounts chosen for it.',
  INSTALLATION: 'An application that an account installed.',
  USER: 'A person who is signed in with a browser.',
  SYSTEM: 'The gateway itself.',
} as const satisfies Record<PrincipalKind, string>

const ViewerKind = builder.enumType('ViewerKind', {
  description: 'What kind of credential asks.',
  values: Object.fromEntries(
    Object.entries(kinds).map(([kind, description]) => [kind, { description }]),
  ) as Record<PrincipalKind, { description: string }>,
})

const roles = {
  OWNER: 'May do everything.',
  ADMIN: 'May do everything but make, change or remove an owner.',
  STAFF: 'Works with bookings and customers.',
  VIEWER: 'Looks only.',
} as const satisfies Record<Role, string>

export const RoleEnum = builder.enumType('Role', {
  description:
    'What a person is in an account. It limits what the credentials of that person can do.',
  values: Object.fromEntries(
    Object.entries(roles).map(([role, description]) => [role, { description }]),
  ) as Record<Role, { description: string }>,
})

type Reached = { id: string; accountId: string; role: Role; scopes: readonly Scope[] }

builder.objectRef<Reached>('ViewerAccount').implement({
  description: 'One account that the viewer reaches, and what it may do there.',
  open,
  fields: (t) => ({
    account: t.field({
      // The type is another room's, known here by its name alone.
      type: 'Account' as never,
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The account; null without the scope.',
      resolve: ({ id, accountId }, _args, ctx) =>
        ctx.load('Account', { accountId, id }) as Promise<never>,
    }),
    role: t.expose('role', {
      type: RoleEnum,
      description: 'The role, in this account, of the person behind the credential.',
    }),
    scopes: t.stringList({
      description: 'What the credential may do here: its own scopes as far as the role allows.',
      resolve: ({ scopes }) => scopes,
    }),
  }),
})

const ViewerAccountConnection = connectionType<Reached>('ViewerAccount', 'ViewerAccount')

export const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks: the credential of this request.',
  open,
  fields: (t) => ({
    kind: t.expose('kind', { type: ViewerKind, description: 'What kind of credential it is.' }),
    name: t.exposeString('name', { description: 'The name it was given when it was made.' }),
    scopes: t.stringList({
      description: 'Every scope that it holds in at least one account; `accounts` says where.',
      resolve: (viewer) => scopesAnywhere(viewer),
    }),
    accounts: t.field({
      type: ViewerAccountConnection,
      complexity: connectionCost,
      description: 'The accounts that it reaches, with role and scopes in each.',
      args: pageArgs(t),
      resolve: (viewer, args) => accountsPage(viewer, args),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    open,
    description: 'Who am I? Anonymous when no credential was sent.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
)

/** The reach is in memory already. */
function accountsPage(viewer: Viewer, ask: PageAsk): Connection<Reached> {
  const page = pageOfIds('Viewer.accounts', [...viewer.grants.keys()], ask)
  return {
    ...page,
    rows: page.rows.map(({ id }) => {
      const { role, scopes } = viewer.grants.get(id)!
      return { id, accountId: id, role, scopes: [...scopes] }
    }),
  }
}
