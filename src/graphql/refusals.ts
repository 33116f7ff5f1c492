// The refusals as GraphQL types: interface Refusal and one type per code, with what a program needs
// to go on. `... on Refusal { code message }` works in every result union.

import {
  refusalCodes,
  refusalType,
  type FreeSlot,
  type Refusal,
  type RefusalCode,
} from '../errors.ts'
import { builder } from './builder.ts'
import { encodeId } from './ids.ts'

const open = 'A refusal only says what the caller itself asked for.'

export const RefusalCodeEnum = builder.enumType('RefusalCode', {
  description: 'Why something was refused. The list is closed.',
  values: Object.fromEntries(
    refusalCodes.map((code) => [code, { description: `Answered as ${refusalType(code)}.` }]),
  ) as { [code in RefusalCode]: { description: string } },
})

export const RefusalInterface = builder.interfaceRef<Refusal>('Refusal').implement({
  description: 'An expected refusal: nothing was changed, and it says why.',
  open,
  resolveType: (refusal) => refusalType(refusal.code),
  fields: (t) => ({
    code: t.expose('code', { type: RefusalCodeEnum, description: 'Which refusal this is.' }),
    message: t.exposeString('message', { description: 'A sentence for a person.' }),
    path: t.exposeStringList('path', {
      nullable: true,
      description: 'The input field at fault, from the root of the input; null when none is.',
    }),
  }),
})

const IssueType = builder.objectRef<{ path: string[]; message: string }>('ValidationIssue')
IssueType.implement({
  description: 'One thing that is wrong with an input.',
  open,
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'The input field, from the root.' }),
    message: t.exposeString('message', { description: 'What is wrong and what would be right.' }),
  }),
})

type Slot = FreeSlot & { accountId: string }

const FreeSlotType = builder.objectRef<Slot>('FreeSlot')
FreeSlotType.implement({
  description: 'A start or session that is free in place of the refused one.',
  open,
  fields: (t) => ({
    startsAt: t.field({
      type: 'DateTime',
      description: 'When the slot starts.',
      resolve: (slot) => new Date(slot.startsAt),
    }),
    endsAt: t.field({
      type: 'DateTime',
      description: 'When the slot ends, buffers not included.',
      resolve: (slot) => new Date(slot.endsAt),
    }),
    staffIds: t.idList({
      description: 'Staff members who are free then; empty when the service needs none.',
      resolve: (slot) =>
        slot.staffIds.map((id) => encodeId('StaffMember', { accountId: slot.accountId, id })),
    }),
    sessionId: t.id({
      nullable: true,
      description: 'The session of a class, to be booked by it; null for an appointment.',
      resolve: ({ accountId, sessionId }) =>
        sessionId === null ? null : encodeId('Session', { accountId, id: sessionId }),
    }),
  }),
})

async function nextSlots(refusal: Refusal): Promise<Slot[]> {
  const slots = (await refusal.nextSlots?.()) ?? []
  return slots.map((slot) => ({ ...slot, accountId: refusal.accountId ?? '' }))
}

/** Refusals of a time, which offer others. */
export const timeRefusals = [
  'SLOT_TAKEN',
  'OUTSIDE_AVAILABILITY',
  'TOO_SOON',
  'TOO_LATE',
  'NO_CAPACITY',
  'LIMIT_REACHED',
] as const satisfies readonly RefusalCode[]

const offersOthers = (code: RefusalCode) => (timeRefusals as readonly RefusalCode[]).includes(code)

const meaning: Record<RefusalCode, string> = {
  NOT_FOUND: 'The thing does not exist, or not for this credential.',
  VALIDATION_FAILED: 'The input cannot be accepted as it is.',
  SLOT_TAKEN: 'Somebody else has the time.',
  OUTSIDE_AVAILABILITY: 'The time is not offered: outside hours, off the step, or nobody works.',
  TOO_SOON: 'The start is nearer than the minimum notice allows, or past.',
  TOO_LATE: 'The start is beyond the booking window.',
  NO_CAPACITY: 'Fewer seats are left than were asked for.',
  HOLD_EXPIRED: 'The hold has run out, was released or was used.',
  VERSION_CONFLICT: 'The thing was changed since the version that was expected.',
  IDEMPOTENCY_CONFLICT: 'The idempotency key was used for another input.',
  ILLEGAL_TRANSITION: 'The booking cannot go from its status to the asked one.',
  ALREADY_CANCELLED: 'The booking is cancelled already.',
  ROUTING_REJECTED: 'A rule of the booking link rejected the answers.',
  LIMIT_REACHED: 'A limit (per day, per party, per account) is reached.',
  PAYMENT_REQUIRED: 'A payment is needed first.',
  IN_USE: 'Something still depends on the thing.',
  CURSOR_EXPIRED: 'The cursor is older than the events that are kept.',
}

for (const code of refusalCodes) {
  builder.objectType(builder.objectRef<Refusal>(refusalType(code)), {
    name: refusalType(code),
    description: meaning[code],
    interfaces: [RefusalInterface],
    open,
    fields: (t) => ({
      ...(code === 'VALIDATION_FAILED' && {
        issues: t.field({
          type: [IssueType],
          description: 'Everything that is wrong, at least one.',
          resolve: (refusal) => refusal.issues ?? [],
        }),
      }),
      ...(offersOthers(code) && {
        nextSlots: t.field({
          type: [FreeSlotType],
          description:
            'The next free starts or sessions for the same party, soonest first, at most 5; empty ' +
            'when there is none, or when no time was refused.',
          resolve: nextSlots,
        }),
      }),
      ...(code === 'NO_CAPACITY' && {
        remaining: t.int({
          nullable: true,
          description: 'Seats that are left; null when that cannot be said.',
          resolve: (refusal) => refusal.remaining ?? null,
        }),
      }),
      ...(code === 'VERSION_CONFLICT' && {
        currentVersion: t.int({
          description: 'The version that the thing has now.',
          resolve: (refusal) => refusal.currentVersion ?? 0,
        }),
      }),
      ...(code === 'ILLEGAL_TRANSITION' && {
        from: t.string({
          description: 'The status that the booking has.',
          resolve: (refusal) => refusal.from ?? '',
        }),
        to: t.string({
          description: 'The status that was asked for.',
          resolve: (refusal) => refusal.to ?? '',
        }),
      }),
    }),
  })
}
