// Rows of webhook endpoints.

import type { Role } from '../auth/scope.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader, type Reader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import { Prisma, type WebhookEndpoint } from '../generated/prisma/client.ts'
import type { EventFilter } from './endpoint.ts'

/** An endpoint, whoever it belongs to. */
export type EndpointRow = WebhookEndpoint

/** An endpoint of an account. */
export type AccountEndpoint = EndpointRow & { accountId: string }

/** The endpoints of these accounts that are told of events; paused ones are, and are sent later. */
export function endpointsFor(
  read: Reader,
  accountIds: readonly string[],
): Promise<AccountEndpoint[]> {
  return read<AccountEndpoint>(Prisma.sql`SELECT * FROM "WebhookEndpoint"
    WHERE "accountId" = ANY(${accountIds}::uuid[]) AND "disabledAt" IS NULL`)
}

/**
 * The role that whoever made the endpoint has in its account now; null when that person has left.
 * What the gateway made itself has the role of an owner.
 */
export async function roleOfMaker(
  read: Reader,
  { accountId, createdById }: Pick<EndpointRow, 'accountId' | 'createdById'>,
): Promise<Role | null> {
  if (createdById === null) return 'OWNER'
  const [member] = await read<{ role: Role }>(Prisma.sql`SELECT "role" FROM "Membership"
    WHERE "accountId" = ${accountId}::uuid AND "userId" = ${createdById}::uuid`)
  return member?.role ?? null
}

/** The sealed secret of the application whose installation made the endpoint; null for none. */
export async function applicationSecretOf(
  read: Reader,
  { accountId, installationId }: Pick<EndpointRow, 'accountId' | 'installationId'>,
): Promise<Uint8Array | null> {
  const [found] = await read<{ secretSealed: Uint8Array | null }>(Prisma.sql`
    SELECT a."secretSealed" FROM "Installation" i JOIN "Application" a ON a."id" = i."applicationId"
    WHERE i."accountId" = ${accountId}::uuid AND i."id" = ${installationId}::uuid`)
  return found?.secretSealed ?? null
}

/** Of the endpoints of an account, those that the viewer has to do with; an application its own. */
export function ownTo({ kind, id }: Viewer): { installationId?: string } {
  return kind === 'INSTALLATION' ? { installationId: id } : {}
}

/** The same as conditions on rows `r` of endpoints. */
export function endpointsOwnTo({ kind, id }: Viewer): Prisma.Sql[] {
  return kind === 'INSTALLATION' ? [Prisma.sql`r."installationId" = ${id}::uuid`] : []
}

/** The same as conditions on rows `r` of deliveries. */
export function deliveriesOwnTo({ kind, id }: Viewer): Prisma.Sql[] {
  if (kind !== 'INSTALLATION') return []
  return [
    Prisma.sql`EXISTS (SELECT FROM "WebhookEndpoint" e
      WHERE e."id" = r."endpointId" AND e."installationId" = ${id}::uuid)`,
  ]
}

/** The endpoint, so that nobody else changes it meanwhile. Refuses NOT_FOUND. */
export async function lockEndpoint(
  tx: Transaction,
  viewer: Viewer,
  key: Key,
): Promise<AccountEndpoint> {
  await lockRow(tx, 'WebhookEndpoint', key)
  return endpointAt(tx, viewer, key)
}

/** The endpoint, if the viewer has to do with it. Refuses NOT_FOUND. */
export async function endpointAt(
  db: Pick<Transaction, 'webhookEndpoint'>,
  viewer: Viewer,
  { accountId, id }: Key,
): Promise<AccountEndpoint> {
  const where = { accountId, id, ...ownTo(viewer) }
  const row = await db.webhookEndpoint.findFirst({ where })
  if (!row) throw notFound('WebhookEndpoint', 'id')
  return { ...row, accountId }
}

const filtered = [
  ['serviceIds', 'Service'],
  ['staffIds', 'StaffMember'],
  ['customerIds', 'Customer'],
  ['bookingIds', 'Booking'],
  ['linkIds', 'BookingLink'],
] as const satisfies readonly (readonly [keyof EventFilter, string])[]

/** Refuses NOT_FOUND where a filter names what the account does not have. */
export async function demandFiltered(
  tx: Transaction,
  accountId: string,
  filter: EventFilter,
): Promise<void> {
  for (const [name, table] of filtered) {
    const ids = [...new Set(filter[name])]
    if (ids.length === 0) continue
    const found = await transactionReader(tx)(Prisma.sql`SELECT "id"
      FROM ${Prisma.raw(`"${table}"`)}
      WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${ids}::uuid[])`)
    if (found.length < ids.length) throw notFound(table, 'filter', name)
  }
}
