// What is done from time to time: holds that ran out are told of, dead keys and tokens are removed.
// Nothing depends on when it runs; several nodes may run it at once. Events of bookings stay: they
// are also the history of bookings.

import { pruneSpending } from './auth/budget.data.ts'
import { pruneUserSessions } from './auth/user-session.data.ts'
import { systemViewer } from './auth/viewer.ts'
import { expireHolds } from './booking/hold.actions.ts'
import { pruneManageLinks } from './booking/manage-link.data.ts'
import { expireUnpaid } from './payment/unpaid.actions.ts'
import type { Services } from './context.ts'
import { poolReader } from './db/reader.ts'
import { pruneAudit, pruneEvents } from './events/prune.data.ts'
import { DAY, HOUR } from './time/instant.ts'
import { pruneDeliveries } from './webhook/delivery.data.ts'

const sweepMs = 5_000
const pruneMs = HOUR

/** Sweeps every five seconds and prunes every hour, until stopped. */
export function createUpkeep(services: Services, kept: { auditDays: number; eventDays: number }) {
  const { clock, db, log } = services
  const ctx = { ...services, viewer: systemViewer([]) }
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let prunedAt = -Infinity
  let prunedTo = { xid: 0n, seq: 0n }

  async function once(): Promise<void> {
    try {
      await expireHolds(ctx)
      await expireUnpaid(ctx)
      if (clock.now() - prunedAt < pruneMs) return
      prunedAt = clock.now()
      await prune()
    } catch (error) {
      log.warn({ err: error }, 'upkeep failed and will be tried again')
    }
  }

  async function prune(): Promise<void> {
    const now = new Date(clock.now())
    await db.prisma.idempotencyKey.deleteMany({ where: { expiresAt: { lte: now } } })
    await db.prisma.accessToken.deleteMany({ where: { expiresAt: { lte: now } } })
    await db.prisma.passwordLink.deleteMany({ where: { expiresAt: { lte: now } } })
    await pruneManageLinks(db, clock.now())
    await pruneUserSessions(db.pool, clock.now())
    await pruneAudit(db.pool, new Date(clock.now() - kept.auditDays * DAY))
    const old = new Date(clock.now() - kept.eventDays * DAY)
    prunedTo = (await pruneEvents(db.pool, old, prunedTo)).place
    await pruneSpending(db.pool, clock.now())
    // Without its event a message could not be sent again.
    await pruneDeliveries(poolReader(db), old.getTime())
  }

  function plan(): void {
    timer = setTimeout(() => void (running = once().then(plan)), sweepMs)
    timer.unref()
  }

  return {
    start: plan,
    /** Ends after the round that is running. */
    stop: async () => {
      clearTimeout(timer)
      await running
      clearTimeout(timer)
    },
  }
}
