// A clinic as a client of Appointedd's V1 API meets it: two of the staff, a room, an appointment
// and a class with one session.
import { allScopes, type Scope } from '../../../src/auth/scope.ts'
import { newId } from '../../../src/db/id.ts'
import type { TestApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import { tuesday } from '../../support/shop.ts'
import { openBusiness, type Business } from '../appointedd/appointedd-world.ts'
import { caller, type Call } from '../support/calling.ts'

export const mount = '/appointedd/v1'

export type Clinic = Business & {
  key: string
  call: Call
  classId: string
  sessionId: string
  /** What the recordings call its things. */
  names: Record<string, string>
}

type Options = { slug?: string; timeZone?: string; service?: object }

const integrationScopes = allScopes.filter((scope) => !/^(clients|apps|audit):/.test(scope))

export async function openClinic(app: TestApp, options: Options = {}): Promise<Clinic> {
  const { slug = 'clinic', timeZone = 'Europe/London', service } = options
  const business = await openBusiness(app, {
    name: 'Clinic',
    slug,
    timeZone,
    staff: 2,
    service: { durationMinutes: 30, slotStepMinutes: 30, bufferAfterMinutes: 10, ...service },
  })
  const { accountId, serviceId, staffIds, customerId, id } = business
  const [classId, sessionId, roomId] = [newId(), newId(), newId()]
  await app.db.prisma.service.create({
    data: {
      accountId,
      id: classId,
      name: 'Yoga',
      kind: 'CLASS',
      durationMinutes: 60,
      capacity: 8,
      maxParty: 4,
      priceMinor: 1250,
    },
  })
  const startsAt = tuesday(18)
  const endsAt = tuesday(19)
  await app.db.prisma.session.create({
    data: { accountId, id: sessionId, serviceId: classId, startsAt, endsAt, capacity: 8 },
  })
  await app.db.prisma.resource.create({
    data: { accountId, id: roomId, name: 'Room', capacity: 1 },
  })
  const key = await keyFor(app, accountId, integrationScopes)
  return {
    ...business,
    key,
    call: calling(app, key),
    classId,
    sessionId,
    names: {
      account: id('Account'),
      cut: id('Service', serviceId),
      yoga: id('Service', classId),
      session: id('Session', sessionId),
      one: id('StaffMember', staffIds[0]),
      two: id('StaffMember', staffIds[1]),
      room: id('Resource', roomId),
      ada: id('Customer', customerId),
    },
  }
}

export async function keyFor(
  app: TestApp,
  accountId: string,
  scopes: readonly Scope[],
): Promise<string> {
  return (await makeApiKey(app.db, { accountId, scopes, name: 'V1' })).key
}

export const calling = (app: TestApp, key: string) => caller(app, mount, { 'x-api-key': key })
