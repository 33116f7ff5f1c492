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

/** Uninstalls an application from every account that has it. */
export async function uninstallAll(
  tx: Transaction,
  ctx: ActionContext,
  applicationId: string,
): Promise<void> {
  const before = await tx.installation.findMany({ where: { applicationId, uninstalledAt: null } })
  const uninstalledAt = new Date(ctx.clock.now())
  await tx.installation.updateMany({
    where: { applicationId, uninstalledAt: null },
    data: { uninstalledAt },
  })
  const events = before.map((row) =>
    installationEvent('app.uninstalled', { ...row, uninstalledAt }, row),
  )
  await appendEvents(tx, ctx, events)
  await appendAudit(tx, ctx, await endEndpoints(tx, before))
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
