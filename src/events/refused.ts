// Attempts on access that were refused, for the audit log: whatever they did was rolled back, so
// each is written by a transaction of its own. The attempt is answered as it would be without: the
// request does not wait for it, and a failure is logged.

import type { Pool } from 'pg'
import type { ActionContext } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import { HOUR, type Instant } from '../time/instant.ts'
import { appendAudit, type AuditFact } from './audit.ts'

type Refusal = Omit<AuditFact, 'outcome'>

const written = new WeakSet<object>()

/** Writes what was tried. Of an error that is passed on, only whoever comes first writes. */
export async function recordRefusal(
  ctx: ActionContext,
  facts: readonly Refusal[],
  error?: object,
): Promise<void> {
  if (error && isRecorded(error)) return
  if (error) written.add(error)
  await write(ctx, facts, null)
}

/** Whether what was tried is written already, by whoever threw the error. */
export function isRecorded(error: object): boolean {
  return written.has(error)
}

/** How often one thing is said that anybody can cause again and again. */
const quietMs = HOUR
/** Subjects remembered; beyond that the database alone knows what was said. */
const mostRemembered = 10_000

/** An attempt on one thing, which concerns accounts that may have to be looked up. */
export type Attempt = {
  action: string
  subjectType: string
  subjectId: string
  accountIds: readonly string[] | (() => Promise<readonly string[]>)
  /** One entry in an hour for each account, action and subject, whichever node it comes to. */
  hourly?: boolean
}

type Beside = { running: Set<Promise<void>>; saidAt: Map<string, Instant> }

const besides = new WeakMap<Pool, Beside>()

/** Has an attempt written beside the request, so that its time tells nothing. Returns at once. */
export function noteRefusal(ctx: ActionContext, attempt: Attempt): void {
  const beside = besideOf(ctx.db.pool)
  const now = ctx.clock.now()
  if (attempt.hourly && !isNew(beside, attempt, now)) return
  const running = writeAttempt(ctx, attempt, attempt.hourly ? new Date(now - quietMs) : null)
  beside.running.add(running)
  void running.then(() => beside.running.delete(running))
}

/** Resolves when nothing that was noted is still being written. */
export async function refusalsWritten(pool: Pool): Promise<void> {
  await Promise.all(besideOf(pool).running)
}

function besideOf(pool: Pool): Beside {
  const known = besides.get(pool)
  if (known) return known
  const made = { running: new Set<Promise<void>>(), saidAt: new Map<string, Instant>() }
  besides.set(pool, made)
  return made
}

function isNew({ saidAt }: Beside, { action, subjectId }: Attempt, now: Instant): boolean {
  const key = `${action} ${subjectId}`
  const last = saidAt.get(key)
  if (last !== undefined && now - last < quietMs) return false
  if (saidAt.size >= mostRemembered) saidAt.clear()
  saidAt.set(key, now)
  return true
}

async function writeAttempt(
  ctx: ActionContext,
  { accountIds, action, subjectType, subjectId }: Attempt,
  unlessSince: Date | null,
): Promise<void> {
  try {
    const all = typeof accountIds === 'function' ? await accountIds() : accountIds
    const facts = all.map((accountId) => ({ accountId, action, subjectType, subjectId }))
    await write(ctx, facts, unlessSince)
  } catch (error) {
    ctx.log.error({ err: error }, 'could not record a refused attempt')
  }
}

async function write(
  ctx: ActionContext,
  facts: readonly Refusal[],
  unlessSince: Date | null,
): Promise<void> {
  const refused = facts.map((fact) => ({ ...fact, outcome: 'REFUSED' as const }))
  try {
    await transaction(ctx.db, (tx) => appendAudit(tx, ctx, refused, unlessSince))
  } catch (error) {
    ctx.log.error({ err: error }, 'could not record a refused attempt')
  }
}
