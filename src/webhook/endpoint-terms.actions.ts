// What every change of a webhook endpoint goes through: whether it is legal, whether whoever asks
// may have that told, and what is told of the change itself.

import { demandLasting } from '../access/lasting.actions.ts'
import { demandHeld } from '../access/overreach.actions.ts'
import type { Scope } from '../auth/scope.ts'
import type { SealingContext } from '../auth/seal.ts'
import type { ActionContext } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Issue } from '../errors.ts'
import type { AuditFact } from '../events/audit.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { urlIssue } from '../outbound/target.ts'
import { endpointIssues, headerIssues, type CustomHeader, type EndpointTerms } from './endpoint.ts'
import { formatIssues } from './format.ts'
import type { WebhookContext } from './message.ts'

export type EndpointContext = ActionContext & SealingContext & WebhookContext

const told = ['types', 'filter', 'format', 'document', 'scopes'] as const
const fields = ['description', ...told, 'pausedAt'] as const

/** Everything that is wrong with an endpoint; of an application, when it names an installation. */
export function issuesOf(
  { webhooks }: WebhookContext,
  terms: EndpointTerms & { installationId: string | null },
  headers: readonly CustomHeader[],
): Issue[] {
  const { url, document, installationId } = terms
  const wrong = urlIssue(url, webhooks.reach)
  return [
    ...(wrong === null ? [] : [{ path: ['url'], message: `"${url.slice(0, 200)}" ${wrong}.` }]),
    ...endpointIssues(terms),
    ...formatIssues(terms, webhooks.formats, installationId !== null),
    ...headerIssues(headers),
    ...(document === null ? [] : webhooks.documentIssues(document)),
  ]
}

/**
 * An endpoint is told no more, and no longer, than whoever has it told; that of an application ends
 * with it anyway.
 */
export async function demandMayTell(
  tx: Transaction,
  ctx: ActionContext,
  { scopes, installationId }: { scopes: readonly string[]; installationId: string | null },
  fact: AuditFact,
): Promise<void> {
  demandHeld(ctx, scopes as Scope[], fact, 'scopes')
  const { kind, id } = ctx.viewer
  if (kind === 'INSTALLATION' && id === installationId) return
  await demandLasting(tx, ctx, null, fact)
}

export function sealedHeaders({ sealer }: SealingContext, headers: readonly CustomHeader[]) {
  return headers.length === 0 ? null : sealer.seal(JSON.stringify(headers))
}

export function factOf(
  action: string,
  { accountId, id }: { accountId: string; id: string | null },
): AuditFact {
  return { accountId, action, subjectType: 'WebhookEndpoint', subjectId: id }
}

/** Of the URL only the origin is told: the rest may be a secret in itself. */
export function changesOf(
  before: (Record<string, unknown> & { url: string }) | null,
  after: Record<string, unknown> & { url: string },
): Change[] {
  const changes = changesBetween(before, after, fields)
  if (before?.url === after.url) return changes
  const from = before && new URL(before.url).origin
  return [{ field: 'url', from, to: originOf(after.url) }, ...changes]
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : null)
