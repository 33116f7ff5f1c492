// Turns the reason of a rule into the refusal a customer reads. One sentence per rule.

import type { Refusal } from '../errors.ts'
import { dayName } from '../time/local.ts'
import { sayInstant, type Zone } from '../time/zone.ts'
import type { SessionRefusal } from './sessions.ts'
import type { SlotRefusal } from './slots.ts'

type WindowReason = 'PARTY_TOO_SMALL' | 'PARTY_TOO_LARGE' | 'TOO_SOON' | 'TOO_LATE'
type Reason = SlotRefusal | SessionRefusal
type OfBoth = Extract<Reason, { reason: WindowReason }>

/** The refusal of an asked start or session; times are shown in the account's zone. */
export function availabilityRefusal(
  service: { name: string },
  zone: Zone,
  refusal: SlotRefusal | SessionRefusal,
): Refusal {
  const name = `"${service.name}"`
  const outside = (message: string): Refusal => ({ code: 'OUTSIDE_AVAILABILITY', message })
  switch (refusal.reason) {
    case 'PARTY_TOO_SMALL':
    case 'PARTY_TOO_LARGE':
    case 'TOO_SOON':
    case 'TOO_LATE':
      return windowRefusal(name, zone, refusal)
    case 'NO_STAFF':
      return outside(`Nobody who was asked for gives ${name}.`)
    case 'NO_RESOURCE':
      return outside(`${name} cannot be given: the room or thing that it needs is out of service.`)
    case 'OUTSIDE_HOURS':
      return outside(`The time lies outside the hours in which ${name} is given.`)
    case 'OFF_STEP':
      return outside(`${name} starts every ${refusal.stepMinutes} minutes, and not at this time.`)
    case 'TAKEN':
      return { code: 'SLOT_TAKEN', message: `This time of ${name} is taken.`, path: ['startsAt'] }
    case 'DAILY_LIMIT':
      return {
        code: 'LIMIT_REACHED',
        message:
          refusal.of === 'SERVICE'
            ? `${name} has as many bookings on this day as it takes.`
            : `Whoever gives ${name} has as many bookings on this day as they take.`,
        path: ['startsAt'],
      }
    case 'CANCELLED':
      return {
        code: 'NOT_FOUND',
        message: 'This session does not take place.',
        path: ['sessionId'],
      }
    case 'STARTED':
      return {
        code: 'TOO_SOON',
        message: `This session of ${name} started at ${sayInstant(zone, refusal.startsAt)}.`,
        path: ['sessionId'],
      }
    case 'NO_CAPACITY':
      return {
        code: 'NO_CAPACITY',
        message: `This session of ${name} has ${seatsLeft(refusal.seatsAvailable)} left.`,
        path: ['partySize'],
        remaining: refusal.seatsAvailable,
      }
    default:
      return refusal satisfies never
  }
}

function seatsLeft(count: number): string {
  if (count === 0) return 'no seats'
  return count === 1 ? '1 seat' : `${count} seats`
}

function windowRefusal(name: string, zone: Zone, refusal: OfBoth): Refusal {
  switch (refusal.reason) {
    case 'PARTY_TOO_SMALL':
      return {
        code: 'LIMIT_REACHED',
        message: `${name} takes parties of ${refusal.minParty} or more.`,
        path: ['partySize'],
      }
    case 'PARTY_TOO_LARGE':
      return {
        code: 'LIMIT_REACHED',
        message: `${name} takes parties of at most ${refusal.maxParty}.`,
        path: ['partySize'],
      }
    case 'TOO_SOON':
      return {
        code: 'TOO_SOON',
        message: `${name} can be booked from ${sayInstant(zone, refusal.earliestAt)} on.`,
        path: ['startsAt'],
      }
    case 'TOO_LATE':
      return {
        code: 'TOO_LATE',
        message: `${name} can be booked up to and including ${dayName(refusal.lastDay)}.`,
        path: ['startsAt'],
      }
    default:
      return refusal satisfies never
  }
}
