// Peer: Fastify, Mercurius and graphql-jit over hand-written SQL, without scopes, cost or masking.

import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'
import { serve } from '../support/served.ts'

const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 })

const schema = `
  type Named { name: String! }
  type Booking { id: ID! startsAt: String! status: String! customer: Named! staff: Named service: Named! }
  type Customer { id: ID! name: String! bookings(last: Int!): [Booking!]! }
  type Query {
    bookings(accounts: [ID!]!, first: Int!): [Booking!]!
    booking(account: ID!, id: ID!): Booking
    customers(account: ID!, first: Int!): [Customer!]!
  }`

const columns = `b."accountId", b."id", b."startsAt", b."status", b."customerId", c."name" AS "customerName",
  m."name" AS "staffName", s."name" AS "serviceName"`
const names = `JOIN "Customer" c ON c."accountId" = b."accountId" AND c."id" = b."customerId"
  LEFT JOIN "StaffMember" m ON m."accountId" = b."accountId" AND m."id" = b."staffId"
  JOIN "Service" s ON s."accountId" = b."accountId" AND s."id" = b."serviceId"`
const latest = 'ORDER BY b."startsAt" DESC, b."id" DESC'

const shown = (row) => ({
  ...row,
  startsAt: row.startsAt.toISOString(),
  customer: { name: row.customerName },
  staff: row.staffName && { name: row.staffName },
  service: { name: row.serviceName },
})

async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows
}

const resolvers = {
  Query: {
    bookings: async (_root, { accounts, first }) => {
      const limit = Math.min(Math.max(Math.trunc(first), 0), 100)
      const page = `SELECT b.* FROM "Booking" b WHERE b."accountId" = u.id ${latest} LIMIT ${limit}`
      const found = await rows(
        `list ${limit}`,
        `SELECT ${columns} FROM (SELECT b.* FROM unnest($1::uuid[]) u(id)
          CROSS JOIN LATERAL (${page}) b ${latest} LIMIT ${limit}) b ${names} ${latest}`,
        [accounts],
      )
      return found.map(shown)
    },
    booking: async (_root, { account, id }) => {
      const found = await rows(
        'one',
        `SELECT ${columns} FROM "Booking" b ${names} WHERE b."accountId" = $1 AND b."id" = $2`,
        [account, id],
      )
      return found[0] ? shown(found[0]) : null
    },
    customers: async (_root, { account, first }) => {
      const limit = Math.min(Math.max(Math.trunc(first), 0), 100)
      return rows(
        `customers ${limit}`,
        `SELECT "accountId", "id", "name" FROM "Customer" WHERE "accountId" = $1 AND "active"
          ORDER BY "name", "id" LIMIT ${limit}`,
        [account],
      )
    },
  },
}

const loaders = {
  Customer: {
    bookings: async (queries) => {
      const limit = Math.min(Math.max(Math.trunc(queries[0].params.last), 0), 100)
      const found = await rows(
        `below ${limit}`,
        `SELECT ${columns} FROM unnest($1::uuid[], $2::uuid[]) u(account, id)
          CROSS JOIN LATERAL (SELECT b.* FROM "Booking" b WHERE b."accountId" = u.account
            AND b."customerId" = u.id ${latest} LIMIT ${limit}) b ${names} ${latest}`,
        [queries.map(({ obj }) => obj.accountId), queries.map(({ obj }) => obj.id)],
      )
      const byCustomer = Map.groupBy(found.map(shown), ({ customerId }) => customerId)
      return queries.map(({ obj }) => (byCustomer.get(obj.id) ?? []).toReversed())
    },
  },
}

const app = Fastify()
app.register(mercurius, { schema, resolvers, loaders, jit: 1, graphiql: false })
await app.ready()
await serve(app.server, async () => {
  app.server.closeAllConnections()
  await pool.end()
})
