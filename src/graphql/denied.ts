// Mutations on access that were denied for want of a scope, for the audit log. What the actions
// refuse beyond that they record themselves.

import { alternatives, type Needs } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import { isRecorded, noteRefusal, recordRefusal } from '../events/refused.ts'
import { decodeId } from './ids.ts'
import { subjectOf } from './told.ts'

const onAccess: ReadonlySet<string> = new Set(['accounts:write', 'apps:write', 'clients:write'])

/** Records a denied mutation; of one that does not concern access nothing is recorded. */
export async function recordDenied(
  ctx: Context,
  mutation: string,
  { args, needs, error }: { args: object; needs: Needs; error: object },
): Promise<void> {
  const isOnAccess = alternatives(needs)
    .flat()
    .some((scope) => onAccess.has(scope))
  if (!isOnAccess || isRecorded(error)) return
  const { viewer } = ctx
  const action = 'access.denied'
  const things = idsIn(args).filter(({ accountId }) => viewer.grants.has(accountId))
  const changes = [{ field: 'operation', from: null, to: mutation }]
  const facts = [...new Map(things.map((thing) => [thing.accountId, thing])).values()].map(
    ({ accountId, name, id }) => ({
      accountId,
      action,
      subjectType: name,
      subjectId: id,
      changes,
    }),
  )
  if (facts.length > 0) return recordRefusal(ctx, facts, error)
  // It names no account, so it concerns all that the credential reaches: many, and so not often.
  const subject = subjectOf(viewer)
  if (subject) {
    noteRefusal(ctx, { action, ...subject, accountIds: [...viewer.grants.keys()], hourly: true })
  }
}

/** What the texts in an input name, wherever they stand. */
function idsIn(value: unknown): NonNullable<ReturnType<typeof decodeId>>[] {
  if (typeof value === 'string') return [decodeId(value)].filter((thing) => thing !== null)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(idsIn)
}
