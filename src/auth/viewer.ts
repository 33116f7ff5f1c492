// Who asks: the viewer and its reach. A viewer knows, before anything runs, in which accounts it
// may do what; every read is narrowed by that, so that an account out of reach is simply not
// there.

import { notFound } from '../errors.ts'
import { allScopes, covers, effectiveScopes, type Needs, type Role, type Scope } from './scope.ts'

export type PrincipalKind =
  | 'ANONYMOUS'
  | 'API_KEY'
  | 'API_CLIENT'
  | 'INSTALLATION'
  | 'USER'
  | 'SYSTEM'

export type Grant = { role: Role; scopes: ReadonlySet<Scope> }

export type Viewer = {
  kind: PrincipalKind
  /** Stable id of the credential (never its secret); what idempotency keys and events refer to. */
  id: string
  name: string
  /** The person (uuid) behind the credential: who made it, approved it or is signed in. */
  userId: string | null
  /** By account id (uuid). */
  grants: ReadonlyMap<string, Grant>
}

export const anonymous: Viewer = {
  kind: 'ANONYMOUS',
  id: 'anonymous',
  name: 'Anonymous',
  userId: null,
  grants: new Map(),
}

/** The gateway itself, in one account: seeds, sweepers and workers act as this. */
export function systemViewer(accountIds: Iterable<string>): Viewer {
  const grant: Grant = { role: 'OWNER', scopes: new Set(allScopes) }
  const grants = new Map([...accountIds].map((id) => [id, grant]))
  return { kind: 'SYSTEM', id: 'system', name: 'Slotgraph', userId: null, grants }
}

/** Somebody without a credential, in an account that is open to all for what these scopes allow. */
export function guestOf(accountId: string, scopes: readonly Scope[]): Viewer {
  const grant: Grant = { role: 'VIEWER', scopes: effectiveScopes(scopes, 'VIEWER') }
  return { ...anonymous, grants: new Map([[accountId, grant]]) }
}

/**
 * Somebody without a credential whom an address lets in, for what the page behind it asks: never
 * for documents of others. `id` is what idempotency keys refer to.
 */
export function visitorOf(
  accountId: string,
  { id, name }: Pick<Viewer, 'id' | 'name'>,
  scopes: readonly Scope[],
): Viewer {
  const grant: Grant = { role: 'VIEWER', scopes: new Set(scopes) }
  return { ...anonymous, id, name, grants: new Map([[accountId, grant]]) }
}

/** The viewer with one account within reach; null when that one is out of reach. */
export function heldTo(viewer: Viewer, accountId: string): Viewer | null {
  const grant = viewer.grants.get(accountId)
  return grant ? { ...viewer, grants: new Map([[accountId, grant]]) } : null
}

/** A person by name only, as the audit log needs it of who was nobody when the request began. */
export function personViewer({ id, name }: { id: string; name: string }): Viewer {
  return { kind: 'USER', id, name, userId: id, grants: new Map() }
}

/** Whether the viewer holds in the account what is needed. */
export function may(viewer: Viewer, accountId: string, scopes: Needs): boolean {
  const held = viewer.grants.get(accountId)?.scopes
  return held !== undefined && covers(held, scopes)
}

/** By what grants there are, which nobody changes, and by the scopes. */
const within = new WeakMap<Viewer['grants'], Map<string, string[]>>()

/** The accounts (uuids, ascending) where the viewer holds what is needed. */
export function accountsWithin(viewer: Viewer, scopes: Needs): string[] {
  const { grants } = viewer
  const find = () => [...grants.keys()].filter((id) => may(viewer, id, scopes)).toSorted()
  // Credentials come again and again; to sort their thousand accounts costs more than the rest.
  if (grants.size < 20) return find()
  let known = within.get(grants)
  if (!known) within.set(grants, (known = new Map()))
  // Alternatives are not the same as all of them together.
  const key = JSON.stringify(scopes)
  let found = known.get(key)
  if (!found) known.set(key, (found = find()))
  return [...found]
}

/** Every scope that the viewer holds somewhere. */
export function scopesAnywhere(viewer: Viewer): Scope[] {
  return allScopes.filter((scope) => {
    for (const grant of viewer.grants.values()) if (grant.scopes.has(scope)) return true
    return false
  })
}

/**
 * Thrown where a scope is missing in an account that the viewer does reach; the doors name it.
 * Where it is something else that is missing, a public sentence says what.
 */
export class Forbidden extends Error {
  readonly scopes: Needs
  readonly sentence: string | null
  constructor(scopes: Needs, sentence: string | null = null) {
    super(sentence ?? `Needs ${scopes.join(' and ')}`)
    this.name = 'Forbidden'
    this.scopes = scopes
    this.sentence = sentence
  }
}

/**
 * Refuses to go on unless the viewer holds the scopes in this account. An account out of reach is
 * answered as an absent thing (`what`, at `path`), one in reach without the scope as forbidden.
 */
export function demand(
  viewer: Viewer,
  accountId: string | undefined,
  scopes: Needs,
  what: string,
  ...path: string[]
): void {
  if (accountId === undefined || !viewer.grants.has(accountId)) throw notFound(what, ...path)
  if (!may(viewer, accountId, scopes)) throw new Forbidden(scopes)
}
