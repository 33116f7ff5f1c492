// What becomes of a listener whose rights change while it listens.
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { giveRole, makeApiClient, makeApiKey } from '../support/makers.ts'
import { monday, openShop } from '../support/shop.ts'
import { accountOf, book, initiated, startLive, subscribe } from './live-world.ts'
import type { RawSocket } from './live-world.ts'

const db = await testDatabase()
const live = await startLive(db, { checkMs: 200 })

/** Subscribes by a raw socket and resolves when that has happened. */
async function listening(token: string, query: string, variables = {}) {
  const raw = await initiated(live.ws, token)
  const before = live.streams.count()
  subscribe(raw, query, variables)
  await expect.poll(() => live.streams.count()).toBeGreaterThan(before)
  return raw
}

const accountHeard = async (raw: RawSocket) => {
  const payload = (await raw.next())?.payload as {
    data?: { bookingEvents: { account: unknown } }
  }
  return payload.data?.bookingEvents.account
}

describe('rights while listening', () => {
  const revoke = (publicId: string) =>
    db.prisma.apiKey.updateMany({ where: { publicId }, data: { revokedAt: new Date(monday) } })

  it('are gone with a revoked key before the next event, with FORBIDDEN and 4403', async () => {
    const slow = await startLive(db, { checkMs: 60_000 })
    const shop = await openShop(db)
    const { key, publicId } = await makeApiKey(db, { accountId: shop.accountId })
    const raw = await initiated(slow.ws, key)
    subscribe(raw, 'subscription { bookingEvents { type } }')
    await expect.poll(() => slow.streams.count()).toBe(1)
    await book(shop, 0)
    expect(await raw.next()).toMatchObject({ type: 'next' })
    await revoke(publicId)
    await book(shop, 1)
    expect(await raw.next()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    })
    expect(await raw.next()).toBeNull()
    expect(await raw.closed).toEqual({ code: 4403, reason: 'Forbidden' })
    expect(slow.hub.subscriberCount()).toBe(0)
  })

  it('are missed without an event too, also on a socket without operations', async () => {
    const { accountId } = await openShop(db)
    const { key, publicId } = await makeApiKey(db, { accountId })
    const busy = await listening(key, 'subscription { bookingEvents { type } }')
    const idle = await initiated(live.ws, key)
    await revoke(publicId)
    expect(await busy.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    })
    expect((await busy.closed).code).toBe(4403)
    expect((await idle.closed).code).toBe(4403)
  })

  it('are gone with the role of the person behind the key; the socket stays', async () => {
    const shop = await openShop(db)
    const { key, userId } = await makeApiKey(db, { accountId: shop.accountId })
    const raw = await listening(key, 'subscription { bookingEvents { type } }')
    await db.prisma.membership.deleteMany({ where: { userId } })
    expect(await raw.next()).toMatchObject({
      type: 'error',
      payload: [
        { extensions: { code: 'FORBIDDEN', requiredScopes: [['bookings:read', 'events:read']] } },
      ],
    })
    subscribe(raw, '{ __typename }')
    expect(await raw.next()).toMatchObject({ type: 'next' })
  })

  it('follow the accounts that are reached, when none were named', async () => {
    const slow = await startLive(db, { checkMs: 60_000 })
    const [first, second] = [await openShop(db), await openShop(db)]
    const { token, userId } = await makeApiClient(db, {
      accountIds: [first.accountId, second.accountId],
      now: monday,
    })
    const raw = await initiated(slow.ws, token)
    subscribe(raw, 'subscription { bookingEvents { account { id } } }')
    await expect.poll(() => slow.streams.count()).toBe(1)
    await db.prisma.membership.deleteMany({ where: { userId, accountId: first.accountId } })
    await book(first, 0)
    await book(second, 0)
    expect(await accountHeard(raw)).toEqual({ id: accountOf(second.accountId) })
    await giveRole(db, first.accountId, userId, 'OWNER')
    await book(second, 1)
    expect(await accountHeard(raw)).toEqual({ id: accountOf(second.accountId) })
    await book(first, 1)
    expect(await accountHeard(raw)).toEqual({ id: accountOf(first.accountId) })
  })

  it('end a subscription that named the account that was lost', async () => {
    const [first, second] = [await openShop(db), await openShop(db)]
    const { token, userId } = await makeApiClient(db, {
      accountIds: [first.accountId, second.accountId],
      now: monday,
    })
    const a = [accountOf(first.accountId), accountOf(second.accountId)]
    const raw = await listening(
      token,
      'subscription ($a: [ID!]) { bookingEvents(accounts: $a) { type } }',
      { a },
    )
    await db.prisma.membership.deleteMany({ where: { userId, accountId: first.accountId } })
    expect(await raw.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    })
  })
})
