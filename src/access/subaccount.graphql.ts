// Other accounts of the owner who approved an application, as the application sees them, and the
// mutations by which it installs itself there and ends that.

import type { Context } from '../context.ts'
import type { Installation } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { pageOfIds } from '../graphql/id-pages.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, pageArgs, type Connection } from '../graphql/lists.ts'
import { mutation } from '../graphql/mutations.ts'
import type { PageAsk } from '../db/keyset.ts'
import { authorizeSubaccount, endSubaccount } from './subaccount.actions.ts'
import { accountsOwnedBy, loadOwned, type Owned } from './subaccount.data.ts'
import { ViewerInstallation } from './viewer-installation.graphql.ts'

const needs = ['subaccounts:write'] as const

builder.objectRef<Owned>('Subaccount').implement({
  description: 'An account that the owner who approved the application owns now.',
  open: 'It is guarded by the field that holds it.',
  fields: (t) => ({
    id: t.id({
      description: 'Global id of the account.',
      resolve: ({ accountId }) => encodeId('Account', { accountId, id: accountId }),
    }),
    name: t.exposeString('name', { description: 'Its name.' }),
    slug: t.exposeString('slug', { description: 'Its short name in addresses.' }),
    installed: t.exposeBoolean('installed', {
      description: 'Whether it has the application, however it came there.',
    }),
  }),
})

const SubaccountConnection = connectionType<Owned>('Subaccount', 'Subaccount')

builder.objectField(ViewerInstallation, 'subaccounts', (t) =>
  t.field({
    type: SubaccountConnection,
    nullable: true,
    scopes: needs,
    description:
      'The accounts of the owner who approved it, this one among them. Null when denied.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: (installation, args, ctx) => ownedBy(ctx, installation, args),
  }),
)

async function ownedBy(
  { db }: Context,
  { approvedById, applicationId }: Installation,
  ask: PageAsk,
): Promise<Connection<Owned>> {
  const page = pageOfIds('Installation.subaccounts', await accountsOwnedBy(db, approvedById), ask)
  const ids = page.rows.map(({ id }) => id)
  return { ...page, rows: await loadOwned(db, ids, applicationId) }
}

mutation('authorizeSubaccount', {
  description:
    'For an application: installs it in another account of the owner who approved it, with the ' +
    'same scopes but `subaccounts:write`. It ends with the installation that asks, and before ' +
    'that by whoever may uninstall it there. A key that it had there is dead at once.',
  scopes: needs,
  data: 'Installation',
  dataDescription: 'The installation in the other account.',
  secretDescription: 'Its api key there.',
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The other account.' }),
    permissions: t.stringList({
      description: 'In which words it is known there; the scopes themselves when left out.',
    }),
  }),
  resolve: ({ accountId, permissions }, ctx) =>
    authorizeSubaccount(ctx, demandKey('Account', accountId, 'accountId').id, permissions),
})

mutation('endSubaccount', {
  description: 'For an application: ends an installation that it made by authorizeSubaccount.',
  scopes: needs,
  data: 'Installation',
  dataDescription: 'The installation, ended.',
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The other account.' }),
    apiKey: t.string({ required: true, description: 'The api key there.' }),
  }),
  resolve: ({ accountId, apiKey }, ctx) =>
    endSubaccount(ctx, demandKey('Account', accountId, 'accountId').id, apiKey),
})
