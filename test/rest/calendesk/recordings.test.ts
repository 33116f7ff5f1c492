// Every published example, every error and every edge of the vendor's page, replayed in the order
// of their names against one business: request in, whole answer out.
import { join } from 'node:path'
import { beforeAll, describe } from 'vitest'
import { allScopes, type Scope } from '../../../src/auth/scope.ts'
import { calendesk } from '../../../src/rest/calendesk/calendesk.ts'
import { testApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import type { Call } from '../support/calling.ts'
import { replay } from '../support/recordings.ts'
import { callerOf, mount, numberFrom, openBusiness, published, start } from './calendesk-world.ts'

const app = await testApp({ start })
const calls: Record<string, Call> = {}
const names: Record<string, string | number> = { base: app.url + mount }

beforeAll(async () => {
  const slug = 'your-tenant-id'
  const { accountId, key, call } = await openBusiness(app, { slug, hours: published })
  const other = await openBusiness(app)
  await app.db.prisma.account.update({
    where: { id: accountId },
    data: { publicAvailability: true },
  })
  const without = async (pattern: RegExp) => {
    const scopes = allScopes.filter((scope: Scope) => !pattern.test(scope))
    return callerOf(app, (await makeApiKey(app.db, { accountId, scopes })).key, slug)
  }
  Object.assign(calls, {
    usual: call,
    nobody: callerOf(app, null, slug),
    nobodyElsewhere: callerOf(app, null, other.slug),
    nobodyNowhere: callerOf(app, null, null),
    wrong: callerOf(app, 'nonsense', slug),
    stranger: callerOf(app, key, other.slug),
    noTenant: callerOf(app, key, null),
    noUsers: await without(/^customers:/),
    noPrices: await without(/^payments:/),
    readOnly: await without(/:write$/),
    writeOnly: await without(/^bookings:read/),
    bookingsOnly: await without(/^(?!(bookings|accounts):)/),
  })
  await numberFrom(app, 'Customer', 201)
  await numberFrom(app, 'Booking', 5001)
  await numberFrom(app, 'Payment', 701)
  await numberFrom(app, 'WebhookEndpoint', 801)
})

describe('the recordings', () => {
  replay({
    dialect: calendesk,
    folder: join(import.meta.dirname, 'recordings'),
    calls: () => calls,
    names,
  })
})
