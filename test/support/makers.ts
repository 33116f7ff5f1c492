// Rows that tests begin with: accounts, people, credentials. What a room owns is made by its own
// actions, so that a test begins with what can really be.
import { randomBytes } from 'node:crypto'
import { issueAccessToken, issueApiClient, issueApiKey } from '../../src/auth/credential.data.ts'
import { installationCredential } from '../../src/auth/credential.ts'
import { allScopes, type Role, type Scope } from '../../src/auth/scope.ts'
import type { Sealer } from '../../src/auth/seal.ts'
import { newApplicationSecret, newInstallationKey, newPublicId } from '../../src/auth/secret.ts'
import type { Database } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import type { Account, User } from '../../src/generated/prisma/client.ts'

type Db = Pick<Database, 'prisma'>

function unique(): string {
  return randomBytes(5).toString('hex')
}

export async function makeAccount(db: Db, account: Partial<Account> = {}): Promise<Account> {
  const slug = account.slug ?? `account-${unique()}`
  const defaults = { id: newId(), slug, name: slug, timeZone: 'Europe/London', currency: 'GBP' }
  return db.prisma.account.create({ data: { ...defaults, ...account } })
}

export async function makeUser(db: Db, user: Partial<User> = {}): Promise<User> {
  const email = user.email ?? `${unique()}@example.com`
  return db.prisma.user.create({ data: { id: newId(), email, name: email, ...user } })
}

/** Makes the user a member, or changes the role of one. */
export async function giveRole(db: Db, accountId: string, userId: string, role: Role) {
  const key = { accountId, userId }
  await db.prisma.membership.upsert({
    where: { accountId_userId: key },
    create: { ...key, role },
    update: { role },
  })
}

type KeyOptions = {
  accountId: string
  /** Of whoever makes the key. */
  role?: Role
  scopes?: readonly Scope[]
  expiresAt?: Date
  name?: string
  /** Who makes it; left out, somebody new. */
  userId?: string
}

/** A key of one account; `key` goes into the Authorization header. */
export async function makeApiKey(db: Db, options: KeyOptions) {
  const { accountId, role = 'OWNER', scopes = allScopes, name = 'A key', expiresAt } = options
  const userId = options.userId ?? (await makeUser(db)).id
  await giveRole(db, accountId, userId, role)
  const made = { accountId, createdById: userId, name, scopes, expiresAt: expiresAt ?? null }
  return { ...(await issueApiKey(db.prisma, made)), userId }
}

type InstallationOptions = {
  accountId: string
  scopes: readonly Scope[]
  sealer: Sealer
}

/** An application that an owner has installed; `authorization` is how it shows itself. */
export async function makeInstallation(db: Db, { accountId, scopes, sealer }: InstallationOptions) {
  const userId = (await makeUser(db)).id
  await giveRole(db, accountId, userId, 'OWNER')
  const application = newApplicationSecret()
  const id = newId()
  const publicId = newPublicId()
  const apiKey = newInstallationKey(publicId)
  const applicationId = newId()
  await db.prisma.application.create({
    data: {
      id: applicationId,
      publicId: newPublicId(),
      secretHash: application.hash,
      secretSealed: sealer.seal(application.text),
      name: `App ${unique()}`,
      redirectUrl: 'https://app.example.com/done',
      ownerId: userId,
    },
  })
  const terms = { publicId, secretHash: apiKey.hash, scopes: [...scopes], approvedById: userId }
  await db.prisma.installation.create({ data: { accountId, id, applicationId, ...terms } })
  const authorization = installationCredential(application.text, apiKey.text)
  return { id, userId, applicationId, secret: application.text, authorization }
}

type ClientOptions = {
  /** Where its maker has the role. */
  accountIds: readonly string[]
  role?: Role
  scopes?: readonly Scope[]
  /** The accounts chosen for it; left out, all of its maker's. */
  chosen?: readonly string[]
  /** Who makes it; left out, somebody new. */
  userId?: string
  now: number
}

/** An OAuth client with a live access token; `token` goes into the Authorization header. */
export async function makeApiClient(db: Db & Pick<Database, 'pool'>, options: ClientOptions) {
  const { accountIds, role = 'OWNER', scopes = allScopes, chosen, now } = options
  const userId = options.userId ?? (await makeUser(db)).id
  for (const accountId of accountIds) await giveRole(db, accountId, userId, role)
  const client = await issueApiClient(db.prisma, {
    createdById: userId,
    name: 'A client',
    scopes,
    accountIds: chosen ?? 'ALL',
  })
  const issued = await issueAccessToken(db.pool, { clientId: client.id, scopes, now })
  if (!issued) throw new Error('The client is not there')
  const { token } = issued
  return { ...client, token, userId }
}
