// A business as the vendor's page has it: employees 5 and 10, service 5, user 200, in Warsaw.
import type { Scope } from '../../../src/auth/scope.ts'
import { allScopes } from '../../../src/auth/scope.ts'
import { newId } from '../../../src/db/id.ts'
import type { TestApp } from '../../support/app.ts'
import { makeAccount, makeApiKey } from '../../support/makers.ts'
import { caller, type Call } from '../support/calling.ts'

export const mount = '/calendesk/api'

/** When the tests begin: Monday, 30 March 2026, 10:00 in Warsaw. */
export const start = '2026-03-30T08:00:00Z'

export type Business = {
  accountId: string
  slug: string
  key: string
  /** With the credential of the business. */
  call: Call
  serviceId: string
  staffIds: Record<5 | 10, string>
  customerId: string
}

type Hours = [weekday: number, start: number, end: number, from?: string]

type Options = { slug?: string; timeZone?: string; hours?: Hours[]; scopes?: readonly Scope[] }

const createdAt = new Date('2026-03-01T09:00:00Z')
const [wednesday, thursday] = [3, 4]

/** The hours of the published example; every day from nine to five for whoever has none. */
export const published: Hours[] = [
  [wednesday, 540, 720],
  [wednesday, 840, 960],
  [thursday, 540, 660],
]

export async function openBusiness(app: TestApp, options: Options = {}): Promise<Business> {
  const { timeZone = 'Europe/Warsaw', hours = [], scopes = allScopes } = options
  const { prisma } = app.db
  const account = await makeAccount(app.db, {
    timeZone,
    currency: 'PLN',
    ...(options.slug !== undefined && { slug: options.slug }),
  })
  const { id: accountId, slug } = account
  const staffIds = { 5: newId(), 10: newId() }
  const [serviceId, customerId] = [newId(), newId()]
  const everyDay = [1, 2, 3, 4, 5, 6, 7].map((weekday): Hours => [weekday, 540, 1020])
  await prisma.staffMember.createMany({
    data: [
      { accountId, id: staffIds[5], serial: 5, name: 'Anna Nowak', createdAt },
      { accountId, id: staffIds[10], serial: 10, name: 'Piotr Zieliński', createdAt },
    ],
  })
  const rows = (list: Hours[], staffId: string | null) =>
    list.map(([weekday, startMinute, endMinute, from]) => ({
      accountId,
      id: newId(),
      staffId,
      weekday,
      startMinute,
      endMinute,
      validFromOn: from === undefined ? null : new Date(from),
    }))
  await prisma.workingHours.createMany({
    data: [
      ...rows(everyDay, null),
      ...rows(hours, hours.length > 0 ? staffIds[5] : null),
      ...(hours.length > 0 ? rows([[wednesday, 540, 1020, '2026-04-15']], staffIds[10]) : []),
    ],
  })
  await prisma.service.create({
    data: {
      accountId,
      id: serviceId,
      serial: 5,
      name: 'Consultation',
      kind: 'APPOINTMENT',
      durationMinutes: 60,
      slotStepMinutes: 30,
      priceMinor: 10_000,
      createdAt,
    },
  })
  await prisma.serviceStaff.createMany({
    data: Object.values(staffIds).map((staffId) => ({ accountId, serviceId, staffId })),
  })
  await prisma.customer.create({
    data: {
      accountId,
      id: customerId,
      serial: 200,
      name: 'Jane Smith',
      firstName: 'Jane',
      lastName: 'Smith',
      email: 'jane@example.com',
      timeZone: 'Europe/Warsaw',
      createdAt: new Date('2025-01-15T10:30:00Z'),
    },
  })
  const { key } = await makeApiKey(app.db, { accountId, scopes })
  const call = callerOf(app, key, slug)
  return { accountId, slug, key, call, serviceId, staffIds, customerId }
}

export function callerOf(app: TestApp, key: string | null, slug: string | null): Call {
  return caller(app, mount, {
    ...(key !== null && { 'x-api-key': key }),
    ...(slug !== null && { 'x-tenant': slug }),
  })
}

/** The next numbers that rows of a table get, in every business. */
export async function numberFrom(app: TestApp, table: string, next: number): Promise<void> {
  const sequence = `"${table}_serial_seq"`
  await app.db.pool.query(`ALTER SEQUENCE ${sequence} RESTART WITH ${next}`)
}
