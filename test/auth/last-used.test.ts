// When a credential was last used is noted once a minute, and never gets in the way.
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { createLastUsed } from '../../src/auth/last-used.ts'
import { isFailure, viewerOf } from '../../src/auth/credential.ts'
import { testDatabase } from '../support/database.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'

const db = await testDatabase()
const silent = pino({ level: 'silent' })
const now = Date.parse('2026-03-02T08:00:00Z')

async function use(credential: string, at: number) {
  const lastUsed = createLastUsed(db, silent)
  const found = await viewerOf(db, `Bearer ${credential}`, at)
  if (isFailure(found)) throw new Error(found.sentence)
  lastUsed.note(found.use!, at)
  await lastUsed.idle()
}

describe('the last use', () => {
  it('of an API key is noted at most once a minute', async () => {
    const account = await makeAccount(db)
    const { key, publicId } = await makeApiKey(db, { accountId: account.id })
    const noted = async () =>
      (await db.prisma.apiKey.findUniqueOrThrow({ where: { publicId } })).lastUsedAt?.getTime()
    expect(await noted()).toBeUndefined()
    await use(key, now)
    expect(await noted()).toBe(now)
    await use(key, now + 59_999)
    expect(await noted()).toBe(now)
    await use(key, now + 60_000)
    expect(await noted()).toBe(now + 60_000)
  })

  it('of an access token is noted on its client', async () => {
    const account = await makeAccount(db)
    const { token, id } = await makeApiClient(db, { accountIds: [account.id], now })
    await use(token, now)
    const client = await db.prisma.apiClient.findUniqueOrThrow({ where: { id } })
    expect(client.lastUsedAt?.getTime()).toBe(now)
  })

  it('that cannot be written is logged and harms nobody', async () => {
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
    const broken = { pool: { query: () => Promise.reject(new Error('no disk')) } }
    const lastUsed = createLastUsed(broken as never, log)
    lastUsed.note({ table: 'ApiKey', publicId: 'AbCdEfGh0123', lastUsedAt: null }, now)
    await lastUsed.idle()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('could not note the last use')
  })
})
