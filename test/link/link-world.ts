// A shop with a booking link, as its rows stand.

import type { Database } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import type { LinkBooking } from '../../src/link/link.actions.ts'
import type { Distribution, Question } from '../../src/link/link.ts'
import type { Shop } from '../support/shop.ts'

type LinkOptions = {
  slug?: string
  distribution?: Distribution
  /** The pool, in order; none: whoever gives the service. */
  staffIds?: readonly string[]
  questions?: readonly Question[]
  active?: boolean
}

/** Opens a link of the shop's service; returns its id. */
export async function openLink(
  { prisma }: Pick<Database, 'prisma'>,
  { accountId, serviceId }: Shop,
  options: LinkOptions = {},
): Promise<string> {
  const { slug = 'consultation', distribution = 'ROUND_ROBIN', questions = [], active } = options
  const id = newId()
  await prisma.bookingLink.create({
    data: {
      accountId,
      id,
      serviceId,
      slug,
      distribution,
      title: 'A consultation',
      active: active ?? true,
      questions: questions.map((question) => ({ ...question, choices: [...question.choices] })),
      staff: {
        create: (options.staffIds ?? []).map((staffId, position) => ({ staffId, position })),
      },
    },
  })
  return id
}

export const interest: Question = {
  id: 'interest',
  label: 'What are you interested in?',
  type: 'CHOICE',
  required: true,
  choices: ['Cut', 'Colour'],
}

/** What createLinkBooking takes, for somebody new, with nothing special. */
export function through(shop: Shop, linkId: string, wish: Partial<LinkBooking>): LinkBooking {
  return {
    link: { accountId: shop.accountId, id: linkId },
    serviceId: null,
    startsAt: new Date(0),
    staffId: null,
    holdId: null,
    customer: { name: 'Grace Hopper', email: 'grace@example.com' },
    partySize: null,
    party: [],
    timeZone: null,
    notes: null,
    answers: {},
    externalRef: null,
    idempotencyKey: null,
    ...wish,
  }
}
