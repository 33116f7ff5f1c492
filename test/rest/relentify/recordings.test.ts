// Every published example, every error of the vendor's page and every edge of its lists, replayed
// in their order against one salon: request in, whole answer out.

import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../../src/graphql/ids.ts'
import { relentify } from '../../../src/rest/relentify/relentify.ts'
import { interest, openLink } from '../../link/link-world.ts'
import { testApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import { openShop } from '../../support/shop.ts'
import { caller, type Call } from '../support/calling.ts'
import { recordingsIn, replay } from '../support/recordings.ts'
import { base, botScopes } from './relentify-world.ts'

const folder = `${import.meta.dirname}/recordings`
const app = await testApp({ start: '2026-04-20T08:00:00Z' })
const names: Record<string, string> = {}
const calls: Record<string, Call> = { anonymous: caller(app, base) }

beforeAll(async () => {
  const shop = await openShop(app.db, {
    timeZone: 'Europe/London',
    hours: [600, 690],
    service: { durationMinutes: 30, slotStepMinutes: 30 },
  })
  const { accountId, serviceId, staffIds } = shop
  const linkId = await openLink(app.db, shop, { slug: '30min-discovery' })
  const asking = await openLink(app.db, shop, { slug: 'qualified', questions: [interest] })
  const keyOf = async (...scopes: typeof botScopes) =>
    (await makeApiKey(app.db, { accountId, scopes })).key
  const keys = {
    unknown: 'nonsense',
    readOnly: await keyOf('bookings:read'),
    writeOnly: await keyOf('bookings:write'),
    usual: await keyOf(...botScopes),
  }
  for (const [name, key] of Object.entries(keys)) {
    calls[name] = caller(app, base, { authorization: `Bearer ${key}` })
  }
  names['linkId'] = encodeId('BookingLink', { accountId, id: linkId })
  names['askingLinkId'] = encodeId('BookingLink', { accountId, id: asking })
  names['serviceId'] = encodeId('Service', { accountId, id: serviceId })
  names['staffId'] = encodeId('StaffMember', { accountId, id: staffIds[0] ?? '' })
})

describe('the Relentify recordings', () => {
  it('are all there', () => {
    expect(recordingsIn(folder)).toHaveLength(44)
  })

  replay({ dialect: relentify, folder, calls: () => calls, names })
})
