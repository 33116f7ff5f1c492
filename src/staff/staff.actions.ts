// What can be done to staff members: create, update, archive. Each change and its event are one
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
import type { Prisma, StaffMember } from '../generated/prisma/client.ts'
import { hasCommitments } from './commitments.data.ts'
import { staffIssues, type StaffTerms } from './staff.ts'

export type NewStaffMember = Partial<StaffTerms> & Pick<StaffTerms, 'name'>

const fields = ['name', 'email', 'timeZone', 'dailyLimit', 'active'] as const

const nothing = { email: null, timeZone: null, dailyLimit: null }

/** Needs staff:write. Refuses VALIDATION_FAILED, NOT_FOUND (account), IDEMPOTENCY_CONFLICT. */
export async function createStaffMember(
  ctx: ActionContext,
  accountId: string,
  input: NewStaffMember,
  idempotencyKey?: string | null,
): Promise<StaffMember> {
  demand(ctx.viewer, accountId, ['staff:write'], 'Account', 'accountId')
  const terms = { ...nothing, ...input }
  invalidAll(staffIssues(terms))
  const once = { accountId, key: idempotencyKey, operation: 'createStaffMember', input }
  const add = async (tx: Transaction) => {
    const now = new Date(ctx.clock.now())
    const member = await tx.staffMember.create({
      data: { ...terms, accountId, id: newId(), createdAt: now, updatedAt: now },
    })
    await appendEvents(tx, ctx, [eventOf('staff.created', member, null)])
    return member
  }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      once,
      () => add(tx),
      (key) => tx.staffMember.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

/** Needs staff:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT. */
export async function updateStaffMember(
  ctx: ActionContext,
  key: Key,
  input: Partial<NewStaffMember> & { active?: true },
  expectedVersion?: number | null,
): Promise<StaffMember> {
  demand(ctx.viewer, key.accountId, ['staff:write'], 'StaffMember', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockStaffMember(tx, key)
    checkVersion('Staff member', before.version, expectedVersion)
    invalidAll(staffIssues({ ...before, ...input }))
    if (changesBetween(before, { ...before, ...input }, fields).length === 0) return before
    return write(tx, ctx, before, input, 'staff.updated')
  })
}

/**
 * Needs staff:write. Refuses IN_USE while bookings, holds or sessions expect them. Twice is once.
 */
export async function archiveStaffMember(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<StaffMember> {
  demand(ctx.viewer, key.accountId, ['staff:write'], 'StaffMember', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockStaffMember(tx, key)
    checkVersion('Staff member', before.version, expectedVersion)
    if (!before.active) return before
    const whose = { accountId: key.accountId, staffId: key.id }
    if (await hasCommitments(tx, whose, new Date(ctx.clock.now()))) {
      throw refused(
        'IN_USE',
        `"${before.name}" has bookings, holds or sessions that are not over: reassign or cancel them first.`,
        { path: ['id'] },
      )
    }
    return write(tx, ctx, before, { active: false }, 'staff.archived')
  })
}

async function lockStaffMember(tx: Transaction, key: Key): Promise<StaffMember> {
  await lockRow(tx, 'StaffMember', key)
  const member = await tx.staffMember.findUnique({ where: { accountId_id: key } })
  if (!member) throw notFound('StaffMember', 'id')
  return member
}

async function write(
  tx: Transaction,
  ctx: ActionContext,
  before: StaffMember,
  data: Prisma.StaffMemberUpdateInput,
  type: string,
): Promise<StaffMember> {
  const member = await tx.staffMember.update({
    where: { accountId_id: { accountId: before.accountId, id: before.id } },
    data: { ...data, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
  })
  await appendEvents(tx, ctx, [eventOf(type, member, before)])
  return member
}

function eventOf(type: string, member: StaffMember, before: StaffMember | null) {
  return {
    type,
    accountId: member.accountId,
    subjectType: 'StaffMember' as const,
    subjectId: member.id,
    subjectVersion: member.version,
    about: { staffIds: [member.id] },
    changes: changesBetween(before, member, fields),
  }
}
