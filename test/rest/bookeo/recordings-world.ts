// The business that the recordings are replayed against, and what their names stand for.
import { encodeId } from '../../../src/graphql/ids.ts'
import { testApp } from '../../support/app.ts'
import { giveRole, makeAccount } from '../../support/makers.ts'
import { caller, type Call } from '../support/calling.ts'
import { callAs, install, openHarbour, type Harbour } from './bookeo-world.ts'

// Sunday, 1 March 2026, 19:00 in Sydney.
const app = await testApp({ start: '2026-03-01T08:00:00Z' })
const calls: Record<string, Call> = {}
const names: Record<string, string> = {}

async function ready(): Promise<void> {
  const harbour = await openHarbour(app, {
    sessions: [new Date('2026-03-04T00:00:00Z'), new Date('2026-03-05T00:00:00Z')],
  })
  const { accountId, staffIds, resourceIds, sessionIds, customerId } = harbour
  calls['usual'] = harbour.call
  calls['nobody'] = caller(app, '/bookeo/v2')
  calls['stranger'] = callAs(app, { ...harbour.keys, secretKey: 'sgs_wrong' })
  calls['reader'] = callAs(app, await install(app, { accountId, permissions: ['bookings_r_all'] }))
  const booking = ['bookings_rw_all', 'availability_r']
  calls['booker'] = callAs(app, await install(app, { accountId, permissions: booking }))
  const settings = ['settings_r']
  calls['settings'] = callAs(app, await install(app, { accountId, permissions: settings }))
  const owner = await app.db.prisma.installation.findFirstOrThrow({
    where: { accountId, permissions: { has: 'subaccounts_all' } },
  })
  const second = await makeAccount(app.db, { name: 'Lake Tours', timeZone: 'Asia/Kolkata' })
  const foreign = await makeAccount(app.db, { name: 'Foreign' })
  await giveRole(app.db, second.id, owner.approvedById, 'OWNER')
  await giveRole(app.db, foreign.id, owner.approvedById, 'ADMIN')
  Object.assign(names, {
    secretKey: harbour.keys.secretKey,
    apiKey: harbour.keys.apiKey,
    account: harbour.id('Account'),
    ...(await codesOf(harbour)),
    kayak: harbour.kayak,
    cruise: harbour.cruise,
    staff: harbour.id('StaffMember', staffIds[0]),
    boat: harbour.id('Resource', resourceIds[0]),
    session: harbour.id('Session', sessionIds[0]),
    later: harbour.id('Session', sessionIds[1]),
    ada: harbour.id('Customer', customerId),
    second_account: encodeId('Account', { accountId: second.id, id: second.id }),
    foreign_account: encodeId('Account', { accountId: foreign.id, id: foreign.id }),
    url: app.url,
  })
}

export const world = { app, calls, names, ready }

/** The numbers of the products, which depend on what was there before. */
async function codesOf({ accountId, cruiseId }: Harbour): Promise<Record<string, string>> {
  const services = await app.db.prisma.service.findMany({ where: { accountId } })
  return Object.fromEntries(
    services.map(({ id, serial }) => [
      id === cruiseId ? 'cruiseCode' : 'kayakCode',
      String(serial),
    ]),
  )
}
