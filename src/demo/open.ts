// The demo as the process sees it: seeded when it is wanted and missing, its credentials kept in
// DATA_DIR/demo.json, and what to try with them said at start.

import type { Config } from '../config.ts'
import { transaction } from '../db/transaction.ts'
import { givePassword, issueDemoCredentials, type DemoCredentials } from './credentials.ts'
import { seedDemo, type Seed, type Seeding } from './demo.ts'
import { demoFilePath, readDemoCredentials, writeDemoFile } from './demo-file.ts'
import { demoText } from './welcome.ts'

type Parts = Seed & { dataDir: string }

/** Tells of the demo at an address (`http://HOST:PORT`): writes the file, returns what to print. */
export type DemoTeller = (address: string) => Promise<string>

/** Whether a start with these settings has the demo: on our own database unless told otherwise. */
export function isDemoWanted({ seed, databaseUrl }: Pick<Config, 'seed' | 'databaseUrl'>): boolean {
  return seed === 'demo' || (seed === undefined && databaseUrl === undefined)
}

/** Sees to it that the demo stands; null where the database is somebody else's. */
export async function openDemo(parts: Parts): Promise<DemoTeller | null> {
  const { db, clock, dataDir } = parts
  const seeding = await seedDemo(parts)
  if (seeding.outcome === 'OTHERS') return null
  const { demo } = seeding
  const credentials = await credentialsOf(parts, seeding)
  return (address) => {
    writeDemoFile(dataDir, address, demo, credentials)
    return demoText({ db, clock }, address, demoFilePath(dataDir), { demo, credentials })
  }
}

async function credentialsOf(
  { db, sealer, dataDir }: Parts,
  seeding: Exclude<Seeding, { outcome: 'OTHERS' }>,
): Promise<DemoCredentials> {
  if (seeding.outcome === 'SEEDED') return seeding.credentials
  const kept = await readDemoCredentials(db, dataDir)
  if (kept?.console) return { ...kept, console: kept.console }
  return transaction(db, async (tx) =>
    kept
      ? { ...kept, console: await givePassword(tx, seeding.demo) }
      : issueDemoCredentials(tx, seeding.demo, sealer),
  )
}
