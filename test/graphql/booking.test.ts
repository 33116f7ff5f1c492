// Booking over the graph: document in, whole answer out.

import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()

let shop: Shop
let key: string
let id: Record<'account' | 'service' | 'staff' | 'customer', string>

beforeAll(async () => {
  shop = await openShop(app.db, { staff: 1 })
  const { accountId } = shop
  key = (await makeApiKey(app.db, { accountId })).key
  id = {
    account: encodeId('Account', { accountId, id: accountId }),
    service: encodeId('Service', { accountId, id: shop.serviceId }),
    staff: encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' }),
    customer: encodeId('Customer', { accountId, id: shop.customerId }),
  }
})

const create = `mutation ($input: CreateBookingInput!) { createBooking(input: $input) {
  __typename
  ... on CreateBookingSuccess { data { id number status startsAt endsAt version } }
  ... on SlotTakenError { nextSlots { startsAt staffIds } }
  ... on Refusal { code message path }
} }`

const bookingOf = async (startsAt: Date) => {
  const input = { serviceId: id.service, customerId: id.customer, startsAt }
  const { data } = await app.graphql(key, create, { input })
  return data.createBooking.data
}

describe('createBooking', () => {
  it('books what availability lists, and then lists it no more', async () => {
    const list = `query ($input: AvailabilityInput!) { availability(input: $input) {
      timeZone days { date slots { startsAt endsAt staff { id } seatsAvailable } } nextAvailable { startsAt }
    } }`
    const asked = { input: { serviceId: id.service, from: '2026-03-05', days: 1 } }
    const before = (await app.graphql(key, list, asked)).data.availability
    expect(before).toMatchObject({ timeZone: 'UTC', nextAvailable: null })
    const [first] = before.days[0].slots
    expect(first).toEqual({
      startsAt: '2026-03-05T09:00:00.000Z',
      endsAt: '2026-03-05T10:00:00.000Z',
      staff: [{ id: id.staff }],
      seatsAvailable: null,
    })
    const input = { serviceId: id.service, customerId: id.customer, startsAt: first.startsAt }
    const { data } = await app.graphql(key, create, { input })
    expect(data.createBooking).toMatchObject({
      __typename: 'CreateBookingSuccess',
      data: { startsAt: first.startsAt, endsAt: first.endsAt, status: 'CONFIRMED' },
    })
    const after = (await app.graphql(key, list, asked)).data.availability
    expect(after.days[0].slots[0].startsAt).toBe('2026-03-05T10:00:00.000Z')
  })

  it('answers a taken slot as data, with the next free starts', async () => {
    await bookingOf(tuesday(10))
    const input = { serviceId: id.service, customerId: id.customer, startsAt: tuesday(10) }
    const { data, errors } = await app.graphql(key, create, { input })
    expect(errors).toBeUndefined()
    expect(data.createBooking).toMatchObject({
      __typename: 'SlotTakenError',
      code: 'SLOT_TAKEN',
      message: 'This time of "Cut" is taken.',
      path: ['startsAt'],
    })
    expect(data.createBooking.nextSlots[0]).toEqual({
      startsAt: '2026-03-03T11:00:00.000Z',
      staffIds: [id.staff],
    })
  })

  it('names every field that is wrong', async () => {
    const input = { serviceId: id.service, startsAt: tuesday(12), partySize: 3, party: [] }
    const { data } = await app.graphql(key, create, { input })
    expect(data.createBooking).toMatchObject({ code: 'VALIDATION_FAILED', path: ['customerId'] })
    const zone = { input: { ...input, customerId: id.customer, timeZone: 'Mars/Base' } }
    const { errors } = await app.graphql(key, create, zone)
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})

describe('a booking', () => {
  it('is found by id and by number, and shows all that hangs on it', async () => {
    const { id: bookingId, number } = await bookingOf(tuesday(14))
    const one = `query ($id: ID, $number: String, $account: ID) {
      booking(id: $id, number: $number, account: $account) {
        id account { id } service { id name } staff { id } staffMembers { id } resources { id }
        customer { id name } session { id } party { total categories { category } }
        price { amount currency formatted(locale: "en") } amountPaid { amount } payments { totalCount }
      } }`
    const byId = await app.graphql(key, one, { id: bookingId })
    expect(byId).toEqual({
      data: {
        booking: {
          id: bookingId,
          account: { id: id.account },
          service: { id: id.service, name: 'Cut' },
          staff: { id: id.staff },
          staffMembers: [{ id: id.staff }],
          resources: [],
          customer: { id: id.customer, name: 'Ada Byron' },
          session: null,
          party: { total: 1, categories: [] },
          price: { amount: 4500, currency: 'EUR', formatted: '€45.00' },
          amountPaid: { amount: 0 },
          payments: { totalCount: 0 },
        },
      },
    })
    const byNumber = { number: number.toLowerCase(), account: id.account }
    expect(await app.graphql(key, one, byNumber)).toEqual(byId)
    // One account is meant where there is one; of several it has to be said which.
    expect(await app.graphql(key, one, { number })).toEqual(byId)
    const { id: other } = await makeAccount(app.db)
    const accountIds = [shop.accountId, other]
    const { token } = await makeApiClient(app.db, { accountIds, now: app.clock.now() })
    const { data, errors } = await app.graphql(token, one, { number })
    expect([data, errors?.[0]?.extensions.code]).toEqual([{ booking: null }, 'BAD_USER_INPUT'])
    expect(await app.graphql(token, one, byNumber)).toEqual(byId)
    const elsewhere = { number, account: encodeId('Account', { accountId: other, id: other }) }
    expect(await app.graphql(token, one, elsewhere)).toEqual({ data: { booking: null } })
  })

  it('is moved, approved and cancelled by mutations that say what they refuse', async () => {
    const booked = await bookingOf(tuesday(16))
    const move = `mutation ($input: RescheduleBookingInput!) { rescheduleBooking(input: $input) {
      ... on RescheduleBookingSuccess { data { id startsAt version } }
      ... on VersionConflictError { code currentVersion } } }`
    const to = { id: booked.id, startsAt: '2026-03-04T09:00:00Z', expectedVersion: 1 }
    expect((await app.graphql(key, move, { input: to })).data.rescheduleBooking).toEqual({
      data: { id: booked.id, startsAt: '2026-03-04T09:00:00.000Z', version: 2 },
    })
    expect((await app.graphql(key, move, { input: to })).data.rescheduleBooking).toEqual({
      code: 'VERSION_CONFLICT',
      currentVersion: 2,
    })
    const confirm = `mutation ($input: ConfirmBookingInput!) { confirmBooking(input: $input) {
      ... on IllegalTransitionError { from to message } } }`
    const confirmed = await app.graphql(key, confirm, { input: { id: booked.id } })
    expect(confirmed.data.confirmBooking).toMatchObject({ from: 'CONFIRMED', to: 'CONFIRMED' })
    const cancel = `mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) {
      ... on CancelBookingSuccess { data { status cancelReason refundDue { amount } } }
      ... on Refusal { code } } }`
    const input = { id: booked.id, reason: 'ill' }
    expect((await app.graphql(key, cancel, { input })).data.cancelBooking).toEqual({
      data: { status: 'CANCELLED', cancelReason: 'ill', refundDue: { amount: 0 } },
    })
    expect((await app.graphql(key, cancel, { input })).data.cancelBooking).toEqual({
      code: 'ALREADY_CANCELLED',
    })
  })
})

describe('a hold', () => {
  it('is placed, swapped and released over the graph', async () => {
    const place = `mutation ($input: PlaceHoldInput!) { placeHold(input: $input) {
      ... on PlaceHoldSuccess { data { id state startsAt expiresAt service { name } } }
      ... on Refusal { code } } }`
    const wish = { serviceId: id.service, startsAt: '2026-03-06T09:00:00Z' }
    const { data: first } = (await app.graphql(key, place, { input: wish })).data.placeHold
    expect(first).toMatchObject({ state: 'LIVE', expiresAt: '2026-03-02T08:05:00.000Z' })
    const taken = await app.graphql(key, place, { input: wish })
    expect(taken.data.placeHold).toEqual({ code: 'SLOT_TAKEN' })
    const swap = { ...wish, replaces: first.id }
    const { data: second } = (await app.graphql(key, place, { input: swap })).data.placeHold
    const release = `mutation ($input: ReleaseHoldInput!) { releaseHold(input: $input) {
      ... on ReleaseHoldSuccess { data { state } } ... on Refusal { code } } }`
    const gone = await app.graphql(key, release, { input: { id: first.id } })
    expect(gone.data.releaseHold).toEqual({ code: 'HOLD_EXPIRED' })
    const released = await app.graphql(key, release, { input: { id: second.id } })
    expect(released.data.releaseHold).toEqual({ data: { state: 'RELEASED' } })
  })
})

describe('firstAvailable', () => {
  it('answers for services of several accounts at once, classes by their sessions', async () => {
    const yoga = await openShop(app.db, { staff: 0, service: { kind: 'CLASS', name: 'Flow' } })
    await schedule(yoga, 3, tuesday(18))
    const { accountId } = yoga
    const other = (await makeApiKey(app.db, { accountId })).key
    const document = `query ($ids: [ID!]!) { firstAvailable(serviceIds: $ids, perService: 2) {
      service { name } slots { startsAt seatsAvailable session { seatsAvailable } } } }`
    const ids = [encodeId('Service', { accountId, id: yoga.serviceId })]
    const { data } = await app.graphql(other, document, { ids })
    expect(data.firstAvailable).toEqual([
      {
        service: { name: 'Flow' },
        slots: [
          {
            startsAt: '2026-03-03T18:00:00.000Z',
            seatsAvailable: 3,
            session: { seatsAvailable: 3 },
          },
        ],
      },
    ])
    const foreign = await app.graphql(key, document, { ids })
    expect(foreign.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' })
  })
})
