// What can be done to blocks: create and delete. A block takes its time through the same constraint
// as bookings; block, taken time and event are one transaction.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keepRows } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound, refused } from '../errors.ts'
import type { NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Block } from '../generated/prisma/client.ts'
import { blockIssues } from './block.ts'
import { occupy, type NewOccupancy } from './occupancy.data.ts'

export type NewBlock = {
  startsAt: Date
  endsAt: Date
  staffIds: readonly string[]
  /** All units of these are taken. */
  resourceIds: readonly string[]
  reason: string | null
}

type Taken = { staffIds: string[]; resourceIds: string[] }

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
  const units = await unitsOf(tx, accountId, taken)
  const block = await tx.block.create({
    data: { accountId, id: newId(), startsAt, endsAt, reason, createdAt: now },
  })
  if (!(await occupy(tx, occupanciesOf(block, taken, units), now))) {
    throw refused(
      'SLOT_TAKEN',
      'The time cannot be blocked: some of it is booked, held or blocked already.',
      { path: ['startsAt'], accountId },
    )
  }
  await appendEvents(tx, ctx, [eventOf({ ...block, taken }, 'ADDED')])
  return block
}

/** Needs availability:write. Refuses NOT_FOUND. Returns the block as it was. */
export async function deleteBlock(ctx: ActionContext, key: Key): Promise<BlockWithTaken> {
  demand(ctx.viewer, key.accountId, ['availability:write'], 'Block', 'id')
  return transaction(ctx.db, async (tx) => {
    const where = { accountId: key.accountId, id: key.id }
    const block = await tx.block.findFirst({
      where,
      include: { occupancies: { orderBy: { position: 'asc' } } },
    })
    // What it took goes with it.
    const { count } = await tx.block.deleteMany({ where })
    if (!block || count === 0) throw notFound('Block', 'id')
    const { occupancies, ...row } = block
    const taken = {
      staffIds: idsOf(occupancies.map(({ staffId }) => staffId)),
      resourceIds: idsOf(occupancies.map(({ resourceId }) => resourceId)),
    }
    await appendEvents(tx, ctx, [eventOf({ ...row, taken }, 'REMOVED')])
    return { ...row, taken }
  })
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

function eventOf(block: BlockWithTaken, what: 'ADDED' | 'REMOVED'): NewEvent {
  const { startsAt, endsAt, reason, taken } = block
  const shown = { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), reason, ...taken }
  const [from, to] = what === 'ADDED' ? [null, shown] : [shown, null]
  return {
    type: 'availability.changed',
    accountId: block.accountId,
    subjectType: 'Availability',
    subjectId: block.id,
    subjectVersion: 1,
    about: taken,
    changes: [{ field: 'block', from, to }],
  }
}
