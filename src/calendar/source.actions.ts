// What can be done to connected calendars: connect, update, read now, delete. The address may be a
// secret in itself: it is sealed, and of it only the host is told.

import { demandLasting, personBehind } from '../access/lasting.actions.ts'
import { recorded } from '../access/overreach.actions.ts'
import { forgetBusyCalendar } from '../availability/busy-times.actions.ts'
import { lockOwner } from '../availability/hours-owner.data.ts'
import type { BusyOwner } from '../availability/busy-times.actions.ts'
import type { SealingContext } from '../auth/seal.ts'
import type { Scope } from '../auth/scope.ts'
import { demand, may } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { CalendarSource } from '../generated/prisma/client.ts'
import type { Reach } from '../outbound/address.ts'
import type { OAuthClients } from './oauth.ts'
import { moveIssues, placed, type Place } from './place.ts'
import { calendarOf, ownerOf } from './source.data.ts'
import {
  revokedSentence,
  sourceIssues,
  sourceLimits,
  type NewSource,
  type SourceTerms,
} from './source.ts'
import { usualScopes } from './feed.ts'
import { aboutOf } from './source.events.ts'
import { forgetWritten, markCalendar, reviveWrites } from './write.data.ts'

export type SourceContext = ActionContext &
  SealingContext & { reach: Reach; calendarClients: OAuthClients }

const needed: readonly Scope[] = ['calendars:write', 'availability:write']
const told = [
  'name',
  'kind',
  'host',
  'staffId',
  'resourceId',
  'writesBookings',
  'pausedAt',
] as const

/**
 * Needs calendars:write and availability:write; to have bookings written there also what they show,
 * which is what whoever asks may see. It is read soon, and then again and again. Refuses NOT_FOUND
 * (whose it is), VALIDATION_FAILED, LIMIT_REACHED, IDEMPOTENCY_CONFLICT.
 */
export async function createCalendarSource(
  ctx: SourceContext,
  owner: BusyOwner,
  input: NewSource,
  idempotencyKey?: string | null,
): Promise<CalendarSource> {
  const { accountId } = owner
  demand(ctx.viewer, accountId, needed, owner.model, owner.path)
  const createdById = personBehind(ctx)
  const { url, calendarId, ...terms } = input
  const known = { kind: input.kind, isPerson: owner.model === 'StaffMember', isNew: true }
  const { address, issues } = placed(ctx, input.kind, { url, calendarId })
  invalidAll([...sourceIssues(terms, known), ...issues])
  const scopes = input.writesBookings ? demandShown(ctx, accountId) : []
  // Kept as a hash, which is not to be a way to a short password.
  const given = { ...input, credentials: null, [owner.path]: owner.id }
  const once = { accountId, key: idempotencyKey, operation: 'createCalendarSource', input: given }
  const tried = { accountId, action: 'calendar.created', subjectType: 'CalendarSource' }
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      await demandLasting(tx, ctx, null, tried)
      const add = async () => {
        const row = await insert(tx, ctx, owner, { ...terms, address, scopes, createdById })
        if (row.writesBookings) await markCalendar(transactionReader(tx), row, ctx.clock.now())
        await tell(tx, ctx, 'calendar.created', row, changesBetween(null, row, told))
        return row
      }
      return idempotent(tx, ctx, once, add, (key) => sourceAt(tx, key))
    }),
  )
}

export type SourceChange = Partial<SourceTerms & Place> & { paused?: boolean }

/**
 * Needs the same as createCalendarSource. At another address it is read anew; a paused one keeps
 * what it took; what was written there is taken away when bookings are not to be. Whoever has
 * bookings written there becomes who connected it. Refuses NOT_FOUND, VALIDATION_FAILED,
 * VERSION_CONFLICT.
 */
export async function updateCalendarSource(
  ctx: SourceContext,
  key: Key,
  { paused, url, calendarId, credentials, ...input }: SourceChange,
  expectedVersion?: number | null,
): Promise<CalendarSource> {
  demand(ctx.viewer, key.accountId, needed, 'CalendarSource', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockSource(tx, key)
    checkVersion('The calendar', before.version, expectedVersion)
    const now = new Date(ctx.clock.now())
    const pausedAt = pausedFrom(before, now, { paused, hasAccess: Boolean(credentials) })
    const isNamed = url !== undefined || calendarId !== undefined
    const place = { url: url ?? null, calendarId: calendarId ?? null }
    const { address, issues } = isNamed
      ? placed(ctx, before.kind, place)
      : { address: '', issues: [] }
    const after = { ...before, ...input, pausedAt }
    const terms = { ...after, credentials: credentials ?? null }
    const old = ctx.sealer.open(before.urlSealed)
    const moved = address !== '' && address !== old
    if (moved && before.credentialsSealed && !credentials) issues.push(...moveIssues(old, address))
    const known = { kind: before.kind, isPerson: before.staffId !== null, isNew: false }
    invalidAll([...sourceIssues(terms, known), ...issues])
    if (moved) after.host = new URL(address).host
    const changes: Change[] = changesBetween(before, after, told)
    if (moved && after.host === before.host) changes.push({ field: 'url', from: null, to: null })
    if (credentials) changes.push({ field: 'credentials', from: null, to: null })
    if (changes.length === 0) return before
    const begins = after.writesBookings && (moved || !before.writesBookings)
    const row = await write(tx, before, {
      name: after.name,
      host: after.host,
      pausedAt,
      writesBookings: after.writesBookings,
      ...(moved && { urlSealed: ctx.sealer.seal(address) }),
      ...(credentials && { credentialsSealed: ctx.sealer.seal(JSON.stringify(credentials)) }),
      ...(begins && { scopes: demandShown(ctx, key.accountId), createdById: personBehind(ctx) }),
      ...((moved || credentials || pausedAt !== before.pausedAt) && anew(now)),
      version: before.version + 1,
      updatedAt: now,
    })
    if (moved) await forgetWritten(transactionReader(tx), row)
    if (moved || credentials || row.writesBookings !== before.writesBookings) {
      await markCalendar(transactionReader(tx), row, ctx.clock.now())
    }
    await tell(tx, ctx, 'calendar.updated', row, changes)
    return row
  })
}

