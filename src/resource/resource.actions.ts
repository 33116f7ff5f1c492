// What can be done to resources: create, update, archive. Each change and its event are one
// transaction; a stale expectedVersion changes nothing.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Prisma, Resource } from '../generated/prisma/client.ts'
import { hasCommitments } from '../staff/commitments.data.ts'
import { resourceIssues, type ResourceTerms } from './resource.ts'
import { blockNewUnits, unblockUnits } from './units.data.ts'

export type NewResource = Partial<ResourceTerms> & Pick<ResourceTerms, 'name'>

const fields = ['name', 'capacity', 'active'] as const

/** Needs staff:write. Refuses VALIDATION_FAILED, NOT_FOUND (account), IDEMPOTENCY_CONFLICT. */
export async function createResource(
  ctx: ActionContext,
  accountId: string,
  input: NewResource,
  idempotencyKey?: string | null,
): Promise<Resource> {
  demand(ctx.viewer, accountId, ['staff:write'], 'Account', 'accountId')
  const terms = { capacity: 1, ...input }
  invalidAll(resourceIssues(terms))
  const once = { accountId, key: idempotencyKey, operation: 'createResource', input }
  const add = async (tx: Transaction) => {
    const now = new Date(ctx.clock.now())
    const resource = await tx.resource.create({
      data: { ...terms, accountId, id: newId(), createdAt: now, updatedAt: now },
    })
    await appendEvents(tx, ctx, [eventOf('resource.created', resource, null)])
    return resource
  }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      once,
      () => add(tx),
      (key) => tx.resource.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

/** Needs staff:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT, IN_USE. */
export async function updateResource(
  ctx: ActionContext,
  key: Key,
  input: Partial<NewResource> & { active?: true },
  expectedVersion?: number | null,
): Promise<Resource> {
  demand(ctx.viewer, key.accountId, ['staff:write'], 'Resource', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockResource(tx, key)
    checkVersion('Resource', before.version, expectedVersion)
    invalidAll(resourceIssues({ ...before, ...input }))
    if (changesBetween(before, { ...before, ...input }, fields).length === 0) return before
    if (input.capacity != null) await changeUnits(tx, ctx, before, input.capacity)
    return write(tx, ctx, before, input, 'resource.updated')
  })
}

/** Needs staff:write. Refuses IN_USE while bookings, holds or sessions expect it. Twice is once. */
export async function archiveResource(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<Resource> {
  demand(ctx.viewer, key.accountId, ['staff:write'], 'Resource', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockResource(tx, key)
    checkVersion('Resource', before.version, expectedVersion)
    if (!before.active) return before
    const whose = { accountId: key.accountId, resourceId: key.id }
    if (await hasCommitments(tx, whose, new Date(ctx.clock.now()))) {
      throw refused(
        'IN_USE',
        `"${before.name}" has bookings, holds or sessions that are not over: move or cancel them first.`,
        { path: ['id'] },
      )
    }
    return write(tx, ctx, before, { active: false }, 'resource.archived')
  })
}

// Units are numbered from 0: a smaller capacity gives up the last ones.
async function changeUnits(
  tx: Transaction,
  ctx: ActionContext,
  before: Resource,
  capacity: number,
): Promise<void> {
  const now = new Date(ctx.clock.now())
  const { accountId, id: resourceId } = before
  if (capacity > before.capacity) {
    return blockNewUnits(tx, before, before.capacity, capacity, now)
  }
  const lost = { accountId, resourceId, unit: { gte: capacity } }
  if (await hasCommitments(tx, lost, now)) {
    throw refused(
      'IN_USE',
      `"${before.name}" is taken on units beyond ${capacity} by bookings, holds or sessions: ` +
        'move or cancel them first.',
      { path: ['capacity'] },
    )
  }
  await unblockUnits(tx, before, capacity, now)
}

async function lockResource(tx: Transaction, key: Key): Promise<Resource> {
  await lockRow(tx, 'Resource', key)
  const resource = await tx.resource.findUnique({ where: { accountId_id: key } })
  if (!resource) throw notFound('Resource', 'id')
  return resource
}

async function write(
  tx: Transaction,
  ctx: ActionContext,
  before: Resource,
  data: Prisma.ResourceUpdateInput,
  type: string,
): Promise<Resource> {
  const resource = await tx.resource.update({
    where: { accountId_id: { accountId: before.accountId, id: before.id } },
    data: { ...data, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
  })
  await appendEvents(tx, ctx, [eventOf(type, resource, before)])
  return resource
}

function eventOf(type: string, resource: Resource, before: Resource | null) {
  return {
    type,
    accountId: resource.accountId,
    subjectType: 'Resource' as const,
    subjectId: resource.id,
    subjectVersion: resource.version,
    about: { resourceIds: [resource.id] },
    changes: changesBetween(before, resource, fields),
  }
}
