// What a booking page knows of its link: asked of the graph by the rights of whoever opens the
// page, which are those of the link itself.

import type { Scope } from '../../auth/scope.ts'
import { findTenant } from '../../auth/tenant.data.ts'
import { visitorOf } from '../../auth/viewer.ts'
import type { Services } from '../../context.ts'
import type { Distribution, Question } from '../../link/link.ts'
import { HttpFault, type Exchange } from '../exchange.ts'
import {
  dateOf,
  offeredFields,
  shownDays,
  type Looking,
  type Offered,
  type SlotData,
} from './times.ts'
import type { MoneyData } from './summary.ts'
import type { WithWhom } from './staff.ts'
import { ask, openVisit, type Visit } from './visit.ts'

/** What the page shows of the business. */
const reading: readonly Scope[] = [
  'accounts:read',
  'services:read',
  'staff:read',
  'availability:read',
  'payments:read',
]

/** What booking takes beside it: also the address at which the booking is managed. */
const booking: readonly Scope[] = [...reading, 'bookings:read', 'bookings:write', 'payments:write']

export type ServiceData = {
  id: string
  name: string
  description: string | null
  kind: 'APPOINTMENT' | 'CLASS'
  durationMinutes: number
  minParty: number
  maxParty: number
  price: MoneyData | null
  depositPercent: number
  deposit: MoneyData | null
  cancelFreeHours: number
  cancelRefundPercent: number
  requiresConfirmation: boolean
}

const serviceFields = `id name description kind durationMinutes minParty maxParty
  price { amount currency } depositPercent deposit { amount currency }
  cancelFreeHours cancelRefundPercent requiresConfirmation`

export type LinkData = {
  id: string
  title: string
  open: boolean
  distribution: Distribution
  visitorsChooseStaff: boolean
  questions: Question[]
  routing: { reject: string | null }[]
  services: ServiceData[]
}

const linkDocument = `query BookingPage($slug: String!, $account: ID!) {
  bookingLink(slug: $slug, account: $account) {
    id title open distribution visitorsChooseStaff
    questions { id label type required choices }
    routing { reject }
    services { ${serviceFields} }
  }
}`

export type LinkVisit = Visit & {
  link: LinkData
  path: string
  /** The same visit with the right to book through the link. */
  booker: Visit
  /** Whether something may be kept for the visitor, who may not have it kept ever anew. */
  mayKeep: () => boolean
}

const pagePath = /^\/book\/([a-z0-9-]{2,63})\/([a-z0-9-]{1,100})$/

const absent = () => new HttpFault(404, 'There is no such page.')

/** The visit of a booking page; a 404 or, for a link that is closed, a 410. */
export async function openLinkVisit(
  services: Services,
  exchange: Exchange,
  fields: ReadonlyMap<string, string>,
  mayKeep: () => boolean,
): Promise<LinkVisit> {
  const [path, accountSlug = '', slug = ''] = pagePath.exec(exchange.path) ?? []
  const tenant = path && (await findTenant(services.db.pool, accountSlug))
  if (!tenant) throw absent()
  const who = { id: `link ${accountSlug}/${slug}`, name: `Booking page "${slug}"` }
  const viewer = visitorOf(tenant.id, who, reading)
  const visit = await openVisit({ services, exchange, fields, viewer, accountId: tenant.id })
  const variables = { slug, account: visit.business.id }
  const { bookingLink: link } = await ask<{ bookingLink: LinkData | null }>(
    visit,
    linkDocument,
    variables,
  )
  if (!link?.services.length) throw absent()
  const booker = { ...visit, viewer: visitorOf(tenant.id, who, booking) }
  return { ...visit, link, path, booker, mayKeep }
}

export type Led = { service: ServiceData; reject: string | null; isLed: boolean }

const routeDocument = `query BookingPageRoute($link: ID!, $answers: JSONObject!) {
  bookingLink(id: $link) { route(answers: $answers) { reject service { ${serviceFields} } } }
}`

type RouteData = {
  bookingLink: { route: { reject: string | null; service: ServiceData | null } } | null
}

/** What is booked: where the answers lead, else what was chosen, else the link's first service. */
export async function serviceOf(visit: LinkVisit, answers: object): Promise<Led> {
  const { link, fields } = visit
  const chosen = link.services.find(({ id }) => id === fields.get('service')) ?? link.services[0]
  const own = { service: chosen as ServiceData, reject: null, isLed: false }
  if (link.routing.length === 0) return own
  const data = await ask<RouteData>(visit, routeDocument, { link: link.id, answers })
  if (!data.bookingLink) throw absent()
  const { reject, service } = data.bookingLink.route
  return { service: service ?? own.service, reject, isLed: service !== null }
}

/** For how many: what was asked for, as far as the service takes it. */
export function partyOf({ fields }: Visit, { minParty, maxParty }: ServiceData): number {
  const asked = Number(fields.get('party'))
  return Number.isInteger(asked) ? Math.min(Math.max(asked, minParty), maxParty) : minParty
}

const timesDocument = `query BookingPageTimes($link: ID!, $from: LocalDate!, $days: Int!,
  $zone: TimeZone!, $party: PositiveInt!, $service: ID, $staff: ID, $answers: JSONObject) {
  bookingLink(id: $link) {
    availability(from: $from, days: $days, timeZone: $zone, partySize: $party,
      serviceId: $service, staffId: $staff, answers: $answers) { ${offeredFields} }
  }
}`

export type Wanted = { led: Led; withWhom: WithWhom; party: number; answers: object }

/** What is free on the shown days, or on one of them. */
export async function offeredOn(
  visit: LinkVisit,
  { led, withWhom, party, answers }: Wanted,
  { zone, from }: Pick<Looking, 'zone' | 'from'>,
  days = shownDays,
): Promise<Offered> {
  const { link } = visit
  const { bookingLink } = await ask<{ bookingLink: { availability: Offered } | null }>(
    visit,
    timesDocument,
    {
      link: link.id,
      from,
      days,
      zone,
      party,
      service: led.isLed ? null : led.service.id,
      staff: withWhom.chosen?.id ?? null,
      answers: link.routing.length > 0 ? answers : null,
    },
  )
  if (!bookingLink) throw absent()
  return bookingLink.availability
}

/** The chosen slot, as it is offered now; null when it is not. */
export async function slotAt(
  visit: LinkVisit,
  wanted: Wanted,
  { zone, start }: Looking,
): Promise<SlotData | null> {
  if (!start) return null
  const at = start.getTime()
  const { days } = await offeredOn(visit, wanted, { zone, from: dateOf(zone, at) }, 1)
  const slots = days.flatMap((day) => day.slots)
  return slots.find(({ startsAt }) => new Date(startsAt).getTime() === at) ?? null
}
