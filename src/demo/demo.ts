// Seeds the demo, once: five businesses of one owner and one of somebody else. Nobody owns them
// until the last transaction, so a seed that was killed is nobody's, and is wiped by the next one.

import type { Sealer } from '../auth/seal.ts'
import type { Database } from '../db/client.ts'
import { newId } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import type { Clock } from '../time/clock.ts'
import type { Business } from './business.ts'
import { openBusiness } from './catalogue.ts'
import { clinic } from './clinic.ts'
import {
  issueDemoCredentials,
  type Demo,
  type DemoCredentials,
  type DemoName,
} from './credentials.ts'
import { keepDiary } from './diary.ts'
import { escapeRoom } from './escape-room.ts'
import { outsider } from './outsider.ts'
import { pastUntil } from './past.ts'
import { salon } from './salon.ts'
import { tours } from './tours.ts'
import { yoga } from './yoga.ts'
import type { Logger } from 'pino'

const businesses: Record<DemoName, Business> = { salon, clinic, tours, escapeRoom, yoga, outsider }
const names = Object.keys(businesses) as DemoName[]

const dana = { email: 'dana@slotgraph.example', name: 'Dana Whitlock' }
const heike = { email: 'heike@speiche-acht.example', name: 'Heike Sommer' }
const ownerOf = (name: DemoName) => (name === 'outsider' ? heike : dana)

export type Seeding =
  /** What was made now; its credentials are shown this once. */
  | { outcome: 'SEEDED'; demo: Demo; credentials: DemoCredentials }
  /** It was there already, whole. */
  | { outcome: 'STANDING'; demo: Demo }
  /** The database holds accounts of somebody else and is left alone. */
  | { outcome: 'OTHERS' }

export type Seed = {
  db: Database
  clock: Clock
  log: Logger
  sealer: Sealer
  signal?: AbortSignal
}

/**
 * Seeds the demo into a database without accounts. Rejects when `signal` aborts; what was made by
 * then is seen by nobody and is made anew next time.
 */
export async function seedDemo({ db, clock, log, sealer, signal }: Seed): Promise<Seeding> {
  return alone(db, async () => {
    const demo = await findDemo(db.prisma)
    if (demo) return { outcome: 'STANDING', demo }
    await wipeHalfDemo(db)
    if (await db.prisma.account.findFirst({ select: { id: true } })) return { outcome: 'OTHERS' }
    const past = pastUntil(clock.now(), { db, log, signal })
    const accountIds = await Promise.allSettled(
      names.map(async (name) => {
        const opened = await openBusiness(past, businesses[name])
        await keepDiary(past, opened)
        return [name, opened.accountId] as const
      }),
    )
    return transaction(db, async (tx) => {
      await handOver(tx, accountIds.map(demandResult))
      const demo = (await findDemo(tx)) as Demo
      return { outcome: 'SEEDED', demo, credentials: await issueDemoCredentials(tx, demo, sealer) }
    })
  })
}

// All have come to an end before one failure ends the seeding, so that nothing goes on behind it.
function demandResult<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

/** The demo as it stands; null when there is none, or none that is whole. */
async function findDemo(tx: Transaction): Promise<Demo | null> {
  const rows = await tx.membership.findMany({
    where: { role: 'OWNER', user: { email: { in: [dana.email, heike.email] } } },
    include: { account: true, user: true },
  })
  const found: Partial<Demo> = {}
  for (const name of names) {
    const { slug } = businesses[name]
    const { email } = ownerOf(name)
    const row = rows.find(({ account, user }) => account.slug === slug && user.email === email)
    if (!row) return null
    found[name] = { ...row.account, ownerId: row.userId }
  }
  return found as Demo
}

async function handOver(
  tx: Transaction,
  accountIds: readonly (readonly [DemoName, string])[],
): Promise<void> {
  for (const owner of [dana, heike]) {
    const id = newId()
    const owned = accountIds.filter(([name]) => ownerOf(name) === owner)
    await tx.user.create({ data: { ...owner, id } })
    await tx.membership.createMany({
      data: owned.map(([, accountId]) => ({ accountId, userId: id, role: 'OWNER' as const })),
    })
  }
}

// Owners come last: accounts of the demo without its owner are from a seed that did not end.
async function wipeHalfDemo({ prisma }: Database): Promise<void> {
  if (await prisma.user.findUnique({ where: { email: dana.email } })) return
  const slugs = names.map((name) => businesses[name].slug)
  const left = await prisma.account.findMany({
    where: { slug: { in: slugs }, memberships: { none: {} } },
    select: { id: true },
  })
  const ids = left.map(({ id }) => id)
  const theirs = { where: { accountId: { in: ids } } }
  // What refers to something else of the account goes first; the rest goes with the account.
  await prisma.$transaction([
    prisma.booking.deleteMany(theirs),
    prisma.session.deleteMany(theirs),
    prisma.bookingLink.deleteMany(theirs),
    prisma.account.deleteMany({ where: { id: { in: ids } } }),
  ])
}

const lockNumber = 72707370
const lockPauseMs = 200

/** Runs `work` while no other process does: several may start on one new database. */
async function alone<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const client = await db.pool.connect()
  // A broken connection is noticed by whoever works; unheard it would end the process.
  client.on('error', () => {})
  try {
    for (;;) {
      const { rows } = await client.query<{ mine: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS mine',
        [lockNumber],
      )
      if (rows[0]?.mine) break
      await new Promise((resolve) => setTimeout(resolve, lockPauseMs))
    }
    return await work()
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [lockNumber]).catch(() => {})
    client.release(true)
  }
}
