// What an edit in place writes of a locked booking: its words, its price, its party with the seats,
// and how many came. Decides nothing about who may edit.

import { changeSeats, takeSeats } from '../availability/seats.data.ts'
import type { ActionContext } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, refused } from '../errors.ts'
import type { Notify } from '../events/event.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import {
  attendanceFault,
  chargeable,
  headCount,
  highestPriceMinor,
  partyIssues,
  type PartyPart,
} from './booking.ts'

/** What may be edited in place; what is left out (undefined) stays, null clears. */
export type Edit = {
  notes?: string | null
  externalRef?: string | null
  customFields?: Prisma.InputJsonObject | null
  partySize?: number | null
  party?: PartyPart[] | null
  /** Heads that came, of a booking that took place. */
  attended?: number | null
  priceMinor?: number | null
  /** Why it costs that; only together with a price. */
  priceReason?: string | null
  asManager?: boolean
  expectedVersion?: number | null
  notify?: Notify
}

type Written = Prisma.BookingUncheckedUpdateInput

/** Takes or gives back seats as the edit needs and returns what is to be written. */
export async function editedFields(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  edit: Edit,
): Promise<Written> {
  const written = { ...wordsOf(edit), ...priceOf(edit), ...attendanceOf(before, edit) }
  return { ...written, ...(await resized(tx, ctx, before, edit)) }
}

function wordsOf(edit: Edit): Written {
  if ((edit.externalRef?.length ?? 0) > 255) {
    throw invalid(['externalRef'], 'An external reference has at most 255 characters.')
  }
  const data: Written = {}
  if (edit.notes !== undefined) data.notes = edit.notes
  if (edit.externalRef !== undefined) data.externalRef = edit.externalRef
  if (edit.customFields !== undefined) data.customFields = edit.customFields ?? Prisma.DbNull
  return data
}

// A reason belongs to the price that it was given for, so another price without one clears it.
function priceOf({ priceMinor, priceReason }: Edit): Written {
  if (priceMinor === undefined) {
    if (priceReason == null) return {}
    throw invalid(['priceReason'], 'A reason goes with a price: give "price" too.')
  }
  if (priceMinor !== null && (priceMinor < 0 || priceMinor > highestPriceMinor)) {
    throw invalid(['price'], `${priceMinor} is not between 0 and ${highestPriceMinor}.`)
  }
  return { priceMinor, priceReason: priceReason ?? null }
}

function attendanceOf({ number, status, partySize }: Booking, { attended }: Edit): Written {
  if (attended == null) return {}
  if (status !== 'COMPLETED') {
    const message = `Booking ${number} is ${status}: say how many came when it is completed.`
    throw invalid(['attended'], message)
  }
  const fault = attendanceFault(attended, partySize)
  if (fault) throw invalid(['attended'], fault)
  return { attended }
}

// Seats follow the party: who leaves gives theirs back, who comes needs some.
async function resized(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  edit: Edit,
): Promise<Written> {
  if (edit.party == null && (edit.partySize == null || edit.partySize === before.partySize)) {
    return {}
  }
  const { accountId, sessionId } = before
  const categories = await tx.partyCategory.findMany({ where: { accountId } })
  const parts = edit.party ?? []
  // Categories that are taken away leave the heads as they are.
  const size = edit.partySize ?? (parts.length > 0 ? null : before.partySize)
  const codes = categories.map(({ code }) => code)
  invalidAll(partyIssues(size, parts, codes))
  const partySize = headCount(size, parts)
  if (before.attended !== null && partySize < before.attended) {
    throw invalid(['partySize'], `${before.attended} came, so the party cannot be ${partySize}.`)
  }
  if (partySize !== before.partySize) await takeHeads(tx, ctx, before, partySize, edit.asManager)
  const perHead = sessionId && before.priceMinor !== null && edit.priceMinor === undefined
  return {
    partySize,
    party: parts.length > 0 ? parts : Prisma.DbNull,
    ...(perHead && {
      priceMinor: chargeable(Math.round(((before.priceMinor ?? 0) * partySize) / before.partySize)),
    }),
  }
}

async function takeHeads(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  partySize: number,
  asManager: boolean | undefined,
): Promise<void> {
  const { accountId, serviceId, sessionId } = before
  const session = sessionId ? { accountId, id: sessionId } : null
  if (session && partySize > before.partySize) {
    const own = { ownSeats: before.partySize, bookingId: before.id, asManager: !!asManager }
    await takeSeats(tx, ctx, { session, partySize, ...own }, 'TAKEN')
  } else if (session) {
    await changeSeats(tx, session, 'seatsTaken', partySize - before.partySize)
  } else if (!asManager) {
    const service = await tx.service.findUniqueOrThrow({
      where: { accountId_id: { accountId, id: serviceId } },
    })
    if (partySize >= service.minParty && partySize <= service.maxParty) return
    const message = `"${service.name}" takes parties of ${service.minParty} to ${service.maxParty}.`
    throw refused('LIMIT_REACHED', message, { path: ['partySize'] })
  }
}