/**
 * Needs calendars:write and availability:write. It is read whole, soon, and what could not be
 * written there is tried again. Refuses NOT_FOUND.
 */
export async function syncCalendarSource(ctx: ActionContext, key: Key): Promise<CalendarSource> {
  demand(ctx.viewer, key.accountId, needed, 'CalendarSource', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockSource(tx, key)
    const row = await write(tx, before, anew(new Date(ctx.clock.now())))
    await reviveWrites(transactionReader(tx), row, ctx.clock.now())
    await tell(tx, ctx, 'calendar.updated', row, changesBetween(before, row, ['nextSyncAt']))
    return row
  })
}

/**
 * Needs calendars:write and availability:write. What it took is free again. Refuses NOT_FOUND.
 */
export async function deleteCalendarSource(ctx: ActionContext, key: Key): Promise<CalendarSource> {
  demand(ctx.viewer, key.accountId, needed, 'CalendarSource', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockSource(tx, key)
    const { accountId, id } = key
    await tx.calendarSource.delete({ where: { accountId_id: { accountId, id } } })
    await forgetBusyCalendar(tx, ctx, ownerOf(before), calendarOf(before))
    await tell(tx, ctx, 'calendar.deleted', before, [])
    return before
  })
}

type Pausing = { paused: boolean | undefined; hasAccess: boolean }

function pausedFrom(before: CalendarSource, now: Date, { paused, hasAccess }: Pausing) {
  if (paused !== undefined) return paused ? (before.pausedAt ?? now) : null
  // Access that was taken back is there again.
  const wasRevoked = [before.lastError, before.writeError].includes(revokedSentence)
  return hasAccess && wasRevoked ? null : before.pausedAt
}

/** Due now and read whole, and whoever reads it meanwhile comes too late. */
const anew = (now: Date) => ({
  nextSyncAt: now,
  etag: null,
  lastModified: null,
  readAt: null,
  leasedBy: null,
  leasedUntil: null,
})

/** What entries show: what whoever has them written may see, and enough to know whose they are. */
function demandShown({ viewer }: ActionContext, accountId: string): Scope[] {
  demand(viewer, accountId, ['bookings:read', 'staff:read'], 'CalendarSource', 'id')
  return usualScopes.filter((scope) => may(viewer, accountId, [scope]))
}

type Insert = Omit<NewSource, keyof Place> & {
  address: string
  scopes: readonly Scope[]
  createdById: string
}

async function insert(
  tx: Transaction,
  ctx: SourceContext,
  owner: BusyOwner,
  { address, paused, credentials, scopes, ...terms }: Insert,
): Promise<CalendarSource> {
  const { accountId, id, model, path } = owner
  // Those who add at once count one another.
  await lockRow(tx, 'Account', { accountId, id: accountId })
  await lockOwner(tx, owner)
  if ((await tx.calendarSource.count({ where: { accountId } })) >= sourceLimits.perAccount) {
    const message = `An account has at most ${sourceLimits.perAccount} connected calendars.`
    throw refused('LIMIT_REACHED', message, { path: [path] })
  }
  const now = new Date(ctx.clock.now())
  return tx.calendarSource.create({
    data: {
      accountId,
      id: newId(),
      staffId: model === 'StaffMember' ? id : null,
      resourceId: model === 'Resource' ? id : null,
      ...terms,
      scopes: [...scopes],
      urlSealed: ctx.sealer.seal(address),
      credentialsSealed: credentials && ctx.sealer.seal(JSON.stringify(credentials)),
      host: new URL(address).host,
      pausedAt: paused ? now : null,
      nextSyncAt: now,
      createdAt: now,
      updatedAt: now,
    },
  })
}

async function lockSource(tx: Transaction, key: Key): Promise<CalendarSource> {
  await lockRow(tx, 'CalendarSource', key)
  const row = await sourceAt(tx, key)
  if (!row) throw notFound('CalendarSource', 'id')
  return row
}

const sourceAt = (tx: Transaction, { accountId, id }: Key) =>
  tx.calendarSource.findUnique({ where: { accountId_id: { accountId, id } } })

const write = (tx: Transaction, { accountId, id }: Key, data: object) =>
  tx.calendarSource.update({ where: { accountId_id: { accountId, id } }, data })

async function tell(
  tx: Transaction,
  ctx: ActionContext,
  type: string,
  row: CalendarSource,
  changes: Change[],
): Promise<void> {
  const { accountId, id, version } = row
  const subject = { subjectType: 'CalendarSource' as const, subjectId: id, subjectVersion: version }
  await appendEvents(tx, ctx, [{ type, accountId, ...subject, about: aboutOf(row), changes }])
}
