// Whose hours and exceptions: an account, a staff member, a resource or a service. The owner's row
// is locked while they change, so that two who replace the same hours do so one after the other.

import { lockRow } from '../db/lock.ts'
import type { Key } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import type { About } from '../events/event.ts'

export type OwnerModel = 'Account' | 'StaffMember' | 'Resource' | 'Service'

/** `path` is the input field that named it. */
export type HoursOwner = Key & { model: OwnerModel; path: string }

export type OwnerColumns = {
  staffId: string | null
  resourceId: string | null
  serviceId: string | null
}

/** The columns that say whose a row is; all null for the account's. */
export function ownerColumns({ model, id }: Pick<HoursOwner, 'model' | 'id'>): OwnerColumns {
  return {
    staffId: model === 'StaffMember' ? id : null,
    resourceId: model === 'Resource' ? id : null,
    serviceId: model === 'Service' ? id : null,
  }
}

/** What events about the hours of this owner are about. */
export function aboutOwner({ staffId, resourceId, serviceId }: OwnerColumns): About {
  return {
    ...(staffId && { staffIds: [staffId] }),
    ...(resourceId && { resourceIds: [resourceId] }),
    ...(serviceId && { serviceId }),
  }
}

/** Locks the owner; refuses NOT_FOUND. */
export async function lockOwner(tx: Transaction, owner: HoursOwner): Promise<void> {
  const key = { accountId: owner.accountId, id: owner.id }
  await lockRow(tx, owner.model, key)
  const where = { accountId_id: key }
  const found = {
    Account: () => tx.account.findUnique({ where: { id: owner.id } }),
    StaffMember: () => tx.staffMember.findUnique({ where }),
    Resource: () => tx.resource.findUnique({ where }),
    Service: () => tx.service.findUnique({ where }),
  }
  if (!(await found[owner.model]())) throw notFound(owner.model, owner.path)
}
