// Peer: PostGraphile 5 over the gateway's own tables, as its documentation sets it up.

import { createServer } from 'node:http'
import { makePgService } from 'postgraphile/adaptors/pg'
import { postgraphile } from 'postgraphile'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { serve } from '../support/served.ts'

const connectionString = process.env.BENCH_DATABASE_URL
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ['public'], poolConfig: { max: 10 } })],
  grafserv: { graphiql: false, graphqlPath: '/graphql', watch: false },
  grafast: { explain: false },
})
const server = createServer()
await instance.createServ(grafserv).addTo(server)
await serve(server, () => instance.release())
