// The rows of a world, table by table. Who may make what is tested elsewhere; here only the
// constraints of the database hold.
import { newId } from '../../src/db/id.ts'
import type { Database } from '../../src/db/client.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { monday } from '../support/shop.ts'
import { writeCalendars } from './calendar-rows.ts'
import { writeSpaces } from './space-rows.ts'
import { writeNotices } from './notice-rows.ts'
import { writeWebhooks } from './webhook-rows.ts'
import { writePayments } from './payment-rows.ts'
import { writePeople } from './people-rows.ts'

type Parts = {
  accountId: string
  word: string
  slug: string
  rows: Record<NodeName, string[]>
}

/** How many of what hangs below one thing; spare bookings are for whatever changes one. */
export const sizes = { odd: 7, even: 8, spare: 4 }

const HOUR = 3_600_000
const DAY = 24 * HOUR
const { odd, even, spare } = sizes

/** Pairs of rows share an instant. */
const pairedDay = (start: number, index: number) => new Date(start + Math.floor(index / 2) * DAY)
const made = (index: number) => {
  const at = pairedDay(monday - 60 * DAY, index)
  return { createdAt: at, updatedAt: at }
}

export async function writeRows({ prisma }: Database, parts: Parts): Promise<void> {
  await writeBusiness(prisma, parts)
  await writeHours(prisma, parts)
  await writeSessions(prisma, parts)
  await writeBookings(prisma, parts)
  await writeHolds(prisma, parts)
  await writeRecords(prisma, parts)
  await writeAccess(prisma, parts)
}

type Prisma = Database['prisma']

async function writeBusiness(prisma: Prisma, { accountId, word, slug, rows }: Parts) {
  const name = (index: number) => `${word} ${index % 2}`
  await prisma.account.update({
    where: { id: accountId },
    data: {
      slug,
      name: `${word} business`,
      timeZone: 'UTC',
      currency: 'EUR',
      locale: `en-${word}`,
    },
  })
  await prisma.partyCategory.createMany({
    data: [0, 1].map((position) => ({
      accountId,
      position,
      code: `${word}${position}`,
      name: name(position),
    })),
  })
  await prisma.service.createMany({
    data: rows.Service.map((id, index) => ({
      accountId,
      id,
      name: name(index),
      description: `${word} description`,
      kind: index === 1 ? 'CLASS' : 'APPOINTMENT',
      durationMinutes: 30,
      slotStepMinutes: 30,
      priceMinor: 4500,
      capacity: 20,
      maxParty: 5,
      ...made(index),
    })),
  })
  await prisma.staffMember.createMany({
    data: rows.StaffMember.map((id, index) => ({
      accountId,
      id,
      name: name(index),
      timeZone: 'UTC',
      ...made(index),
      email: `${word}.staff${index}@example.com`.toLowerCase(),
    })),
  })
  await prisma.resource.createMany({
    data: rows.Resource.map((id, index) => ({ accountId, id, name: name(index), ...made(index) })),
  })
  const [service, staff, resource] = [rows.Service[0], rows.StaffMember[0], rows.Resource[0]]
  const pairs = (all: string[], one = '', others: string[] = [], first = '') => [
    ...all.map((id) => [id, first] as const),
    ...others.filter((id) => id !== first).map((id) => [one, id] as const),
  ]
  await prisma.serviceStaff.createMany({
    data: pairs(rows.StaffMember, staff, rows.Service, service).map(
      ([staffId, serviceId], position) => ({
        accountId,
        serviceId,
        staffId,
        position,
        durationMinutes: position === 1 ? 30 : null,
        priceMinor: position === 1 ? 5000 : null,
      }),
    ),
  })
  await prisma.serviceResource.createMany({
    data: pairs(rows.Resource, resource, rows.Service, service).map(([resourceId, serviceId]) => ({
      accountId,
      serviceId,
      resourceId,
    })),
  })
  await prisma.customer.createMany({
    data: rows.Customer.map((id, index) => ({
      accountId,
      id,
      name: name(index),
      firstName: word,
      lastName: word,
      notes: word,
      email: `${word}.customer${index}@example.com`.toLowerCase(),
      phone: `+44 20 ${word}`,
      timeZone: 'UTC',
      locale: `en-${word}`,
      tags: [`${word} tag`],
      groups: [`${word} group`],
      customFields: { [word]: word },
      personalFields: { [word]: word },
      ...made(index),
    })),
  })
}

