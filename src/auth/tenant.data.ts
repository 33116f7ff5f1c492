// The account that a request names by its slug, which is public, before it is known who asks.

import type { Pool } from 'pg'

export type Tenant = {
  id: string
  /** Whether free times are shown to whoever has no credential. */
  publicAvailability: boolean
}

export async function findTenant(pool: Pool, slug: string): Promise<Tenant | undefined> {
  if (!/^[a-z0-9-]{2,63}$/.test(slug)) return undefined
  const { rows } = await pool.query<Tenant>({
    name: 'auth_tenant',
    text: `SELECT "id", "publicAvailability" FROM "Account" WHERE "slug" = $1`,
    values: [slug],
  })
  return rows[0]
}
