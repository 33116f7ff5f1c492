// Lists of booking links: over accounts, and below an account or a service.

import { Prisma, type BookingLink } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  contains,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
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

const listQuery = (args: {
  filter?: Filter
  orderBy?: typeof BookingLinkOrder.$inferInput | null
}) => ({ table: 'BookingLink', where: matching(args.filter), order: orderOf(args.orderBy) })

builder.queryField('bookingLinks', (t) =>
  t.field({
    type: BookingLinkConnection,
    scopes: readLinks,
    description: 'Booking links over accounts, by title unless another order is asked for.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      filter: t.arg({ type: BookingLinkFilter, description: 'Which ones.' }),
      orderBy: t.arg({ type: BookingLinkOrder, description: 'In which order.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) =>
      listOverAccounts<BookingLink>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, readLinks),
        listQuery(args),
        args,
      ),
  }),
)

const below = {
  Account: Prisma.sql`TRUE`,
  Service: Prisma.sql`r."serviceId" = u."parentId"`,
}

for (const [parent, where] of Object.entries(below)) {
  builder.prismaObjectField(parent as keyof typeof below, 'bookingLinks', (t) =>
    t.field({
      type: BookingLinkConnection,
      nullable: true,
      scopes: readLinks,
      description: 'Its booking links, by title unless another order is asked for.',
      complexity: connectionCost,
      args: {
        filter: t.arg({ type: BookingLinkFilter, description: 'Which ones.' }),
        orderBy: t.arg({ type: BookingLinkOrder, description: 'In which order.' }),
        ...pageArgs(t),
      },
      resolve: (row, args, ctx) => {
        const accountId = 'accountId' in row ? row.accountId : row.id
        const query = listQuery(args)
        const all = { ...query, where: [where, ...query.where] }
        const key = { accountId, id: row.id }
        return listBelow<BookingLink>(ctx, key, `${parent}.bookingLinks`, args, all, args)
      },
    }),
  )
}
