// Installations: written when an application is authorised, and ended.

import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { appendAudit, type AuditFact } from '../events/audit.ts'
import { changesBetween, type NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Installation } from '../generated/prisma/client.ts'
import { endpointDeleted } from './client.data.ts'

/**
 * Ends the webhook endpoints that were made with the keys of these installations: whoever has such
 * a key decides where messages go, and no longer than the key is good. What is to be told of it is
 * returned.
 */
export async function endEndpoints(
  tx: Transaction,
  installations: readonly Key[],
): Promise<AuditFact[]> {
  const ended = await transactionReader(tx)<Key>(Prisma.sql`DELETE FROM "WebhookEndpoint"
    WHERE "installationId" = ANY(${installations.map(({ id }) => id)}::uuid[])
    RETURNING "accountId", "id"`)
  return ended.map(({ accountId, id }) => endpointDeleted(accountId, id))
}

/**
 * Ends those of these that stand, with the endpoints that they made, and returns them. Their keys
 * are dead at once; one that was authorised again meanwhile has another, and is none of these if
 * they are named by their public ids.
 */
export async function endStanding(
  tx: Transaction,
  ctx: ActionContext,
  where: Prisma.InstallationWhereInput,
): Promise<Installation[]> {
  const ended = await tx.installation.updateManyAndReturn({
    where: { ...where, uninstalledAt: null },
    data: { uninstalledAt: new Date(ctx.clock.now()) },
  })
  if (ended.length === 0) return []
  const events = ended.map((row) =>
    installationEvent('app.uninstalled', row, { ...row, uninstalledAt: null }),
  )
  await appendEvents(tx, ctx, events)
  await appendAudit(tx, ctx, await endEndpoints(tx, ended))
  return ended
}

export function installationEvent(
  type: 'app.installed' | 'app.uninstalled',
  installation: Installation,
  before: Installation | null,
): NewEvent {
  return {
    type,
    accountId: installation.accountId,
    subjectType: 'Installation',
    subjectId: installation.id,
    subjectVersion: 1,
    changes: changesBetween(before, installation, [
      'applicationId',
      'scopes',
      'permissions',
      'publicId',
      'uninstalledAt',
    ]),
  }
}
