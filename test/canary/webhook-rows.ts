// The webhook endpoints of a world, and what was sent to the first of them. Nothing is sent to any
// of them by itself, or rows would come while others are counted: all but the last two want only
// what does not happen, and those are disabled. All are paused, too.
import { newId } from '../../src/db/id.ts'
import type { Database } from '../../src/db/client.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { testSealer } from '../support/app.ts'
import { monday } from '../support/shop.ts'

type Parts = { accountId: string; word: string; rows: Record<NodeName, string[]> }

export async function writeWebhooks(
  prisma: Database['prisma'],
  { accountId, word, rows }: Parts,
  madeAt: (index: number) => Date,
): Promise<void> {
  const pausedAt = new Date(monday)
  const last = rows.WebhookEndpoint.length - 1
  const typesOf = (index: number) =>
    index === last ? ['booking.*'] : index === last - 1 ? [word] : ['webhook.disabled']
  await prisma.webhookEndpoint.createMany({
    data: rows.WebhookEndpoint.map((id, index) => ({
      accountId,
      id,
      url: `https://${word}.example.com/`,
      description: `${word} ${index % 2}`,
      types: typesOf(index),
      document: index === last - 1 ? word : null,
      scopes: ['bookings:read', 'webhooks:read'],
      secretSealed: testSealer.seal(word),
      pausedAt,
      disabledAt: index < last - 1 ? null : pausedAt,
      disabledReason: index < last - 1 ? null : word,
      createdAt: madeAt(index),
      updatedAt: madeAt(index),
    })),
  })
  await prisma.webhookDelivery.createMany({
    data: rows.WebhookDelivery.map((id, index) => ({
      accountId,
      id,
      endpointId: rows.WebhookEndpoint[0] ?? '',
      eventId: newId(),
      eventSeq: BigInt(index + 1),
      eventType: index === 0 ? 'booking.created' : word,
      subjectId: rows.Booking[0] ?? '',
      state: 'DELIVERED' as const,
      attempts: 1,
      leasedBy: word,
      lastStatus: 204,
      lastError: word,
      createdAt: madeAt(index),
      // What was finished long ago is removed.
      finishedAt: pausedAt,
    })),
  })
  await prisma.webhookAttempt.createMany({
    data: rows.WebhookDelivery.map((deliveryId) => ({
      accountId,
      deliveryId,
      number: 1,
      startedAt: pausedAt,
      durationMs: 5,
      status: 204,
      error: word,
      answer: word,
    })),
  })
}
