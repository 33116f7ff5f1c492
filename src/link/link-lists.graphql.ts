// Lists of booking links: over accounts, and below an account or a service.

import { Prisma, type BookingLink } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType, contains } from '../graphql/lists.ts'
import { orderInput, refersTo } from '../graphql/narrow.ts'
import { readLinks } from './link.graphql.ts'

const BookingLinkConnection = connectionType<BookingLink>('BookingLink', 'BookingLink')

const BookingLinkFilter = builder.inputType('BookingLinkFilter', {
  description: 'Narrows a list of booking links; what is left out does not narrow.',
  fields: (t) => ({
    active: t.boolean({ description: 'Only those that are, or are not, active.' }),
    serviceIds: t.idList({ description: 'Only those that book one of these services.' }),
    search: t.string({ description: 'Only those whose title or slug contains this.' }),
  }),
})

type Filter = typeof BookingLinkFilter.$inferInput | null | undefined

function matching(filter: Filter): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (filter?.active != null) where.push(Prisma.sql`r."active" = ${filter.active}`)
  if (filter?.serviceIds) where.push(refersTo('serviceId', 'Service', filter.serviceIds))
  if (filter?.search) {
    const { search } = filter
    where.push(Prisma.sql`(${contains('title', search)} OR ${contains('slug', search)})`)
  }
  return where
}

const { Input: BookingLinkOrder, orderOf } = orderInput(
  'BookingLinkOrder',
  {
    TITLE: { column: 'title', type: 'text', description: 'By title.' },
    CREATED_AT: { column: 'createdAt', type: 'timestamptz', description: 'By when it was made.' },
  },
  { field: 'TITLE', direction: 'ASC' },
)

const lists = listFields({
  type: BookingLinkConnection,
  table: 'BookingLink',
  scopes: readLinks,
  args: (t) => ({
    filter: t.arg({ type: BookingLinkFilter, description: 'Which ones.' }),
    orderBy: t.arg({ type: BookingLinkOrder, description: 'In which order.' }),
  }),
  where: ({ filter }) => matching(filter),
  order: ({ orderBy }) => orderOf(orderBy),
})

lists.over(
  'bookingLinks',
  'Booking links over accounts, by title unless another order is asked for.',
)

const below = 'Its booking links, by title unless another order is asked for.'

lists.below('Account', 'bookingLinks', below)
lists.below('Service', 'bookingLinks', below, Prisma.sql`r."serviceId" = u."parentId"`)
