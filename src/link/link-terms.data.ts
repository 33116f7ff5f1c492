// The terms of a booking link, between its row and those of its pool and services.

import type { Key } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'
import type { BookingLink } from '../generated/prisma/client.ts'
import type { Question } from './link.ts'
import type { LinkTerms } from './link-terms.ts'
import { dateOn, type LinkHours, type LinkWindow } from './link-window.ts'
import type { RoutingRule } from './routing.ts'

/** The terms as they stand. */
export async function readTerms(tx: Transaction, link: BookingLink): Promise<LinkTerms> {
  const where = { accountId: link.accountId, linkId: link.id }
  const orderBy = { position: 'asc' } as const
  const staff = await tx.bookingLinkStaff.findMany({ where, orderBy })
  const others = await tx.bookingLinkService.findMany({ where, orderBy })
  const { slug, title, distribution, visitorsChooseStaff, expiresAt, maxBookings } = link
  return {
    slug,
    title,
    distribution,
    visitorsChooseStaff,
    expiresAt,
    maxBookings,
    serviceIds: [link.serviceId, ...others.map(({ serviceId }) => serviceId)],
    staffIds: staff.map(({ staffId }) => staffId),
    ...rulesOf(link),
    ...windowOfRow(link),
  }
}

/** The window, as it stands in a link's row. */
export function windowOfRow(link: BookingLink): LinkWindow {
  const { minNoticeMinutes, maxAdvanceDays } = link
  return {
    hours: link.hours as unknown as LinkHours[],
    minNoticeMinutes,
    maxAdvanceDays,
    bookableFromOn: dateOn(link.bookableFromOn),
    bookableUntilOn: dateOn(link.bookableUntilOn),
  }
}

/** Rows of questions and rules are written by this room only. */
export function rulesOf({ questions, routing }: Pick<BookingLink, 'questions' | 'routing'>): {
  questions: Question[]
  routing: RoutingRule[]
} {
  return {
    questions: questions as unknown as Question[],
    routing: routing as unknown as RoutingRule[],
  }
}

/** The columns of a link's own row. */
export function termsRow(terms: LinkTerms) {
  const { slug, title, distribution, visitorsChooseStaff, expiresAt, maxBookings } = terms
  const { questions, routing } = terms
  const { hours, minNoticeMinutes, maxAdvanceDays, bookableFromOn, bookableUntilOn } = terms
  return {
    hours: hours.map((interval) => ({ ...interval })),
    minNoticeMinutes,
    maxAdvanceDays,
    bookableFromOn: bookableFromOn && new Date(bookableFromOn),
    bookableUntilOn: bookableUntilOn && new Date(bookableUntilOn),
    slug,
    title,
    distribution,
    visitorsChooseStaff,
    expiresAt,
    maxBookings,
    serviceId: terms.serviceIds[0] ?? '',
    questions: questions.map((question) => ({ ...question, choices: [...question.choices] })),
    routing: routing.map(({ conditions, staffIds, ...rule }) => ({
      ...rule,
      conditions: conditions.map((condition) => ({ ...condition })),
      staffIds: staffIds && [...staffIds],
    })),
  }
}

/** Replaces the pool and the further services of a locked or new link. */
export async function writePool(
  tx: Transaction,
  { accountId, id }: Key,
  { staffIds, serviceIds }: LinkTerms,
): Promise<void> {
  const of = { accountId, linkId: id }
  await tx.bookingLinkStaff.deleteMany({ where: of })
  await tx.bookingLinkService.deleteMany({ where: of })
  await tx.bookingLinkStaff.createMany({
    data: staffIds.map((staffId, position) => ({ ...of, staffId, position })),
  })
  await tx.bookingLinkService.createMany({
    data: serviceIds.slice(1).map((serviceId, position) => ({ ...of, serviceId, position })),
  })
}
