// The rows of a world that tell of money: payments of its first booking, and pages to pay it on.
import type { Database } from '../../src/db/client.ts'
import type { NodeName } from '../../src/graphql/ids.ts'
import { monday } from '../support/shop.ts'

type Parts = { accountId: string; word: string; rows: Record<NodeName, string[]> }

export async function writePayments(
  prisma: Database['prisma'],
  { accountId, word, rows }: Parts,
  made: (index: number) => { createdAt: Date },
): Promise<void> {
  const bookingId = rows.Booking[0] ?? ''
  const at = (index: number) => made(index).createdAt
  await prisma.payment.createMany({
    data: rows.Payment.map((id, index) => ({
      accountId,
      id,
      bookingId,
      kind: 'PAYMENT',
      method: 'OTHER',
      methodNote: word,
      amountMinor: 100,
      currency: 'EUR',
      reference: word,
      note: word,
      receivedAt: at(index),
      createdAt: at(index),
      actorKind: 'API_KEY',
      actorId: word,
      actorName: word,
      providerRef: word,
      lastError: word,
      // Some are expected, and some are refunds that somebody may have tried again.
      ...(index > 0 && index < 4 && { state: 'PENDING' as const }),
      ...(index > 3 && {
        kind: 'REFUND' as const,
        refundOfId: rows.Payment[0] ?? '',
        provider: 'STRIPE' as const,
        providerRef: null,
        state: 'PENDING' as const,
      }),
    })),
  })
  await prisma.checkout.createMany({
    data: rows.Checkout.map((id, index) => ({
      accountId,
      id,
      bookingId,
      amountMinor: 100,
      currency: 'EUR',
      successUrl: `https://${word}.example/thanks`,
      cancelUrl: `https://${word}.example/back`,
      state: 'OPEN',
      sessionId: `${word}${index}`,
      url: `https://${word}.example/pay`,
      // Long enough for whoever is given it again.
      expiresAt: new Date(monday + 300 * 24 * 3_600_000),
      createdAt: at(index),
    })),
  })
}
