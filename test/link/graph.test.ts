// Booking links over the graph: who sees them, by what they are found, what is booked through them.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { makeApiClient, makeApiKey } from '../support/makers.ts'
import { openShop, tuesday, type Shop } from '../support/shop.ts'
import { interest, openLink } from './link-world.ts'

const app = await testApp()

let shop: Shop
let other: Shop
let key: string
let id: Record<'link' | 'closed' | 'foreign' | 'account' | 'service' | 'first' | 'second', string>

beforeAll(async () => {
  shop = await openShop(app.db, { staff: 3, timeZone: 'Europe/London' })
  other = await openShop(app.db)
  const { accountId, serviceId, staffIds } = shop
  const [first = '', second = ''] = staffIds
  const staff = [second, first]
  const link = await openLink(app.db, shop, { staffIds: staff, questions: [interest] })
  const closed = await openLink(app.db, shop, { slug: 'closed', active: false })
  const foreign = await openLink(app.db, other)
  key = (await makeApiKey(app.db, { accountId })).key
  id = {
    link: encodeId('BookingLink', { accountId, id: link }),
    closed: encodeId('BookingLink', { accountId, id: closed }),
    foreign: encodeId('BookingLink', { accountId: other.accountId, id: foreign }),
    account: encodeId('Account', { accountId, id: accountId }),
    service: encodeId('Service', { accountId, id: serviceId }),
    first: encodeId('StaffMember', { accountId, id: first }),
    second: encodeId('StaffMember', { accountId, id: second }),
  }
})

const keyWith = async (...scopes: Scope[]) =>
  (await makeApiKey(app.db, { accountId: shop.accountId, scopes })).key

const alice = { name: 'Alice Example', email: 'alice@example.com' }

describe('bookingLink', () => {
  const whole = `query ($id: ID, $slug: String, $account: ID) {
    bookingLink(id: $id, slug: $slug, account: $account) {
      id slug title distribution active version
      questions { id label type required choices }
      account { id } service { id } staff { id }
      availability(from: "2026-03-03", days: 1) { timeZone days { date slots { startsAt } } }
    }
  }`

  it('shows what is asked, by whom it is done in its order, and when it is free', async () => {
    const { data, errors } = await app.graphql(key, whole, { id: id.link })
    expect(errors).toBeUndefined()
    const { availability, ...link } = data.bookingLink
    expect(link).toEqual({
      id: id.link,
      slug: 'consultation',
      title: 'A consultation',
      distribution: 'ROUND_ROBIN',
      active: true,
      version: 1,
      questions: [interest],
      account: { id: id.account },
      service: { id: id.service },
      staff: [{ id: id.second }, { id: id.first }],
    })
    expect(availability.timeZone).toBe('Europe/London')
    expect(availability.days[0].date).toBe('2026-03-03')
    expect(availability.days[0].slots[0]).toEqual({ startsAt: '2026-03-03T09:00:00.000Z' })
  })

  it('is found by slug, and in the named account only', async () => {
    const found = async (variables: Record<string, string>) =>
      (await app.graphql(key, whole, variables)).data.bookingLink?.id ?? null
    expect(await found({ slug: 'consultation' })).toBe(id.link)
    expect(await found({ slug: 'consultation', account: id.account })).toBe(id.link)
    const foreignAccount = encodeId('Account', { accountId: other.accountId, id: other.accountId })
    expect(await found({ slug: 'consultation', account: foreignAccount })).toBeNull()
    expect(await found({ slug: 'nothing' })).toBeNull()
    expect(await found({ id: id.foreign })).toBeNull()
    expect(await found({ id: id.service })).toBeNull()
  })

  it('of a slug that several accounts have asks for the account', async () => {
    const accountIds = [shop.accountId, other.accountId]
    const { token } = await makeApiClient(app.db, { accountIds, now: app.clock.now() })
    const { data, errors } = await app.graphql(token, whole, { slug: 'consultation' })
    expect(data.bookingLink).toBeNull()
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
    const named = await app.graphql(token, whole, { slug: 'consultation', account: id.account })
    expect(named.data.bookingLink.id).toBe(id.link)
  })

  it('needs availability:read or bookings:read; either will do', async () => {
    const short = `query ($id: ID) { bookingLink(id: $id) { id
      availability(from: "2026-03-03", days: 1) { slots { startsAt } }
      service { id }
    } }`
    for (const scope of ['availability:read', 'bookings:read'] as const) {
      const { data, errors } = await app.graphql(await keyWith(scope), short, { id: id.link })
      expect(data.bookingLink.id).toBe(id.link)
      expect(data.bookingLink.availability.slots.length).toBeGreaterThan(20)
      expect(data.bookingLink.service).toBeNull()
      expect(errors).toMatchObject([
        {
          path: ['bookingLink', 'service'],
          extensions: {
            code: 'FORBIDDEN',
            requiredScopes: [
              ['availability:read', 'services:read'],
              ['bookings:read', 'services:read'],
            ],
          },
        },
      ])
    }
    const neither = await keyWith('services:read', 'staff:read', 'bookings:write')
    const { data, errors } = await app.graphql(neither, short, { id: id.link })
    expect(data.bookingLink).toBeNull()
    expect(errors).toMatchObject([
      {
        message:
          'This needs the scope "availability:read", or "bookings:read", which your credential ' +
          'lacks here.',
        extensions: { requiredScopes: [['availability:read'], ['bookings:read']] },
      },
    ])
    const node = `query ($id: ID!) { node(id: $id) { id } }`
    expect((await app.graphql(neither, node, { id: id.link })).data.node).toBeNull()
    expect((await app.graphql(key, node, { id: id.link })).data.node).toEqual({ id: id.link })
  })

  it('that is closed is seen, and offers nothing', async () => {
    const { data } = await app.graphql(key, whole, { id: id.closed })
    expect(data.bookingLink).toMatchObject({ active: false, availability: { days: [] } })
  })

  it.each([
    ['days: 63', '"days" is 63; 1 to 62 are allowed.'],
    ['days: 0', '"days" is 0; 1 to 62 are allowed.'],
  ])('asked for %s refuses', async (days, message) => {
    const document = `query ($id: ID) { bookingLink(id: $id) {
      availability(from: "2026-03-03", ${days}) { timeZone }
    } }`
    const { errors } = await app.graphql(key, document, { id: id.link })
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
  })
})

