// What every change of a webhook endpoint goes through: whether it is legal, whether whoever asks
// may have that told, and what is told of the change itself.

import { demandLasting } from '../access/lasting.actions.ts'
import { followsItsPerson } from '../access/client.actions.ts'
import { quoted } from '../access/credential.ts'
import { demandHeld, overreach } from '../access/overreach.actions.ts'
import type { Scope } from '../auth/scope.ts'
import type { SealingContext } from '../auth/seal.ts'
import type { ActionContext } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalid, type Issue } from '../errors.ts'
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

type Telling = {
  scopes: readonly string[]
  installationId: string | null
  clientId: string | null
}

/**
 * An endpoint is told no more, and no longer, than whoever has it told; that of an application ends
 * with it anyway. That of a client is told in every account that the client will reach.
 */
export async function demandMayTell(
  tx: Transaction,
  ctx: ActionContext,
  { scopes, installationId, clientId }: Telling,
  facts: readonly AuditFact[],
): Promise<void> {
  for (const fact of facts) demandHeld(ctx, scopes as Scope[], fact, 'scopes')
  const { kind, id } = ctx.viewer
  if (kind === 'INSTALLATION' && id === installationId) return
  if (clientId !== null) await demandOfClient(tx, ctx, { scopes, clientId }, facts)
  for (const fact of facts.slice(0, 1)) await demandLasting(tx, ctx, null, fact)
}

async function demandOfClient(
  tx: Transaction,
  { viewer }: ActionContext,
  { scopes, clientId }: { scopes: readonly string[]; clientId: string },
  facts: readonly AuditFact[],
): Promise<void> {
  const client = await tx.apiClient.findUniqueOrThrow({ where: { id: clientId } })
  const beyond = scopes.filter((scope) => !client.scopes.includes(scope))
  if (beyond.length > 0) {
    throw overreach(
      invalid(['scopes'], `The client itself does not have ${quoted(beyond)}.`),
      facts,
    )
  }
  if (!client.allAccounts || (await followsItsPerson(tx, viewer))) return
  const message =
    'This credential reaches chosen accounts only, so it cannot have a client for all accounts ' +
    'told of later ones. A signed-in person can, and a client for all accounts.'
  throw overreach(invalid(['clientId'], message), facts)
}

export function sealedHeaders({ sealer }: SealingContext, headers: readonly CustomHeader[]) {
  return headers.length === 0 ? null : sealer.seal(JSON.stringify(headers))
}

/** These may name what is in one of the accounts of a client, and are told in all of them. */
const ofOneAccount: readonly string[] = ['filter', 'document', 'description']

type Terms = Record<string, unknown> & { url: string; clientId: string | null }

/** Of the URL only the origin is told: the rest may be a secret in itself. */
export function changesOf(before: Terms | null, after: Terms): Change[] {
  const changes = changesBetween(before, after, fields).map((change) =>
    after.clientId !== null && ofOneAccount.includes(change.field)
      ? { ...change, from: null, to: null }
      : change,
  )
  if (before?.url === after.url) return changes
  const from = before && new URL(before.url).origin
  return [{ field: 'url', from, to: originOf(after.url) }, ...changes]
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : null)
