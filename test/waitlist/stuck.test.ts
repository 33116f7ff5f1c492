// Who cannot be looked after keeps nobody else waiting: it is tried again, later each time, then
// given up; that is told and seen, and it is tried again when somebody says so.
import { expect, it, onTestFinished } from 'vitest'
import { HOUR } from '../../src/time/instant.ts'
import { retryWaitlistEntry } from '../../src/waitlist/retry.actions.ts'
import { testDatabase } from '../support/database.ts'
import { refusal } from '../support/refusals.ts'
import { tuesday } from '../support/shop.ts'
import { becomes } from '../webhook/delivering.ts'
import { openWaiting, startWaiting } from './waiting.ts'

const db = await testDatabase()

/** From now on this entry cannot be offered anything. */
async function break_(id: string): Promise<() => Promise<unknown>> {
  await db.pool.query(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'broken'; END $$`)
  await db.pool.query(`CREATE TRIGGER broken BEFORE UPDATE ON "WaitlistEntry" FOR EACH ROW
    WHEN (NEW."id" = '${id}' AND NEW."state" = 'OFFERED') EXECUTE FUNCTION broken()`)
  const mend = () => db.pool.query('DROP FUNCTION IF EXISTS broken CASCADE')
  onTestFinished(async () => void (await mend()))
  return mend
}

it('an entry that cannot be looked after is given up in the end, and nobody else is', async () => {
  const place = await openWaiting(db)
  const { ctx, clock, accountId } = place
  const week = 7 * 24
  const [early, late] = [tuesday(week + 10), tuesday(week + 12)]
  const first = await place.book({ startsAt: early })
  const second = await place.book({ startsAt: late })
  const ada = await place.joinAt(early)
  const bob = await place.joinAt(late)
  const mend = await break_(ada.id)
  await startWaiting(db, ctx)
  await place.cancel(first)
  await place.cancel(second)
  await place.comes(bob, 'OFFERED')
  for (let failures = 1; failures < 8; failures += 1) {
    const row = await becomes(
      () => place.entry(ada),
      (entry) => entry.failures === failures,
    )
    expect(row).toMatchObject({
      state: 'WAITING',
      lastError: 'It could not be looked after.',
      failedAt: null,
    })
    clock.set(row.retryAt?.getTime() ?? 0)
  }
  const given = await becomes(
    () => place.entry(ada),
    ({ failedAt }) => failedAt !== null,
  )
  expect(given).toMatchObject({ state: 'WAITING', failures: 8, retryAt: null })
  expect((await place.told()).filter(([type]) => type === 'waitlist.failed')).toEqual([
    ['waitlist.failed', ada.id],
  ])
  clock.advance(HOUR)
  await mend()
  await retryWaitlistEntry(ctx, ada)
  expect(await place.comes(ada, 'OFFERED')).toMatchObject({ failures: 0, lastError: null })
  expect(await refusal(retryWaitlistEntry(ctx, ada))).toBe('ILLEGAL_TRANSITION')
  const audit = { accountId, action: 'waitlist.retried' }
  expect(await db.prisma.auditEntry.count({ where: audit })).toBe(1)
})
