// The audit log: who did what to which thing, written in the transaction of the change. Every event
// is written here too, by the outbox; what changes who may do what, and is no event, is recorded by
// the action that does it. Neither secrets nor personal fields: of those it says that they changed.

import { newId } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import type { ActionContext } from '../context.ts'
import { timestamptz } from '../db/timestamp.ts'
import type { Transaction } from '../db/transaction.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Change } from './event.ts'

/** Something done, or refused, that concerns who may do what. */
export type AuditFact = {
  accountId: string
  /** Noun and verb, as events are named: `key.rotated`, `membership.role_changed`. */
  action: string
  subjectType: string
  /** Id (uuid) of the subject; left out for what was asked for and does not exist. */
  subjectId?: string | null
  changes?: Change[]
  /** REFUSED: it was tried, and nothing changed. */
  outcome?: 'DONE' | 'REFUSED'
}

/** The fields of any subject that tell of a person, or hold what people write freely. */
const personal: ReadonlySet<string> = new Set([
  'email',
  'phone',
  'notes',
  'answers',
  'customFields',
  'personalFields',
  'cancelReason',
  'priceReason',
  'reason',
])

/** These subjects are people: of them nothing is told but what concerns the row alone. */
const people: ReadonlySet<string> = new Set(['Customer', 'User', 'Invitation'])

/** The fields of people's rows that do not tell of the person. */
export const impersonal: readonly string[] = [
  'active',
  'erasedAt',
  'mergedIntoId',
  'role',
  'wantsNotices',
]

const hidden = '[redacted]'

/** The changes without what they say of a person; the same list when they say nothing of one. */
export function redacted(subjectType: string, changes: readonly Change[]): readonly Change[] {
  const isPersonal = (field: string) =>
    people.has(subjectType) ? !impersonal.includes(field) : personal.has(field)
  let hides = false
  // Also what stands inside objects, such as the reason of a block.
  const shown = (field: string, value: unknown): unknown => {
    if (value === null || value === undefined) return null
    if (isPersonal(field)) {
      hides = true
      return hidden
    }
    if (Array.isArray(value)) return value.map((item) => shown(field, item))
    if (typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, shown(name, inner)]),
    )
  }
  const told = changes.map(({ field, from, to }) => ({
    field,
    from: shown(field, from),
    to: shown(field, to),
  }))
  return hides ? told : changes
}

/**
 * Writes entries in the caller's transaction; with `unlessSince` only those of which there is no
 * like one (account, subject, action, outcome) after that time.
 */
export async function appendAudit(
  tx: Transaction,
  ctx: ActionContext,
  facts: readonly AuditFact[],
  unlessSince: Date | null = null,
): Promise<void> {
  if (facts.length === 0) return
  const { viewer, origin } = ctx
  const occurredAt = timestamptz(ctx.clock.now())
  const since = timestamptz(unlessSince ?? null)
  const rows = facts.map(({ changes = [], ...fact }) => ({
    outcome: 'DONE',
    ...fact,
    id: newId(),
    changes: redacted(fact.subjectType, changes),
  }))
  await transactionReader(tx)(Prisma.sql`
    INSERT INTO "AuditEntry" ("accountId", "id", "occurredAt", "action", "outcome", "actorKind",
      "actorId", "actorName", "userId", "subjectType", "subjectId", "requestId", "address",
      "changes")
    SELECT n."accountId", n."id", ${occurredAt}, n."action",
      n."outcome"::"AuditOutcome", ${viewer.kind}, ${viewer.id}, ${viewer.name},
      ${viewer.userId}::uuid, n."subjectType", n."subjectId", ${origin?.requestId ?? null},
      ${origin?.address ?? null}, n."changes"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("id" uuid, "accountId" uuid,
      "action" text, "outcome" text, "subjectType" text, "subjectId" text, "changes" jsonb)
    WHERE ${since} IS NULL OR NOT EXISTS (SELECT FROM "AuditEntry" e
      WHERE e."accountId" = n."accountId" AND e."subjectId" = n."subjectId"
        AND e."occurredAt" > ${since} AND e."action" = n."action"
        AND e."outcome" = n."outcome"::"AuditOutcome")`)
}