async function writeHours(prisma: Prisma, { accountId, word, rows }: Parts) {
  await prisma.workingHours.createMany({
    data: rows.WorkingHours.map((id, index) => ({
      accountId,
      id,
      weekday: (index % 7) + 1,
      startMinute: 0,
      endMinute: 1440,
      staffId: index < 7 ? null : (rows.StaffMember[0] ?? null),
    })),
  })
  const owners = [
    {},
    { staffId: rows.StaffMember[0] },
    { resourceId: rows.Resource[0] },
    { serviceId: rows.Service[0] },
  ]
  await prisma.availabilityException.createMany({
    data: rows.AvailabilityException.map((id, index) => ({
      accountId,
      id,
      kind: 'CLOSED',
      reason: word,
      ...owners[index % owners.length],
      on: new Date(Math.floor(pairedDay(monday, index >> 2).getTime() / DAY + 90) * DAY),
    })),
  })
  await prisma.block.createMany({
    data: rows.Block.map((id, index) => ({
      accountId,
      id,
      reason: word,
      ...hourAt(30, index),
    })),
  })
  await prisma.occupancy.createMany({
    data: rows.Block.flatMap((blockId, index) => [
      { ...taken(accountId, 'BLOCK', 30, index), blockId, staffId: rows.StaffMember[0] },
      { ...taken(accountId, 'BLOCK', 30, index), blockId, resourceId: rows.Resource[0] },
    ]),
  })
  await prisma.busyTime.createMany({
    data: rows.BusyTime.map((id, index) => ({
      accountId,
      id,
      ...(index < odd ? { staffId: rows.StaffMember[0] } : { resourceId: rows.Resource[0] }),
      calendar: `${word} calendar`,
      externalId: `${word} entry`,
      ...hourAt(31, index >> 1),
    })),
  })
}

/** The nth hour of the nth day after the Monday on which the clock stands. */
function hourAt(day: number, hour: number) {
  const start = Math.floor(monday / DAY) * DAY + day * DAY + hour * HOUR
  return { startsAt: new Date(start), endsAt: new Date(start + HOUR / 2) }
}

function taken(accountId: string, kind: 'BOOKING' | 'HOLD' | 'BLOCK', day: number, hour: number) {
  return { accountId, id: newId(), kind, ...hourAt(day, hour) }
}

async function writeSessions(prisma: Prisma, { accountId, word, rows }: Parts) {
  await prisma.session.createMany({
    data: rows.Session.map((id, index) => ({
      accountId,
      id,
      serviceId: rows.Service[1] ?? '',
      capacity: 20,
      ...hourAt(5 + Math.floor(index / 2), 10),
      seatsTaken: index === 0 ? odd : 0,
      seatsBlocked: index === 0 ? odd : 0,
    })),
  })
  await writeSpaces(prisma, { accountId, word, rows }, made)
  await prisma.sessionStaff.createMany({
    data: rows.Session.map((sessionId) => ({
      accountId,
      sessionId,
      staffId: rows.StaffMember[0] ?? '',
    })),
  })
  await prisma.sessionResource.createMany({
    data: rows.Session.map((sessionId) => ({
      accountId,
      sessionId,
      resourceId: rows.Resource[7] ?? '',
    })),
  })
}

