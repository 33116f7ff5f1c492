// A room as this dialect shows it: in the domain a service, and the resource that it occupies. Its
// id is the service's. What the credential may not see is null.

import { z } from 'zod'

// Nothing is free in 1970, so what comes next is the first from now on; a party of null is the
// smallest that the room takes.
export const roomFields = `
  id name description kind minParty maxParty capacity durationMinutes
  bufferBeforeMinutes bufferAfterMinutes slotStepMinutes active
  price { amount currency }
  availability(from: "1970-01-01", days: 1, partySize: null) { nextAvailable { startsAt } }
`

export type RoomData = {
  id: string
  name: string
  description: string | null
  kind: 'APPOINTMENT' | 'CLASS'
  minParty: number
  maxParty: number
  capacity: number
  durationMinutes: number
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  slotStepMinutes: number
  active: boolean
  price: { amount: number; currency: string } | null
  availability: { nextAvailable: { startsAt: Date } | null } | null
}

export const bookingType = z.enum(['private', 'public'], 'has to be private or public')

export const roomSchema = z.object({
  roomId: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  bookingType,
  minPlayers: z.int(),
  maxPlayers: z.int(),
  durationMins: z.int(),
  bufferMins: z.int(),
  slotIntervalMins: z.int(),
  price: z.int().nullable(),
  currency: z.string().nullable(),
  active: z.boolean(),
  availability: z.object({ nextAvailableAt: z.iso.datetime().nullable() }).nullable(),
})

export const roomExample: z.output<typeof roomSchema> = {
  roomId: 'AwGh_AJxTz6fAyzuBEFxRQ',
  name: 'The Vault',
  description: 'A vault, a clock and no key.',
  bookingType: 'private',
  minPlayers: 2,
  maxPlayers: 6,
  durationMins: 60,
  bufferMins: 30,
  slotIntervalMins: 30,
  price: 24000,
  currency: 'PLN',
  active: true,
  availability: { nextAvailableAt: '2026-05-01T12:00:00.000Z' },
}

/** Appointments are private bookings, seats of sessions are public ones. */
export function bookingTypeOf(kind: RoomData['kind']): z.output<typeof bookingType> {
  return kind === 'CLASS' ? 'public' : 'private'
}

/** Heads that a room has place for: of one party, or of all who share it. */
export function playersOf({
  kind,
  maxParty,
  capacity,
}: Pick<RoomData, 'kind' | 'maxParty' | 'capacity'>) {
  return kind === 'CLASS' ? capacity : maxParty
}

export function roomOf(room: RoomData): z.input<typeof roomSchema> {
  const { availability } = room
  const next = availability?.nextAvailable?.startsAt
  return {
    roomId: room.id,
    name: room.name,
    description: room.description,
    bookingType: bookingTypeOf(room.kind),
    minPlayers: room.minParty,
    maxPlayers: playersOf(room),
    durationMins: room.durationMinutes,
    bufferMins: room.bufferBeforeMinutes + room.bufferAfterMinutes,
    slotIntervalMins: room.slotStepMinutes,
    price: room.price?.amount ?? null,
    currency: room.price?.currency ?? null,
    active: room.active,
    availability: availability && { nextAvailableAt: next ? utc(next) : null },
  }
}

/** Times are UTC with Z. */
export function utc(at: Date | string | number): string {
  return new Date(at).toISOString()
}
