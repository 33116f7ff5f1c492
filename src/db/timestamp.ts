// An instant as statements take it. Knows no noun.

import { Prisma } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'

/** The parameter that stands for an instant. */
export function timestamptz(at: Instant | Date | null): Prisma.Sql {
  return Prisma.sql`${at === null ? null : new Date(at).toISOString()}::timestamptz`
}
