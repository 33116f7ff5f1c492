// What can be done to services: create, update, archive. Each change and its event are one
// transaction; a stale expectedVersion changes nothing.

import { demandCurrency } from '../account/currency.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Service } from '../generated/prisma/client.ts'
import { dateText } from '../time/instant.ts'
import { changeOffer, emptyOffer, readOffer, type Offer, type OfferChange } from './offer.data.ts'
import { serviceIssues, type ServiceTerms } from './service.ts'

type Extras = {
  description?: string | null
  stepFrom?: 'MIDNIGHT' | 'WINDOW'
  staffMode?: 'ANY' | 'COLLECTIVE'
  requiresConfirmation?: boolean
}

/** `currencies` are those that the caller named beside prices: all must be the account's. */
type Alongside = OfferChange & { currencies?: readonly (string | null | undefined)[] }

export type NewService = Partial<ServiceTerms> &
  Pick<ServiceTerms, 'name' | 'kind' | 'durationMinutes'> &
  Extras &
  Alongside

export type ServiceChange = Partial<Omit<ServiceTerms, 'kind'>> &
  Extras &
  Alongside & { active?: true }

const fields = [
  'name',
  'description',
  'kind',
  'durationMinutes',
  'priceMinor',
  'bufferBeforeMinutes',
  'bufferAfterMinutes',
  'slotStepMinutes',
  'stepFrom',
  'staffMode',
  'minNoticeMinutes',
  'maxAdvanceDays',
  'bookableFromOn',
  'bookableUntilOn',
  'dailyLimit',
  'capacity',
  'minParty',
  'maxParty',
  'requiresConfirmation',
  'cancelFreeHours',
  'cancelRefundPercent',
  'depositPercent',
  'depositMinor',
  'payWithinMinutes',
  'reminderMinutes',
  'thanksMinutes',
  'active',
  'staffIds',
  'staffTerms',
  'resourceRequirements',
] as const

const defaults = {
  priceMinor: null,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  slotStepMinutes: 15,
  minNoticeMinutes: 0,
  maxAdvanceDays: null,
  bookableFromOn: null,
  bookableUntilOn: null,
  dailyLimit: null,
  capacity: 1,
  minParty: 1,
  cancelFreeHours: 0,
  cancelRefundPercent: 100,
  depositPercent: 0,
  depositMinor: null,
  payWithinMinutes: 30,
  reminderMinutes: [1440],
  thanksMinutes: null,
}

/** Needs services:write. Refuses VALIDATION_FAILED, NOT_FOUND, IDEMPOTENCY_CONFLICT. */
export async function createService(
  ctx: ActionContext,
  accountId: string,
  input: NewService,
  idempotencyKey?: string | null,
): Promise<Service> {
  demand(ctx.viewer, accountId, ['services:write'], 'Account', 'accountId')
  const once = { accountId, key: idempotencyKey, operation: 'createService', input }
  const again = (tx: Transaction) => (key: Key) =>
    tx.service.findUnique({ where: { accountId_id: key } })
  return transaction(ctx.db, (tx) =>
    idempotent(tx, ctx, once, () => addService(tx, ctx, accountId, input), again(tx)),
  )
}

async function addService(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  input: NewService,
): Promise<Service> {
  const [given, offer, currencies] = partsOf(input)
  const terms = { ...defaults, maxParty: given.capacity ?? defaults.capacity, ...given }
  invalidAll(serviceIssues(terms))
  await demandCurrency(tx, accountId, currencies, 'price', 'currency')
  const now = new Date(ctx.clock.now())
  const service = await tx.service.create({
    data: { ...terms, accountId, id: newId(), createdAt: now, updatedAt: now },
  })
  const after = await changeOffer(tx, service, emptyOffer, offer)
  const changes = changesBetween(null, shown(service, after), fields)
  await appendEvents(tx, ctx, [eventOf('service.created', service, changes)])
  return service
}

/** Needs services:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT. */
export async function updateService(
  ctx: ActionContext,
  key: Key,
  input: ServiceChange,
  expectedVersion?: number | null,
): Promise<Service> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'Service', 'id')
  const [given, offer, currencies] = partsOf(input)
  return transaction(ctx.db, async (tx) => {
    const before = await lockService(tx, key)
    checkVersion('Service', before.version, expectedVersion)
    invalidAll(serviceIssues({ ...before, ...given }))
    await demandCurrency(tx, key.accountId, currencies, 'price', 'currency')
    const offerBefore = await readOffer(tx, key)
    const offerAfter = await changeOffer(tx, key, offerBefore, offer)
    const changes = changesBetween(
      shown(before, offerBefore),
      shown({ ...before, ...given }, offerAfter),
      fields,
    )
    if (changes.length === 0) return before
    const service = await tx.service.update({
      where: { accountId_id: key },
      data: { ...given, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    await appendEvents(tx, ctx, [eventOf('service.updated', service, changes)])
    return service
  })
}

/** Takes a service out of the offer; bookings of it stay. Archiving twice changes nothing. */
export async function archiveService(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<Service> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'Service', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockService(tx, key)
    checkVersion('Service', before.version, expectedVersion)
    if (!before.active) return before
    const service = await tx.service.update({
      where: { accountId_id: key },
      data: { active: false, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    const changes = changesBetween(before, service, ['active'])
    await appendEvents(tx, ctx, [eventOf('service.archived', service, changes)])
    return service
  })
}

async function lockService(tx: Transaction, key: Key): Promise<Service> {
  await lockRow(tx, 'Service', key)
  const service = await tx.service.findUnique({ where: { accountId_id: key } })
  if (!service) throw notFound('Service', 'id')
  return service
}

/** The columns, the links and the currencies of an input. */
function partsOf<Input extends Alongside>(input: Input) {
  const { staffIds, staffTerms, resourceIds, resourceRequirements, ...others } = input
  const { currencies = [], ...given } = others
  const offer = { staffIds, staffTerms, resourceIds, resourceRequirements }
  return [given, offer, currencies] as const
}

/** A service as events tell of it: dates as local dates, links as lists of ids. */
function shown(service: Service, offer: Offer): Record<string, unknown> {
  const date = (value: Date | null) => value && dateText(value)
  return {
    ...service,
    bookableFromOn: date(service.bookableFromOn),
    bookableUntilOn: date(service.bookableUntilOn),
    ...offer,
  }
}

function eventOf(type: string, service: Service, changes: Change[]) {
  return {
    type,
    accountId: service.accountId,
    subjectType: 'Service' as const,
    subjectId: service.id,
    subjectVersion: service.version,
    about: { serviceId: service.id },
    changes,
  }
}
