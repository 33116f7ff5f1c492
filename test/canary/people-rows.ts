// The people of a world: one owner, others, and whoever was invited.
import { hashSecret } from '../../src/auth/secret.ts'
import { newId } from '../../src/db/id.ts'
import type { Database } from '../../src/db/client.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { monday } from '../support/shop.ts'

type Parts = { accountId: string; word: string; rows: Record<NodeName, string[]> }

/** Returns the owner. */
export async function writePeople(
  prisma: Database['prisma'],
  { accountId, word, rows }: Parts,
  madeAt: (index: number) => Date,
): Promise<string> {
  const ownerId = newId()
  const email = `${word}.user@example.com`.toLowerCase()
  const people = rows.Membership.map((membership, index) => ({
    membership,
    id: index === 0 ? ownerId : newId(),
    email: index === 0 ? email : `${index}.${email}`,
  }))
  await prisma.user.createMany({
    data: people.map(({ id, email: address }) => ({ id, email: address, name: word })),
  })
  await prisma.membership.createMany({
    data: people.map(({ membership, id }, index) => ({
      accountId,
      id: membership,
      userId: id,
      role: index === 0 ? 'OWNER' : 'STAFF',
      createdAt: madeAt(index),
    })),
  })
  await prisma.invitation.createMany({
    data: rows.Invitation.map((id, index) => ({
      accountId,
      id,
      email: `invited${index}.${email}`,
      name: word,
      role: 'STAFF',
      tokenHash: new Uint8Array(hashSecret(id)),
      invitedById: ownerId,
      createdAt: madeAt(index),
      expiresAt: new Date(monday + 86_400_000),
    })),
  })
  return ownerId
}
