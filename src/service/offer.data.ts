// Who gives a service and what it takes: the links to staff and resources, read and replaced.

import type { Key } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalid, notFound } from '../errors.ts'

/** What is different when this staff member gives the service; null is as the service says. */
export type StaffTerms = {
  staffId: string
  durationMinutes: number | null
  priceMinor: number | null
}

export type OfferChange = {
  /** Who gives the service, in this order; those who stay keep their terms. */
  staffIds?: readonly string[]
  /** Replaces the terms of those who are named. */
  staffTerms?: readonly StaffTerms[]
  /** Alternatives: the short way to say a single requirement. */
  resourceIds?: readonly string[]
  /** One list per requirement, each of alternatives: a booking takes one of each. */
  resourceRequirements?: readonly (readonly string[])[]
}

export type Offer = {
  staffIds: string[]
  staffTerms: StaffTerms[]
  resourceRequirements: string[][]
}

export const emptyOffer: Offer = { staffIds: [], staffTerms: [], resourceRequirements: [] }

/** The offer as it stands. */
export async function readOffer(tx: Transaction, { accountId, id }: Key): Promise<Offer> {
  const where = { accountId, serviceId: id }
  const staff = await tx.serviceStaff.findMany({
    where,
    orderBy: [{ position: 'asc' }, { staffId: 'asc' }],
  })
  const resources = await tx.serviceResource.findMany({ where, orderBy: { resourceId: 'asc' } })
  const groups = [...Map.groupBy(resources, ({ requirement }) => requirement)]
  return {
    staffIds: staff.map(({ staffId }) => staffId),
    staffTerms: staff.filter(isOwn).map(({ staffId, durationMinutes, priceMinor }) => ({
      staffId,
      durationMinutes,
      priceMinor,
    })),
    resourceRequirements: groups
      .toSorted(([a], [b]) => a - b)
      .map(([, group]) => group.map(({ resourceId }) => resourceId)),
  }
}

const isOwn = (terms: Omit<StaffTerms, 'staffId'>) =>
  terms.durationMinutes !== null || terms.priceMinor !== null

/** Changes the offer of a locked service and returns it as it stands then. */
export async function changeOffer(
  tx: Transaction,
  service: Key,
  before: Offer,
  change: OfferChange,
): Promise<Offer> {
  const { staffIds, staffTerms, resourceIds, resourceRequirements } = change
  if (!staffIds && !staffTerms && !resourceIds && !resourceRequirements) return before
  if (resourceIds && resourceRequirements) {
    throw invalid(['resourceIds'], 'Give "resourceIds" or "resourceRequirements", not both.')
  }
  if (staffIds || staffTerms) await writeStaff(tx, service, before, change)
  if (resourceIds) {
    const groups = resourceIds.length > 0 ? [resourceIds] : []
    await writeResources(tx, service, groups, 'resourceIds')
  }
  if (resourceRequirements) {
    await writeResources(tx, service, resourceRequirements, 'resourceRequirements')
  }
  return readOffer(tx, service)
}

async function writeStaff(tx: Transaction, service: Key, before: Offer, change: OfferChange) {
  const { accountId, id: serviceId } = service
  const staffIds = [...new Set(change.staffIds ?? before.staffIds)]
  const known = await tx.staffMember.count({ where: { accountId, id: { in: staffIds } } })
  if (known !== staffIds.length) throw notFound('StaffMember', 'staffIds')
  const terms = new Map(before.staffTerms.map((own) => [own.staffId, own]))
  for (const own of change.staffTerms ?? []) {
    if (!staffIds.includes(own.staffId)) throw notFound('StaffMember', 'staffTerms')
    terms.set(own.staffId, own)
  }
  refuseTerms([...terms.values()])
  await tx.serviceStaff.deleteMany({ where: { accountId, serviceId } })
  await tx.serviceStaff.createMany({
    data: staffIds.map((staffId, position) => ({
      accountId,
      serviceId,
      staffId,
      position,
      durationMinutes: terms.get(staffId)?.durationMinutes ?? null,
      priceMinor: terms.get(staffId)?.priceMinor ?? null,
    })),
  })
}

const longestMinutes = 30 * 1440

function refuseTerms(terms: readonly StaffTerms[]): void {
  for (const { durationMinutes: minutes, priceMinor } of terms) {
    if (minutes !== null && (minutes < 1 || minutes > longestMinutes)) {
      throw invalid(['staffTerms'], `${minutes} minutes are not between 1 and ${longestMinutes}.`)
    }
    if (priceMinor !== null && priceMinor < 0) {
      throw invalid(['staffTerms'], `A price of ${priceMinor} is below 0.`)
    }
  }
}

async function writeResources(
  tx: Transaction,
  service: Key,
  requirements: readonly (readonly string[])[],
  path: string,
) {
  const { accountId, id: serviceId } = service
  const data = requirements.flatMap((alternatives, index) =>
    [...new Set(alternatives)].map((resourceId) => ({
      accountId,
      serviceId,
      resourceId,
      requirement: index + 1,
    })),
  )
  const ids = new Set(data.map(({ resourceId }) => resourceId))
  if (requirements.some(({ length }) => length === 0)) {
    throw invalid([path], 'A requirement names at least one resource.')
  }
  if (ids.size < data.length) {
    throw invalid([path], 'A resource can stand in one requirement only.')
  }
  const known = await tx.resource.count({ where: { accountId, id: { in: [...ids] } } })
  if (known !== ids.size) throw notFound('Resource', path)
  await tx.serviceResource.deleteMany({ where: { accountId, serviceId } })
  await tx.serviceResource.createMany({ data })
}