describe('bookingLinks', () => {
  it('lists over accounts, narrowed by what is asked', async () => {
    const document = `query ($filter: BookingLinkFilter) {
      bookingLinks(filter: $filter, orderBy: { field: CREATED_AT }) { totalCount nodes { slug } }
    }`
    const slugs = async (filter: object) =>
      (await app.graphql(key, document, { filter })).data.bookingLinks.nodes
    expect(await slugs({})).toEqual([{ slug: 'consultation' }, { slug: 'closed' }])
    expect(await slugs({ active: true })).toEqual([{ slug: 'consultation' }])
    expect(await slugs({ search: 'CLOS' })).toEqual([{ slug: 'closed' }])
    expect(await slugs({ serviceIds: ['nothing'] })).toEqual([])
    expect(await slugs({ serviceIds: [id.service] })).toHaveLength(2)
  })

  it('stand below their account and service', async () => {
    const { data } = await app.graphql(
      key,
      `query ($id: ID) { account(id: $id) { bookingLinks { totalCount }
        services { nodes { bookingLinks(filter: { active: true }) { nodes { id } } } } } }`,
      { id: id.account },
    )
    expect(data.account).toEqual({
      bookingLinks: { totalCount: 2 },
      services: { nodes: [{ bookingLinks: { nodes: [{ id: id.link }] } }] },
    })
  })
})

describe('createLinkBooking', () => {
  const book = (input: object, token = key) =>
    change(
      app,
      token,
      'createLinkBooking',
      { customer: alice, startsAt: tuesday(9), answers: { interest: 'Cut' }, ...input },
      'id source',
    )

  it('books by slug, and the booking names its link', async () => {
    const input = {
      slug: 'consultation',
      startsAt: tuesday(10),
      customer: alice,
      answers: { interest: 'Colour' },
    }
    const selection = 'source answers link { id title } customer { email }'
    expect(await done(app, key, 'createLinkBooking', input, selection)).toEqual({
      source: 'LINK',
      answers: { interest: 'Colour' },
      link: { id: id.link, title: 'A consultation' },
      customer: { email: 'alice@example.com' },
    })
  })

  it('answers every question that is at fault', async () => {
    const document = `mutation ($input: CreateLinkBookingInput!) { createLinkBooking(input: $input) {
      ... on ValidationError { issues { path message } }
    } }`
    const input = { linkId: id.link, startsAt: tuesday(9), customer: alice, answers: { a: 1 } }
    const { data } = await app.graphql(key, document, { input })
    expect(data.createLinkBooking.issues).toEqual([
      {
        path: ['answers', 'interest'],
        message: 'The question "What are you interested in?" needs an answer.',
      },
      { path: ['answers', 'a'], message: 'The booking link asks no question "a".' },
    ])
  })

  it('finds no link of another account, none that is closed and none that is made up', async () => {
    for (const input of [
      { linkId: id.foreign },
      { linkId: id.closed },
      { linkId: id.service },
      { linkId: 'made up' },
      { slug: 'closed' },
      { slug: 'made up' },
      { slug: 'consultation', accountId: 'made up' },
    ]) {
      expect(await book(input)).toMatchObject({
        code: 'NOT_FOUND',
        message: 'No BookingLink with this id exists.',
      })
    }
    expect(await book({})).toMatchObject({ code: 'VALIDATION_FAILED', path: ['linkId'] })
  })

  it('needs bookings:write', async () => {
    await expect(book({ linkId: id.link }, await keyWith('bookings:read'))).rejects.toThrow(
      'bookings:write',
    )
  })
})
