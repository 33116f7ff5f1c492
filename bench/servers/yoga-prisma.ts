// GraphQL Yoga with Pothos and its Prisma plugin, as their documentation shows it: relations by
// t.relation, lists by t.prismaField. No credential, scopes, cost or masking of its own.

import { createServer } from 'node:http'
import SchemaBuilder from '@pothos/core'
import PrismaPlugin from '@pothos/plugin-prisma'
import { createYoga } from 'graphql-yoga'
import { openDatabase } from '../../src/db/client.ts'
import type PrismaTypes from '../../src/generated/pothos.ts'
import { getDatamodel } from '../../src/generated/pothos.ts'
import { serve } from '../support/served.ts'

const db = await openDatabase(process.env['BENCH_DATABASE_URL'] ?? '')
const builder = new SchemaBuilder<{
  PrismaTypes: PrismaTypes
  DefaultFieldNullability: false
}>({
  defaultFieldNullability: false,
  plugins: [PrismaPlugin],
  prisma: { client: db.prisma, dmmf: getDatamodel() },
})

for (const name of ['StaffMember', 'Service'] as const) {
  builder.prismaObject(name, { fields: (t) => ({ name: t.exposeString('name') }) })
}

builder.prismaObject('Customer', {
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    bookings: t.relation('bookings', {
      args: { last: t.arg.int({ required: true }) },
      query: ({ last }) => ({ orderBy: { startsAt: 'asc' }, take: -last }),
    }),
  }),
})

builder.prismaObject('Booking', {
  fields: (t) => ({
    id: t.exposeID('id'),
    startsAt: t.string({
      select: { startsAt: true },
      resolve: (row) => row.startsAt.toISOString(),
    }),
    status: t.exposeString('status'),
    customer: t.relation('customer'),
    staff: t.relation('staff', { nullable: true }),
    service: t.relation('service'),
  }),
})

builder.queryType({
  fields: (t) => ({
    bookings: t.prismaField({
      type: ['Booking'],
      args: { accounts: t.arg.idList({ required: true }), first: t.arg.int({ required: true }) },
      resolve: (query, _root, { accounts, first }) =>
        db.prisma.booking.findMany({
          ...query,
          where: { accountId: { in: accounts } },
          orderBy: [{ startsAt: 'desc' }, { id: 'desc' }],
          take: first,
        }),
    }),
    booking: t.prismaField({
      type: 'Booking',
      nullable: true,
      args: { account: t.arg.id({ required: true }), id: t.arg.id({ required: true }) },
      resolve: (query, _root, { account, id }) =>
        db.prisma.booking.findUnique({
          ...query,
          where: { accountId_id: { accountId: account, id } },
        }),
    }),
    customers: t.prismaField({
      type: ['Customer'],
      args: { account: t.arg.id({ required: true }), first: t.arg.int({ required: true }) },
      resolve: (query, _root, { account, first }) =>
        db.prisma.customer.findMany({
          ...query,
          where: { accountId: account, active: true },
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
          take: first,
        }),
    }),
  }),
})

const yoga = createYoga({ schema: builder.toSchema(), graphiql: false, logging: false })
// Yoga handles requests by itself; what its promise says is of no interest here.
await serve(
  createServer((req, res) => void yoga(req, res)),
  () => db.close(),
)
