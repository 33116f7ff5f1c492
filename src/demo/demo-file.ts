// DATA_DIR/demo.json: where the demo is and the credentials to try it with. Secrets are shown once,
// so the file is where they are kept; whoever loses it gets new ones at the next start.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findApiClient } from '../auth/credential.data.ts'
import { hashSecret, sameHash } from '../auth/secret.ts'
import type { Database } from '../db/client.ts'
import { accountIdOf, demoAccounts, type Demo, type DemoCredentials } from './credentials.ts'

export type DemoFile = {
  url: string
  graphql: string
  ws: string
  accounts: { id: string; slug: string; name: string; timeZone: string }[]
} & DemoCredentials

export function demoFilePath(dataDir: string): string {
  return join(dataDir, 'demo.json')
}

/** Writes the file for an address (`http://HOST:PORT`): whole or not, and for its owner only. */
export function writeDemoFile(
  dataDir: string,
  address: string,
  demo: Demo,
  credentials: DemoCredentials,
): void {
  const graphql = `${address}/graphql`
  const file: DemoFile = {
    url: address,
    graphql,
    ws: graphql.replace(/^http/, 'ws'),
    accounts: demoAccounts(demo).map((account) => {
      const { slug, name, timeZone } = account
      return { id: accountIdOf(account), slug, name, timeZone }
    }),
    ...credentials,
  }
  const path = demoFilePath(dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** As a file may have them that was written before people could sign in. */
export type KnownCredentials = Omit<DemoCredentials, 'console'> & Partial<DemoCredentials>

/** The credentials in the file; null when it is lost, or is of another database. */
export async function readDemoCredentials(
  db: Pick<Database, 'pool'>,
  dataDir: string,
): Promise<KnownCredentials | null> {
  const file = readFile(demoFilePath(dataDir))
  const { clientId, clientSecret } = file?.admin ?? {}
  if (!file || typeof clientId !== 'string' || typeof clientSecret !== 'string') return null
  const client = await findApiClient(db.pool, clientId)
  if (!client || !sameHash(client.secretHash, hashSecret(clientSecret))) return null
  const { url: _url, graphql: _graphql, ws: _ws, accounts: _accounts, ...credentials } = file
  return credentials
}

function readFile(path: string): DemoFile | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DemoFile
  } catch {
    return null
  }
}
