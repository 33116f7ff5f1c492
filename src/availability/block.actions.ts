// What can be done to blocks: create, update and delete. A block takes its time through the same
// constraint as bookings; block, taken time and event are one transaction.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keepRows, lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Block } from '../generated/prisma/client.ts'
import { blockIssues } from './block.ts'
import { lockOccupants, occupy, type NewOccupancy } from './occupancy.data.ts'

export type NewBlock = {
  startsAt: Date
  endsAt: Date
  staffIds: readonly string[]
  /** All units of these are taken. */
  resourceIds: readonly string[]
  reason: string | null
}

type Taken = { staffIds: string[]; resourceIds: string[] }

const fields = ['startsAt', 'endsAt', 'reason', 'staffIds', 'resourceIds'] as const

/** A block with whom and what it takes. */
export type BlockWithTaken = Block & { taken: Taken }

/**
 * Needs availability:write. Refuses NOT_FOUND, VALIDATION_FAILED, SLOT_TAKEN (by whatever: a
 * booking, a live hold, a session, another block), IDEMPOTENCY_CONFLICT.
 */
export async function createBlock(
  ctx: ActionContext,
  accountId: string | undefined,
  input: NewBlock,
  idempotencyKey?: string | null,
): Promise<Block> {
  const [what, path] =
    input.staffIds.length > 0 ? ['StaffMember', 'staffIds'] : ['Resource', 'resourceIds']
  if (accountId !== undefined) {
    demand(ctx.viewer, accountId, ['availability:write'], what, path)
  }
  const times = { startsAt: input.startsAt.getTime(), endsAt: input.endsAt.getTime() }
  invalidAll(blockIssues({ ...input, ...times }))
  if (accountId === undefined) throw notFound(what, path)
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: idempotencyKey, operation: 'createBlock', input },
      () => addBlock(tx, ctx, accountId, input),
      (key) => tx.block.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function addBlock(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  input: NewBlock,
): Promise<Block> {
  const taken = {
    staffIds: [...new Set(input.staffIds)],
    resourceIds: [...new Set(input.resourceIds)],
  }
  const { startsAt, endsAt, reason } = input
  const now = new Date(ctx.clock.now())
  const block = await tx.block.create({
    data: { accountId, id: newId(), startsAt, endsAt, reason, createdAt: now, updatedAt: now },
  })
  await takeTime(tx, block, taken, now)
  const changes = changesBetween(null, { ...block, ...taken }, fields)
  await appendEvents(tx, ctx, [eventOf('block.created', block, taken, changes)])
  return block
}

async function takeTime(tx: Transaction, block: Block, taken: Taken, now: Date): Promise<void> {
  const { accountId } = block
  const units = await unitsOf(tx, accountId, taken)
  if (await occupy(tx, occupanciesOf(block, taken, units), now)) return
  throw refused(
    'SLOT_TAKEN',
    'The time cannot be blocked: some of it is booked, held or blocked already.',
    { path: ['startsAt'], accountId },
  )
}

/**
 * Needs availability:write. What is left out stays; who and what is named replaces who and what
 * it took. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT, SLOT_TAKEN.
 */
export async function updateBlock(
  ctx: ActionContext,
  key: Key,
  input: Partial<NewBlock>,
  expectedVersion?: number | null,
): Promise<Block> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['availability:write'], 'Block', 'id')
  return transaction(ctx.db, async (tx) => {
    const { taken: before, ...row } = await lockBlock(tx, key, expectedVersion)
    const { startsAt = row.startsAt, endsAt = row.endsAt, reason = row.reason } = input
    const after = {
      staffIds: [...new Set(input.staffIds ?? before.staffIds)],
      resourceIds: [...new Set(input.resourceIds ?? before.resourceIds)],
    }
    const times = { startsAt: startsAt.getTime(), endsAt: endsAt.getTime() }
    invalidAll(blockIssues({ ...after, ...times }))
    const terms = { startsAt, endsAt, reason }
    const changes = changesBetween({ ...row, ...before }, { ...terms, ...after }, fields)
    if (changes.length === 0) return row
    const now = new Date(ctx.clock.now())
    const block = await tx.block.update({
      where: { accountId_id: { accountId, id } },
      data: { ...terms, version: { increment: 1 }, updatedAt: now },
    })
    const either = {
      staffIds: [...new Set([...after.staffIds, ...before.staffIds])],
      resourceIds: [...new Set([...after.resourceIds, ...before.resourceIds])],
    }
    if (changes.some(({ field }) => field !== 'reason')) {
      // Two that change places must not wait for each other.
      await lockOccupants(tx, [...either.staffIds, ...either.resourceIds])
      await tx.occupancy.deleteMany({ where: { accountId, blockId: id } })
      await takeTime(tx, block, after, now)
    }
    await appendEvents(tx, ctx, [eventOf('block.updated', block, either, changes)])
    return block
  })
}

