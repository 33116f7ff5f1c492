// Subscriptions as the documentation of GraphQL Yoga sets them up: createPubSub, graphql-ws and
// ws, an execution for every subscriber and event. The same shape as ours, no credentials.

import { createServer } from 'node:http'
import type { ExecutionArgs } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import pg from 'pg'
import { WebSocketServer } from 'ws'
import { serve } from '../support/served.ts'

const pool = new pg.Pool({ connectionString: process.env['BENCH_DATABASE_URL'], max: 10 })
const pubSub = createPubSub<{ bookingEvents: [accountId: string, event: object] }>()

const booking = `SELECT b."number", b."status"::text, json_build_object('name', c."name") AS "customer"
  FROM "Booking" b JOIN "Customer" c ON c."accountId" = b."accountId" AND c."id" = b."customerId"
  WHERE b."id" = $1`

type Event = { accountId: string; bookingId: string }

const yoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: `
      scalar JSON
      type Customer { name: String! }
      type Booking { number: String! status: String! customer: Customer }
      type FieldChange { field: String! from: JSON to: JSON }
      type BookingEvent {
        id: ID! cursor: String! type: String! changes: [FieldChange!]! booking: Booking
      }
      type Query { ready: Boolean! }
      type Mutation { publish(event: JSON!): Boolean! }
      type Subscription { bookingEvents(accounts: [ID!]): BookingEvent! }`,
    resolvers: {
      Mutation: {
        publish: (_root, { event }: { event: Event }) => {
          pubSub.publish('bookingEvents', event.accountId, event)
          return true
        },
      },
      BookingEvent: {
        booking: async ({ bookingId }: Event) =>
          (await pool.query({ name: 'booking', text: booking, values: [bookingId] })).rows[0],
      },
      Subscription: {
        bookingEvents: {
          subscribe: (_root, { accounts }: { accounts: string[] }) =>
            pubSub.subscribe('bookingEvents', accounts[0] ?? ''),
          resolve: (event: Event) => event,
        },
      },
    },
  }),
})

const server = createServer(yoga)
const sockets = new WebSocketServer({ server, path: yoga.graphqlEndpoint })

type Enveloped = Pick<ReturnType<typeof yoga.getEnveloped>, 'execute' | 'subscribe'>
const envelopOf = ({ rootValue }: ExecutionArgs) => rootValue as Enveloped

useServer(
  {
    execute: (args: ExecutionArgs) => envelopOf(args).execute(args),
    subscribe: (args: ExecutionArgs) => envelopOf(args).subscribe(args),
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      })
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      }
      const errors = validate(args.schema, args.document)
      return errors.length > 0 ? errors : args
    },
  },
  sockets,
)

await serve(server, async () => {
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  await pool.end()
})
