// GET /availability: the open slots of one day of one booking link.

import { z } from 'zod'
import { localDate } from '../fields.ts'
import { Absent, route } from '../route.ts'
import { linkNames, linkNotFound, namesNoLink, testMode, utc } from './suite.ts'

type Data = {
  bookingLink: {
    id: string
    slug: string
    active: boolean
    availability: { slots: { startsAt: Date; endsAt: Date }[] }
  } | null
}

export const listSlots = route({
  name: 'getAvailability',
  summary: 'Get availability slots',
  method: 'GET',
  path: '/availability',
  query: z
    .object({ ...testMode, ...linkNames, date: localDate })
    .refine((query) => !namesNoLink(query), { path: ['booking_link_id'] }),
  document: `query RelentifyAvailability($id: ID, $slug: String, $date: LocalDate!) {
    bookingLink(id: $id, slug: $slug) {
      id slug active
      availability(from: $date, days: 1) { slots { startsAt endsAt } }
    }
  }`,
  variables: ({ query }) => ({
    id: query.booking_link_id || null,
    slug: query.slug || null,
    date: query.date,
  }),
  refusals: { NOT_FOUND: linkNotFound },
  answer: {
    status: 200,
    description: "The slots that are open; the day is one of the business's own time zone.",
    schema: z.object({
      data: z.object({
        booking_link_id: z.string(),
        slug: z.string(),
        date: z.iso.date(),
        slots: z.array(z.object({ start: z.iso.datetime(), end: z.iso.datetime() })),
      }),
    }),
  },
  reply: ({ bookingLink: link }: Data, { query }) => {
    if (!link?.active) throw new Absent(linkNotFound.message)
    const slots = link.availability.slots.map(({ startsAt, endsAt }) => ({
      start: utc(startsAt),
      end: utc(endsAt),
    }))
    return { data: { booking_link_id: link.id, slug: link.slug, date: query.date, slots } }
  },
  example: {
    query: { slug: '30min-discovery', date: '2026-05-01' },
    answer: {
      data: {
        booking_link_id: 'DAGh_AJxTz6fAyzuBEFxRQ',
        slug: '30min-discovery',
        date: '2026-05-01',
        slots: [{ start: '2026-05-01T09:00:00Z', end: '2026-05-01T09:30:00Z' }],
      },
    },
  },
})
