// For Prisma's own command line: where the schema and the migrations are. The program itself and
// its scripts do not read this.
import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: './prisma/schema.prisma',
  migrations: { path: './prisma/migrations' },
  // `prisma migrate deploy` needs it; generating does not.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
})
