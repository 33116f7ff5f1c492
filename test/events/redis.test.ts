// Wake-up calls by way of a real Redis: they make delivery quick, and are needed for none of it.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventsChannel, wakeBy } from '../../src/events/outbox.ts'
import { createRedisWaker } from '../../src/events/redis.ts'
import { testDatabase } from '../support/database.ts'
import { newAccount, numbered, range, silent, startEvents } from './log-world.ts'
import { take, versions, write } from './log-world.ts'

const program = '/usr/bin/redis-server'
const missing = existsSync(program) ? '' : ` (skipped: there is no ${program})`

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function startRedis(port: number): Promise<ChildProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'redis-'))
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', dir]
  const redis = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => {
    redis.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })
  let said = ''
  for await (const chunk of redis.stdout) {
    said += String(chunk)
    if (said.includes('Ready to accept connections')) break
  }
  return redis
}

function wakerOf(port: number, onWake: () => void = () => {}) {
  const waker = createRedisWaker({ url: `redis://127.0.0.1:${port}`, log: silent, onWake })
  onTestFinished(() => waker.stop())
  return waker
}

describe.skipIf(missing !== '')(`wake-up calls by Redis${missing}`, () => {
  it('wake whoever listens at another node, and the database is not asked to', async () => {
    const port = await freePort()
    await startRedis(port)
    const db = await testDatabase()
    const notified: string[] = []
    const listener = await db.pool.connect()
    listener.on('notification', ({ channel }) => notified.push(channel))
    await listener.query(`LISTEN ${eventsChannel}`)
    const accountId = await newAccount(db)
    // Without the database's calls, and a poll that comes after the test.
    const { hub, tail } = await startEvents(db, { listen: false, pollMs: 3_600_000 })
    const [one, other] = [wakerOf(port), wakerOf(port, tail.wake)]
    await expect.poll(() => one.connected() && other.connected()).toBe(true)
    wakeBy(db.pool, one.wake)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    await write(db, numbered(accountId, 1))
    expect(versions(await take(heard, 1))).toEqual([1])
    await listener.query('SELECT 1')
    expect(notified).toEqual([])
    await listener.query(`UNLISTEN ${eventsChannel}`)
    listener.release()
  })

  it('are the database’s while Redis is gone, and its own again when it is back', async () => {
    const port = await freePort()
    const redis = await startRedis(port)
    const db = await testDatabase()
    const accountId = await newAccount(db)
    const { hub, tail } = await startEvents(db, { pollMs: 3_600_000 })
    const waker = wakerOf(port, tail.wake)
    await expect.poll(waker.connected).toBe(true)
    wakeBy(db.pool, waker.wake)
    await expect.poll(() => tail.health().listening).toBe(true)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    redis.kill('SIGKILL')
    await once(redis, 'exit')
    await write(db, numbered(accountId, 1))
    expect(versions(await take(heard, 1))).toEqual([1])
    expect(await waker.wake()).toBe(false)
    await startRedis(port)
    await expect.poll(waker.connected, { timeout: 20_000 }).toBe(true)
    await expect.poll(waker.wake).toBe(true)
    await write(db, numbered(accountId, 2))
    expect(versions(await take(heard, 1))).toEqual([2])
  })
})

describe('a wake-up call', () => {
  it('that is lost delays an event and loses none: the poll finds it', async () => {
    const db = await testDatabase()
    const accountId = await newAccount(db)
    const { hub, tail } = await startEvents(db, { listen: false, pollMs: 100 })
    let calls = 0
    wakeBy(db.pool, () => {
      calls += 1
      if (calls % 2 === 0) tail.wake()
      return Promise.resolve(true)
    })
    const heard = await hub.subscribe({ accountIds: [accountId] })
    for (const n of range(1, 40)) await write(db, numbered(accountId, n))
    expect(versions(await take(heard, 40))).toEqual(range(1, 40))
    expect(calls).toBeGreaterThan(1)
  })
})
