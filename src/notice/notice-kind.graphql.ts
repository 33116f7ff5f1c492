// The kinds of notices as the graph names them.

import { builder } from '../graphql/builder.ts'
import type { NoticeKind } from './notice.ts'

const kinds: Record<NoticeKind | 'WEBHOOK_DISABLED', string> = {
  CONFIRMATION: 'A booking stands.',
  REQUEST: 'A booking was asked for and waits to be confirmed: to the customer.',
  REVIEW: 'A booking waits to be confirmed or declined: to the staff.',
  CHANGE: 'A booking has another time, service, place or person.',
  DECLINED: 'A booking that was asked for is declined.',
  CANCELLATION: 'A booking is cancelled.',
  REMINDER: 'A booking comes soon.',
  THANKS: 'A booking is over: thanks to the customer.',
  WAITLIST_OFFER: 'Something has come free for who waits, and is held for them: to the customer.',
  WAITLIST_LEFT: 'Somebody is off the waitlist: to the customer.',
  WAITLIST_EXPIRED: 'An offer, or what was waited for, is over: to the customer.',
  WEBHOOK_DISABLED: 'A webhook endpoint is not called any more: to whoever made it.',
}

export const NoticeKindEnum = builder.enumType('NoticeKind', {
  description: 'What somebody is told.',
  values: Object.fromEntries(
    Object.entries(kinds).map(([kind, description]) => [kind, { description }]),
  ) as Record<keyof typeof kinds, { description: string }>,
})
