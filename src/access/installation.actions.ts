// An application in an account: authorised by an owner, authorised again with another key, and
// uninstalled. At most one per application and account; it keeps its id.

import type { Issued } from '../auth/credential.data.ts'
import { newInstallationKey, newPublicId } from '../auth/secret.ts'
import { isScope, type Scope } from '../auth/scope.ts'
import { demand, Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, notFound } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Installation } from '../generated/prisma/client.ts'
import { credentialIssues } from './credential.ts'
import { endEndpoints, endStanding, installationEvent } from './installation.data.ts'
import { demandLasting, personBehind } from './lasting.actions.ts'
import { demandHeld, overreach, recorded } from './overreach.actions.ts'

export type Authorization = {
  accountId: string
  /** The public id of the application. */
  applicationId: string
  scopes: readonly string[]
  /** The words in which it asked; the scopes themselves when left out. */
  permissions?: readonly string[]
}

/**
 * Installs an application, or authorises it again: the key before is dead at once. Needs apps:write
 * and the role of an owner, and every scope that is granted. Refuses NOT_FOUND (account,
 * application), VALIDATION_FAILED. `secret` is the api key, shown this once.
 */
export async function authorizeApplication(
  ctx: ActionContext,
  input: Authorization,
): Promise<Issued<Installation>> {
  const { accountId } = input
  demand(ctx.viewer, accountId, ['apps:write'], 'Account', 'accountId')
  const approvedById = personBehind(ctx)
  invalidAll(credentialIssues('An application', { name: 'It', scopes: input.scopes }))
  const scopes = [...new Set(input.scopes.filter(isScope))]
  const tried = { accountId, action: 'app.installed', subjectType: 'Installation' }
  return recorded(ctx, async () => {
    if (ctx.viewer.grants.get(accountId)?.role !== 'OWNER') {
      throw overreach(new Forbidden([], 'Only an owner of the account installs applications.'), [
        tried,
      ])
    }
    demandHeld(ctx, scopes as Scope[], tried, 'scopes')
    return transaction(ctx.db, async (tx) => {
      await demandLasting(tx, ctx, null, tried)
      const application = await tx.application.findUnique({
        where: { publicId: input.applicationId, deletedAt: null },
      })
      if (!application) throw notFound('Application', 'applicationId')
      return install(tx, ctx, {
        accountId,
        applicationId: application.id,
        scopes,
        permissions: [...(input.permissions ?? scopes)],
        approvedById,
        viaAccountId: null,
        viaId: null,
      })
    })
  })
}

type Terms = Pick<
  Installation,
  | 'accountId'
  | 'applicationId'
  | 'scopes'
  | 'permissions'
  | 'approvedById'
  | 'viaAccountId'
  | 'viaId'
>

/** Writes the installation with a new key; whatever the key before made ends with it. */
export async function install(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, applicationId, ...terms }: Terms,
): Promise<Issued<Installation>> {
  // Two owners who approve at once take turns; the second one's key is the one that lives.
  await lockRow(tx, 'Account', { accountId, id: accountId })
  const which = { accountId_applicationId: { accountId, applicationId } }
  const before = await tx.installation.findUnique({ where: which })
  const publicId = newPublicId()
  const secret = newInstallationKey(publicId)
  const approvedAt = new Date(ctx.clock.now())
  const own = { ...terms, publicId, secretHash: secret.hash, approvedAt, uninstalledAt: null }
  const row = await tx.installation.upsert({
    where: which,
    update: own,
    create: { ...own, accountId, id: newId(), applicationId },
  })
  await appendEvents(tx, ctx, [installationEvent('app.installed', row, before)])
  await endMade(tx, ctx, row)
  return { row, secret: secret.text }
}

/** Ends what an installation made: endpoints, and itself in other accounts. */
async function endMade(tx: Transaction, ctx: ActionContext, made: Installation): Promise<void> {
  await appendAudit(tx, ctx, await endEndpoints(tx, [made]))
  await endStanding(tx, ctx, { viaAccountId: made.accountId, viaId: made.id })
}

/** Needs apps:write. Its key is dead at once. Twice is once. Refuses NOT_FOUND. */
export async function uninstallApplication(ctx: ActionContext, key: Key): Promise<Installation> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['apps:write'], 'Installation', 'id')
  return transaction(ctx.db, async (tx) => {
    await lockRow(tx, 'Installation', key)
    const where = { accountId_id: { accountId, id } }
    const before = await tx.installation.findUnique({ where })
    if (!before) throw notFound('Installation', 'id')
    const [row] = await endStanding(tx, ctx, key)
    if (!row) return before
    await endMade(tx, ctx, row)
    return row
  })
}