// First those by appointment with the first of everybody, then those in the first session, then
// three kinds of spare ones, each kind with somebody else.
async function writeBookings(prisma: Prisma, { accountId, word, rows }: Parts) {
  const place = (index: number) => {
    if (index < even) return { at: hourAt(1, index), staff: 0, customer: 0 }
    if (index < even + odd) return { at: hourAt(5, 10), staff: null, customer: 0 }
    const nth = index - even - odd
    const kind = Math.floor(nth / spare)
    return { at: hourAt(kind === 1 ? -3 : 8, nth % spare), staff: kind + 1, customer: 1 }
  }
  await prisma.series.create({
    data: {
      accountId,
      id: rows.Series[0] ?? '',
      serviceId: rows.Service[0] ?? '',
      rule: `FREQ=DAILY;X-NOTE=${word}`,
      skipped: [{ startsAt: new Date(monday).toISOString(), code: 'SLOT_TAKEN', message: word }],
      startsAt: new Date(monday),
    },
  })
  await prisma.bookingLink.createMany({
    data: rows.BookingLink.map((id, index) => ({
      accountId,
      id,
      serviceId: rows.Service[0] ?? '',
      slug: `${word}-${index}`,
      title: `${word} ${index % 2}`,
      questions: [{ id: word, label: word, type: 'CHOICE', required: false, choices: [word] }],
      // It fits nobody: nobody answers.
      routing: [
        {
          conditions: [{ questionId: word, operator: 'IS', value: word }],
          staffIds: null,
          serviceId: null,
          reject: word,
        },
      ],
      ...made(index),
    })),
  })
  await prisma.bookingLinkStaff.create({
    data: {
      accountId,
      linkId: rows.BookingLink[0] ?? '',
      staffId: rows.StaffMember[0] ?? '',
    },
  })
  await prisma.booking.createMany({
    data: rows.Booking.map((id, index) => {
      const { at, staff, customer } = place(index)
      const inSession = staff === null
      return {
        accountId,
        id,
        ...at,
        ...made(index),
        number: `${word}${index}`.toUpperCase(),
        status: index >= even + odd && index < even + odd + spare ? 'PENDING' : 'CONFIRMED',
        serviceId: rows.Service[inSession ? 1 : 0] ?? '',
        staffId: inSession ? null : (rows.StaffMember[staff] ?? null),
        sessionId: inSession ? (rows.Session[0] ?? null) : null,
        customerId: rows.Customer[customer] ?? '',
        linkId: rows.BookingLink[0] ?? null,
        seriesId: rows.Series[0] ?? null,
        party: [{ category: `${word}0`, count: 1 }],
        timeZone: 'UTC',
        currency: 'EUR',
        priceMinor: 4500,
        amountPaidMinor: index === 0 ? rows.Payment.length * 100 : 0,
        externalRef: `${word} reference`,
        notes: word,
        cancelReason: word,
        cancelledBy: word,
        createdBy: word,
        priceReason: word,
        answers: { [word]: word },
        customFields: { [word]: word },
      }
    }),
  })
  await prisma.occupancy.createMany({
    data: rows.Booking.flatMap((bookingId, index) => {
      const { at, staff } = place(index)
      if (staff === null) return []
      const row = { accountId, kind: 'BOOKING' as const, bookingId, ...at }
      const person = { ...row, id: newId(), staffId: rows.StaffMember[staff] ?? '' }
      return [person, { ...row, id: newId(), resourceId: rows.Resource[staff] ?? '' }]
    }),
  })
}

async function writeHolds(prisma: Prisma, { accountId, rows }: Parts) {
  const expiresAt = new Date(monday + HOUR)
  await prisma.hold.createMany({
    data: rows.Hold.map((id, index) => ({
      accountId,
      id,
      serviceId: rows.Service[0] ?? '',
      partySize: 1,
      expiresAt,
      customerId: rows.Customer[0] ?? null,
      linkId: rows.BookingLink[1] ?? null,
      createdAt: new Date(monday - HOUR),
      ...hourAt(9, index),
    })),
  })
  await prisma.occupancy.createMany({
    data: rows.Hold.flatMap((holdId, index) => [
      {
        ...taken(accountId, 'HOLD', 9, index),
        holdId,
        expiresAt,
        staffId: rows.StaffMember[4] ?? '',
      },
      {
        ...taken(accountId, 'HOLD', 9, index),
        holdId,
        expiresAt,
        resourceId: rows.Resource[4] ?? '',
      },
    ]),
  })
}