/** Needs availability:write. Refuses NOT_FOUND, VERSION_CONFLICT. Returns the block as it was. */
export async function deleteBlock(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<BlockWithTaken> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['availability:write'], 'Block', 'id')
  return transaction(ctx.db, async (tx) => {
    const block = await lockBlock(tx, key, expectedVersion)
    // What it took goes with it.
    await tx.block.delete({ where: { accountId_id: { accountId, id } } })
    const was = { ...block, ...block.taken }
    const nothing = Object.fromEntries(fields.map((field) => [field, null]))
    const changes = changesBetween(was, nothing, fields)
    const gone = { ...block, version: block.version + 1 }
    await appendEvents(tx, ctx, [eventOf('block.deleted', gone, block.taken, changes)])
    return block
  })
}

async function lockBlock(
  tx: Transaction,
  { accountId, id }: Key,
  expectedVersion: number | null | undefined,
): Promise<BlockWithTaken> {
  await lockRow(tx, 'Block', { accountId, id })
  const found = await tx.block.findUnique({
    where: { accountId_id: { accountId, id } },
    include: { occupancies: { orderBy: { position: 'asc' } } },
  })
  if (!found) throw notFound('Block', 'id')
  const { occupancies, ...block } = found
  checkVersion('Block', block.version, expectedVersion)
  const taken = {
    staffIds: idsOf(occupancies.map(({ staffId }) => staffId)),
    resourceIds: idsOf(occupancies.map(({ resourceId }) => resourceId)),
  }
  return { ...block, taken }
}

const idsOf = (ids: (string | null)[]) => [...new Set(ids.filter((id) => id !== null))]

/** What one statement takes in well under its time limit. */
const mostUnits = 2000

// Kept, so that no unit is added while the block takes those there are.
async function unitsOf(tx: Transaction, accountId: string, taken: Taken) {
  const { staffIds, resourceIds } = taken
  await keepRows(tx, 'StaffMember', accountId, staffIds)
  await keepRows(tx, 'Resource', accountId, resourceIds)
  const staff = await tx.staffMember.findMany({ where: { accountId, id: { in: staffIds } } })
  const resources = await tx.resource.findMany({ where: { accountId, id: { in: resourceIds } } })
  if (staff.length < staffIds.length) throw notFound('StaffMember', 'staffIds')
  if (resources.length < resourceIds.length) throw notFound('Resource', 'resourceIds')
  const path = staff.some(({ active }) => !active) ? 'staffIds' : 'resourceIds'
  const gone = [...staff, ...resources].find(({ active }) => !active)
  if (gone) throw invalid([path], `"${gone.name}" is archived and has no time to block.`)
  const units = resources.reduce((sum, { capacity }) => sum + capacity, 0)
  if (units > mostUnits) {
    const message = `A block takes at most ${mostUnits} units at once, and these have ${units}.`
    throw invalid(['resourceIds'], message)
  }
  return new Map(resources.map(({ id, capacity }) => [id, capacity]))
}

function occupanciesOf(block: Block, taken: Taken, units: Map<string, number>): NewOccupancy[] {
  const { accountId, id: blockId, startsAt, endsAt } = block
  const common = {
    accountId,
    blockId,
    startsAt,
    endsAt,
    kind: 'BLOCK' as const,
    expiresAt: null,
  }
  return [
    ...taken.staffIds.map((staffId, position) => ({
      ...common,
      staffId,
      resourceId: null,
      unit: 0,
      position,
    })),
    ...taken.resourceIds.flatMap((resourceId, position) =>
      Array.from({ length: units.get(resourceId) ?? 0 }, (_, unit) => ({
        ...common,
        staffId: null,
        resourceId,
        unit,
        position,
      })),
    ),
  ]
}

function eventOf(type: string, block: Block, about: Taken, changes: Change[]) {
  return {
    type,
    accountId: block.accountId,
    subjectType: 'Block' as const,
    subjectId: block.id,
    subjectVersion: block.version,
    about,
    changes,
  }
}
