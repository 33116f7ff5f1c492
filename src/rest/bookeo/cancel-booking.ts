// DELETE /bookings/{number}: a booking is canceled, which leaves it readable, and what was paid for
// it goes back as the policy of the product says.

import { z } from 'zod'
import { text } from '../fields.ts'
import { noBody } from '../route.ts'
import { isCanceled } from './booking.ts'
import { before, find, success } from './change-booking.ts'
import { notifying, notifyOf } from './create-booking.ts'
import { flag } from './flags.ts'
import { bookeoRoute, lang } from './route.ts'

/** Left out, the policy of the business decides what is given back; without it, all is. */
const refundOf = (applies: 'true' | 'false' | undefined) =>
  applies === 'false' ? 'FULL' : 'POLICY'

export const cancelBooking = bookeoRoute({
  name: 'cancelBooking',
  summary: 'Cancel a booking',
  description:
    'It stays readable. By the cancelation policy of the product some of what was paid is due back, ' +
    'without it all, which needs a permission for payments. What was paid online is given back at ' +
    'once, in a series for each booking; what was recorded stays due until its refund is. What ' +
    'becomes of a booking is always in the history of the customer.',
  method: 'DELETE',
  path: '/bookings/:number',
  query: z.object({
    ...lang,
    reason: text(500).optional(),
    ...notifying,
    applyCancellationPolicy: flag.optional().describe('True if left out.'),
    trackInCustomerHistory: flag.optional(),
    cancelRemainingSeries: flag
      .optional()
      .describe('Also what follows in the series that it was made with.'),
  }),
  before: [
    find,
    {
      document: `mutation BookeoCancelSeries($input: CancelBookingSeriesInput!) {
        cancelBookingSeries(input: $input) { ${success('CancelBookingSeries')} }
      }`,
      variables: ({ query }, found) => {
        const { id, series } = before(found)
        if (query.cancelRemainingSeries !== 'true' || !series || isCanceled(before(found))) {
          return null
        }
        const input = { id: series.id, bookingId: id, part: 'THIS_AND_LATER' }
        const refund = refundOf(query.applyCancellationPolicy)
        return { input: { ...input, refund, reason: query.reason || null, ...notifyOf(query) } }
      },
    },
    {
      document: `mutation BookeoCancel($input: CancelBookingInput!) {
        cancelBooking(input: $input) { ${success('CancelBooking')} }
      }`,
      variables: ({ query }, found) => {
        if (found.cancelBookingSeries) return null
        const refund = refundOf(query.applyCancellationPolicy)
        const { id } = before(found)
        return { input: { id, refund, reason: query.reason || null, ...notifyOf(query) } }
      },
    },
  ],
  document: null,
  variables: () => ({}),
  answer: { status: 204, description: 'It is canceled.', schema: noBody },
  reply: () => undefined,
  example: { path: { number: 'PHMS6HR' }, query: { reason: 'Rain' } },
})
