// Installations: written when an application is authorised, and ended.

import type { ActionContext } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import { changesBetween, type NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Installation } from '../generated/prisma/client.ts'

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
