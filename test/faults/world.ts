// The business that clients write at while things break: three people who cut, with buffers, and a
// class with some sessions of few seats.
import { openDatabase } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop } from '../support/shop.ts'

const hour = 3_600_000

/** All ids are global ones. */
export type World = {
  accountId: string
  key: string
  serviceId: string
  customerId: string
  staffIds: string[]
  classId: string
  sessionIds: string[]
}

/** Opens the business in a migrated database; its sessions begin in the hours after `from`. */
export async function openWorld(url: string, from: number): Promise<World> {
  const db = await openDatabase(url, { maxConnections: 2 })
  const service = { bufferBeforeMinutes: 10, bufferAfterMinutes: 5 }
  const shop = await openShop(db, { staff: 3, hours: [0, 1440], service })
  const { accountId } = shop
  const id = (name: NodeName, row: string) => encodeId(name, { accountId, id: row })
  const classId = newId()
  const kind = { kind: 'CLASS', capacity: 6, maxParty: 3 } as const
  const yoga = { accountId, id: classId, name: 'Yoga', durationMinutes: 60, ...kind }
  await db.prisma.service.create({ data: yoga })
  const sessions = Array.from({ length: 6 }, (_, index) => {
    const startsAt = new Date((Math.ceil(from / hour) + 48 + index) * hour)
    const endsAt = new Date(startsAt.getTime() + hour)
    return { accountId, id: newId(), serviceId: classId, startsAt, endsAt, capacity: 6 }
  })
  await db.prisma.session.createMany({ data: sessions })
  const { key } = await makeApiKey(db, { accountId })
  await db.close()
  return {
    accountId,
    key,
    serviceId: id('Service', shop.serviceId),
    customerId: id('Customer', shop.customerId),
    staffIds: shop.staffIds.map((staffId) => id('StaffMember', staffId)),
    classId: id('Service', classId),
    sessionIds: sessions.map((session) => id('Session', session.id)),
  }
}
