// Every published route, every error of the table and every paging edge, replayed in their order
// against one escape room: request in, whole answer out.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bookingflow } from '../../../src/rest/bookingflow/bookingflow.ts'
import { testApp } from '../../support/app.ts'
import type { Call } from '../support/calling.ts'
import { recordingsIn, replay } from '../support/recordings.ts'
import { callWith, openVenue, start } from './bookingflow-world.ts'

const app = await testApp({ start })
const folder = join(import.meta.dirname, 'recordings')
const names: Record<string, string> = {}
const calls: Record<string, Call> = {}

beforeAll(async () => {
  const venue = await openVenue(app, 'zagadka')
  const foreign = await openVenue(app)
  Object.assign(names, {
    vaultId: venue.vaultId,
    gamesId: venue.gamesId,
    adaId: venue.customerGlobalId,
    accountId: venue.id('Account', venue.accountId),
    foreignRoomId: foreign.vaultId,
  })
  const readOnly = await venue.keyWith(
    'bookings:read',
    'services:read',
    'customers:read',
    'availability:read',
    'staff:read',
    'accounts:read',
  )
  const narrow = await venue.keyWith('bookings:read', 'bookings:write', 'services:read')
  Object.assign(calls, {
    usual: venue.call,
    public: callWith(app, venue.key, '/bookingflow/api/v1/public'),
    nobody: callWith(app, null),
    wrong: callWith(app, 'nonsense'),
    readOnly: callWith(app, readOnly),
    bookingsOnly: callWith(app, narrow),
  })
})

describe('the BookingFlow recordings', () => {
  it('ask every route', () => {
    const asked = new Set(
      recordingsIn(folder).map(({ request: { method, path } }) =>
        `${method} ${path.replace(/\?.*/, '')}`.replace(/(bookings|rooms|customers)\/.+/, '$1/:id'),
      ),
    )
    const missing = bookingflow.routes.filter(({ method, path }) => !asked.has(`${method} ${path}`))
    expect(missing.map(({ name }) => name)).toEqual([])
  })

  replay({ dialect: bookingflow, folder, calls: () => calls, names })
})
