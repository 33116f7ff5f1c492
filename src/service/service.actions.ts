// What can be done to services: create, update, archive. Each change and its event are one
// transaction; a stale expectedVersion changes nothing.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound } from '../errors.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Service } from '../generated/prisma/client.ts'
import { serviceIssues, type ServiceTerms } from './service.ts'

/** Someone who gives the service; null means as the service says. */
export type ServiceStaffTerms = {
  staffId: string
  durationMinutes: number | null
  priceMinor: number | null
}

/** Resources of one requirement are alternatives: a booking takes one of each requirement. */
export type ServiceResourceTerms = { resourceId: string; requirement: number }

export type NewService = Partial<ServiceTerms> &
  Pick<ServiceTerms, 'name' | 'kind' | 'durationMinutes'> & {
    description?: string | null
    stepFrom?: 'MIDNIGHT' | 'WINDOW'
    staffMode?: 'ANY' | 'COLLECTIVE'
    requiresConfirmation?: boolean
    active?: boolean
    staff?: ServiceStaffTerms[]
    resources?: ServiceResourceTerms[]
  }

const fields = [
  'name',
  'description',
  'kind',
  'durationMinutes',
  'priceMinor',
  'bufferBeforeMinutes',
  'bufferAfterMinutes',
  'slotStepMinutes',
  'stepFrom',
  'staffMode',
  'minNoticeMinutes',
  'maxAdvanceDays',
  'bookableFromOn',
  'bookableUntilOn',
  'dailyLimit',
  'capacity',
  'minParty',
  'maxParty',
  'requiresConfirmation',
  'cancelFreeHours',
  'cancelRefundPercent',
  'active',
] as const

const defaults = {
  priceMinor: null,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  slotStepMinutes: 15,
  minNoticeMinutes: 0,
  maxAdvanceDays: null,
  bookableFromOn: null,
  bookableUntilOn: null,
  dailyLimit: null,
  capacity: 1,
  minParty: 1,
  cancelFreeHours: 0,
  cancelRefundPercent: 100,
}

/** Needs services:write. Refuses VALIDATION_FAILED, NOT_FOUND (account, staff, resources). */
export async function createService(
  ctx: ActionContext,
  accountId: string,
  input: NewService,
): Promise<Service> {
  demand(ctx.viewer, accountId, ['services:write'], 'Account', 'accountId')
  const { staff = [], resources = [], ...given } = input
  const capacity = given.capacity ?? defaults.capacity
  const terms = { ...defaults, maxParty: capacity, ...given, capacity }
  invalidAll(serviceIssues(terms))
  return transaction(ctx.db, async (tx) => {
    const now = new Date(ctx.clock.now())
    const service = await tx.service.create({
      data: { ...terms, accountId, id: newId(), createdAt: now, updatedAt: now },
    })
    await setStaff(tx, service, staff)
    await setResources(tx, service, resources)
    await appendEvents(tx, ctx, [eventOf('service.created', service, null)])
    return service
  })
}

/** Needs services:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT. */
export async function updateService(
  ctx: ActionContext,
  key: Key,
  input: Partial<NewService>,
  expectedVersion?: number | null,
): Promise<Service> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'Service', 'id')
  const { staff, resources, ...given } = input
  return transaction(ctx.db, async (tx) => {
    const before = await lockService(tx, key)
    checkVersion('Service', before.version, expectedVersion)
    invalidAll(serviceIssues({ ...before, ...given }))
    const service = await tx.service.update({
      where: { accountId_id: key },
      data: { ...given, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    if (staff) await setStaff(tx, service, staff)
    if (resources) await setResources(tx, service, resources)
    await appendEvents(tx, ctx, [eventOf('service.updated', service, before)])
    return service
  })
}

/** Takes a service out of the offer; bookings of it stay. Archiving twice changes nothing. */
export async function archiveService(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<Service> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'Service', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockService(tx, key)
    checkVersion('Service', before.version, expectedVersion)
    if (!before.active) return before
    const service = await tx.service.update({
      where: { accountId_id: key },
      data: { active: false, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    await appendEvents(tx, ctx, [eventOf('service.archived', service, before)])
    return service
  })
}

async function lockService(tx: Transaction, key: Key): Promise<Service> {
  await tx.$executeRaw`SELECT 1 FROM "Service"
    WHERE "accountId" = ${key.accountId}::uuid AND "id" = ${key.id}::uuid FOR UPDATE`
  const service = await tx.service.findUnique({ where: { accountId_id: key } })
  if (!service) throw notFound('Service', 'id')
  return service
}

async function setStaff(tx: Transaction, service: Key, staff: ServiceStaffTerms[]) {
  const { accountId, id: serviceId } = service
  const staffIds = staff.map(({ staffId }) => staffId)
  const known = await tx.staffMember.count({ where: { accountId, id: { in: staffIds } } })
  if (known !== new Set(staffIds).size) throw notFound('StaffMember', 'staff')
  await tx.serviceStaff.deleteMany({ where: { accountId, serviceId } })
  await tx.serviceStaff.createMany({
    data: staff.map((terms, position) => ({ accountId, serviceId, position, ...terms })),
    skipDuplicates: true,
  })
}

async function setResources(tx: Transaction, service: Key, resources: ServiceResourceTerms[]) {
  const { accountId, id: serviceId } = service
  const resourceIds = resources.map(({ resourceId }) => resourceId)
  const known = await tx.resource.count({ where: { accountId, id: { in: resourceIds } } })
  if (known !== new Set(resourceIds).size) throw notFound('Resource', 'resources')
  await tx.serviceResource.deleteMany({ where: { accountId, serviceId } })
  await tx.serviceResource.createMany({
    data: resources.map((terms) => ({ accountId, serviceId, ...terms })),
    skipDuplicates: true,
  })
}

function eventOf(type: string, service: Service, before: Service | null) {
  return {
    type,
    accountId: service.accountId,
    subjectType: 'Service' as const,
    subjectId: service.id,
    subjectVersion: service.version,
    about: { serviceId: service.id },
    changes: changesBetween(before, service, fields),
  }
}
