// What the page of a booking knows of it: found by the secret in its address, and then asked of the
// graph by the rights of its customer, in what concerns this one booking.

import type { Scope } from '../../auth/scope.ts'
import { parseManageSecret } from '../../auth/secret.ts'
import { visitorOf } from '../../auth/viewer.ts'
import type { BookingStatus } from '../../booking/booking.ts'
import { findManaged } from '../../booking/manage-link.data.ts'
import type { Services } from '../../context.ts'
import { encodeId } from '../../graphql/ids.ts'
import { HttpFault, type Exchange } from '../exchange.ts'
import type { MoneyData } from './summary.ts'
import { ask, openVisit, show, type Visit } from './visit.ts'

/** What the page shows and does. */
const rights: readonly Scope[] = [
  'accounts:read',
  'services:read',
  'staff:read',
  'availability:read',
  'bookings:read',
  'bookings:write',
  'payments:read',
  'payments:write',
]

export type Managed = {
  id: string
  number: string
  status: BookingStatus
  startsAt: Date
  endsAt: Date
  timeZone: string
  version: number
  payBy: Date | null
  party: { total: number }
  price: MoneyData | null
  amountPaid: MoneyData
  deposit: MoneyData
  refundDue: MoneyData
  service: { name: string; cancelFreeHours: number; cancelRefundPercent: number }
  staffMembers: { name: string }[]
  customerMay: { moveUntil: Date | null; cancelUntil: Date | null }
  cancellationPreview: { refund: MoneyData } | null
}

const managedDocument = `query ManagedBooking($id: ID!) {
  booking(id: $id) {
    id number status startsAt endsAt timeZone version payBy
    party { total }
    price { amount currency } amountPaid { amount currency }
    deposit { amount currency } refundDue { amount currency }
    service { name cancelFreeHours cancelRefundPercent }
    staffMembers { name }
    customerMay { moveUntil cancelUntil }
    cancellationPreview { refund { amount currency } }
  }
}`

export type ManagedVisit = Visit & {
  booking: Managed
  /** The address of the page, below that of the service. */
  path: string
  part: 'move' | 'cancel' | null
}

const form = /^(\/manage\/(\w+))(?:\/(move|cancel))?$/

/** The visit of a booking's page; the same 404 for every address that leads to none. */
export async function openManaged(
  services: Services,
  exchange: Exchange,
  fields: ReadonlyMap<string, string>,
): Promise<ManagedVisit> {
  const [, path = '', secret = '', part] = form.exec(exchange.path) ?? []
  const hash = parseManageSecret(secret)
  const key = hash && (await findManaged(services.db, hash, services.clock.now()))
  if (!key) throw new HttpFault(404, 'There is no such page.')
  const { accountId } = key
  const viewer = visitorOf(accountId, { id: `booking ${key.id}`, name: 'Customer' }, rights)
  const visit = await openVisit({ services, exchange, fields, viewer, accountId })
  const id = encodeId('Booking', key)
  const { booking } = await ask<{ booking: Managed | null }>(visit, managedDocument, { id })
  if (!booking) throw new HttpFault(404, 'There is no such page.')
  return { ...visit, booking, path, part: (part as ManagedVisit['part'] | undefined) ?? null }
}

/** Whoever comes from here is not told where that was, and no search engine keeps it. */
export const secretHeaders = {
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
}

export function showManaged(
  visit: Visit,
  title: string,
  body: string,
  shown: { status?: number; formTargets?: readonly string[] } = {},
): void {
  show(visit, title, body, { ...shown, headers: secretHeaders })
}

/** The query that keeps the chosen language. */
export function langQuery({ fields }: Visit, more: Record<string, string> = {}): string {
  const lang = fields.get('lang')
  const query = new URLSearchParams({ ...more, ...(lang && { lang }) }).toString()
  return query && `?${query}`
}
