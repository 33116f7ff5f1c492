// What can be done to applications: register, update, rotate the secret, delete. Only whoever
// registered one does it. Told in every account that has the application.

import { newApplicationSecret, newPublicId } from '../auth/secret.ts'
import type { Issued } from '../auth/credential.data.ts'
import { accountsWithin, Forbidden } from '../auth/viewer.ts'
import type { SealingContext } from '../auth/seal.ts'
import type { ActionContext } from '../context.ts'
import { newId } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, notFound } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { applicationIssues, type ApplicationTerms } from './application.ts'
import { seenApplication, type SeenApplication } from './application.data.ts'
import { endStanding } from './installation.data.ts'
import { demandLasting, personBehind } from './lasting.actions.ts'
import { overreach, recorded } from './overreach.actions.ts'

const fields = ['name', 'description', 'redirectUrl'] as const

/** Needs apps:write somewhere. Refuses VALIDATION_FAILED. The secret is shown this once. */
export async function registerApplication(
  ctx: ActionContext & SealingContext,
  input: ApplicationTerms,
): Promise<Issued<SeenApplication>> {
  const accountId = homeOf(ctx)
  const ownerId = personBehind(ctx)
  invalidAll(applicationIssues(input))
  const tried = { accountId, action: 'application.registered', subjectType: 'Application' }
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      await demandLasting(tx, ctx, null, tried)
      const now = new Date(ctx.clock.now())
      const { secret, stored } = newSecret(ctx)
      const times = { createdAt: now, updatedAt: now }
      const row = await tx.application.create({
        data: { ...input, ...stored, ...times, id: newId(), publicId: newPublicId(), ownerId },
      })
      const changes = changesBetween(null, row, fields)
      await appendAudit(tx, ctx, [{ ...tried, subjectId: row.id, changes }])
      return { row: { ...row, accountId }, secret }
    }),
  )
}

/** Needs apps:write, and to have registered it. Refuses NOT_FOUND, VALIDATION_FAILED. */
export async function updateApplication(
  ctx: ActionContext,
  id: string,
  input: Partial<ApplicationTerms>,
): Promise<SeenApplication> {
  return changing(ctx, id, 'application.updated', async (tx, before) => {
    const { name, description, redirectUrl } = { ...before, ...input }
    const terms = { name, description, redirectUrl }
    invalidAll(applicationIssues(terms))
    const changes = changesBetween(before, terms, fields)
    if (changes.length === 0) return before
    const updatedAt = new Date(ctx.clock.now())
    const row = await tx.application.update({ where: { id }, data: { ...terms, updatedAt } })
    const after = { ...row, accountId: before.accountId }
    await tell(tx, ctx, 'application.updated', after, changes)
    return after
  })
}

/** Gives it another secret; the old one is dead at once. Needs and refuses as updating. */
export async function rotateApplicationSecret(
  ctx: ActionContext & SealingContext,
  id: string,
): Promise<Issued<SeenApplication>> {
  const action = 'application.secret_rotated'
  return changing(ctx, id, action, async (tx, before) => {
    const { secret, stored } = newSecret(ctx)
    const updatedAt = new Date(ctx.clock.now())
    const row = await tx.application.update({ where: { id }, data: { ...stored, updatedAt } })
    await tell(tx, ctx, action, before, [])
    return { row: { ...row, accountId: before.accountId }, secret }
  })
}

/** Deletes it: it is uninstalled everywhere. Needs and refuses as updating. */
export async function deleteApplication(ctx: ActionContext, id: string): Promise<SeenApplication> {
  return changing(ctx, id, 'application.deleted', async (tx, before) => {
    await tell(tx, ctx, 'application.deleted', before, [])
    await endStanding(tx, ctx, { applicationId: id })
    const deletedAt = new Date(ctx.clock.now())
    const row = await tx.application.update({ where: { id }, data: { deletedAt } })
    return { ...row, accountId: before.accountId }
  })
}

/** Runs `change` on the application, locked, for whoever registered it. */
function changing<T>(
  ctx: ActionContext,
  id: string,
  action: string,
  change: (tx: Transaction, before: SeenApplication) => Promise<T>,
): Promise<T> {
  const home = homeOf(ctx)
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      await tx.$executeRaw`SELECT 1 FROM "Application" WHERE "id" = ${id}::uuid FOR UPDATE`
      const seen = await seenApplication(transactionReader(tx), ctx.viewer, id)
      if (!seen) throw notFound('Application', 'id')
      // Its owner may change it without being allowed to see applications anywhere.
      const before = { ...seen, accountId: seen.accountId ?? home }
      const { accountId } = before
      const fact = { accountId, action, subjectType: 'Application', subjectId: id }
      if (before.ownerId === personBehind(ctx)) {
        // Where it leads, and its secret, are the way to what is installed later.
        if (action !== 'application.deleted') await demandLasting(tx, ctx, null, fact)
        return change(tx, before)
      }
      const sentence = 'Only whoever registered an application may change or delete it.'
      throw overreach(new Forbidden([], sentence), [fact])
    }),
  )
}

/** An account where the caller may write applications; what belongs to no account is told there. */
function homeOf({ viewer }: ActionContext): string {
  const [first] = accountsWithin(viewer, ['apps:write'])
  if (first === undefined) throw new Forbidden(['apps:write'])
  return first
}

function newSecret({ sealer }: SealingContext) {
  const { text, hash } = newApplicationSecret()
  return { secret: text, stored: { secretHash: hash, secretSealed: sealer.seal(text) } }
}

/** Tells the accounts that have it, and the one through which its owner acts. */
async function tell(
  tx: Transaction,
  ctx: ActionContext,
  action: string,
  { id, accountId }: SeenApplication,
  changes: Change[],
): Promise<void> {
  const installed = await tx.installation.findMany({
    where: { applicationId: id, uninstalledAt: null },
    select: { accountId: true },
  })
  const accounts = new Set([accountId, ...installed.map((row) => row.accountId)])
  const fact = { action, subjectType: 'Application', subjectId: id, changes }
  await appendAudit(
    tx,
    ctx,
    [...accounts].map((each) => ({ ...fact, accountId: each })),
  )
}