async function writeRecords(prisma: Prisma, { accountId, word, rows }: Parts) {
  const bookingId = rows.Booking[0] ?? ''
  await writePayments(prisma, { accountId, word, rows }, made)
  await prisma.event.createMany({
    data: rows.BookingEvent.map((id, index) => ({
      id,
      accountId,
      type: index === 0 ? 'booking.created' : 'booking.updated',
      occurredAt: new Date(monday),
      actorKind: 'API_KEY',
      actorId: word,
      actorName: word,
      subjectType: 'Booking',
      subjectId: bookingId,
      subjectVersion: index + 1,
      about: { bookingId, serviceId: rows.Service[0] ?? '', customerId: rows.Customer[0] ?? '' },
      changes: [{ field: 'notes', from: null, to: word }],
    })),
  })
  await prisma.event.createMany({
    data: rows.AccountEvent.map((id, index) => ({
      id,
      accountId,
      type: 'customer.updated',
      occurredAt: new Date(monday),
      actorKind: 'API_KEY',
      actorId: word,
      actorName: word,
      subjectType: 'Customer',
      subjectId: rows.Customer[index] ?? '',
      subjectVersion: 1,
      about: { customerId: rows.Customer[index] ?? '' },
      changes: ['name', 'email'].map((field) => ({ field, from: word, to: word })),
    })),
  })
  await prisma.idempotencyKey.create({
    data: {
      accountId,
      principalId: word,
      key: word,
      operation: 'createBooking',
      inputHash: word,
      resultId: bookingId,
      result: { [word]: word },
      createdAt: new Date(monday),
      expiresAt: new Date(monday + DAY),
    },
  })
  const member = await prisma.membership.findFirst({ where: { accountId } })
  await prisma.auditEntry.createMany({
    data: rows.AuditEntry.map((id, index) => ({
      accountId,
      id,
      occurredAt: pairedDay(monday - 60 * DAY, index),
      actorKind: 'API_KEY',
      actorId: index === 0 ? (rows.ApiKey[0] ?? '') : word,
      actorName: word,
      userId: member?.userId ?? null,
      action: word,
      subjectType: index === 0 ? 'Booking' : word,
      subjectId: index === 0 ? bookingId : word,
      address: word,
      requestId: word,
      changes: [{ field: word, from: word, to: word }],
    })),
  })
}

async function writeAccess(prisma: Prisma, { accountId, word, rows }: Parts) {
  const id = await writePeople(prisma, { accountId, word, rows }, (index) => made(index).createdAt)
  const secretHash = new Uint8Array(32)
  const scopes = ['bookings:read']
  // Of whoever administers already, so that somebody who asks may change them.
  const admin = await prisma.membership.findFirst({
    where: { accountId, role: { in: ['OWNER', 'ADMIN'] }, userId: { not: id } },
  })
  const createdById = admin?.userId ?? id
  await prisma.apiKey.createMany({
    data: rows.ApiKey.map((key, index) => ({
      accountId,
      id: key,
      publicId: `${word}key${index}`,
      previousPublicId: `${word}previous${index}`,
      secretHash,
      name: `${word} ${index % 2}`,
      scopes,
      createdById,
      createdAt: made(index).createdAt,
    })),
  })
  await prisma.apiClient.createMany({
    data: rows.ApiClient.map((client, index) => ({
      id: client,
      publicId: `${word}client${index}`,
      secretHash,
      name: `${word} ${index % 2}`,
      description: word,
      scopes,
      createdById,
      ...made(index),
    })),
  })
  const chosen = rows.ApiClient.map((clientId) => ({ clientId, accountId }))
  await prisma.apiClientAccount.createMany({ data: chosen })
  await prisma.application.createMany({
    data: rows.Application.map((application, index) => ({
      id: application,
      publicId: `${word}app${index}`,
      secretHash,
      name: `${word} ${index % 2}`,
      description: word,
      redirectUrl: `https://${word}.example.com`,
      ownerId: createdById,
      ...made(index),
    })),
  })
  await prisma.installation.createMany({
    data: rows.Installation.map((installation, index) => ({
      accountId,
      id: installation,
      applicationId: rows.Application[index] ?? '',
      publicId: `${word}inst${index}`,
      secretHash,
      scopes,
      permissions: [word],
      approvedById: id,
      createdAt: made(index).createdAt,
    })),
  })
  const madeAt = (index: number) => made(index).createdAt
  await writeNotices(prisma, { accountId, word, rows }, madeAt)
  await writeWebhooks(prisma, { accountId, word, rows }, madeAt)
  await writeCalendars(prisma, { accountId, word, rows, createdById }, madeAt)
}
