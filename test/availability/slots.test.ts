// Slots by example: what a listing says, and which rule a refusal names. The rest is proven against
// the oracle in engine.test.ts.

import { describe, expect, it } from 'vitest'
import type { SlotRules, SlotStaff, SlotWorld } from '../../src/availability/slot-world.ts'
import { rangeToLoad } from '../../src/availability/slot-world.ts'
import { checkStart, listSlots, nextStarts } from '../../src/availability/slots.ts'
import { DAY, HOUR, MINUTE, parseInstant } from '../../src/time/instant.ts'
import { fromPairs } from '../../src/time/interval-set.ts'
import { dayNumber } from '../../src/time/local.ts'
import { dayStart, formatInstant, zoneOf } from '../../src/time/zone.ts'

const zone = zoneOf('Europe/London')
const nineToFive = [1, 2, 3, 4, 5].map((weekday) => ({
  weekday,
  startMinute: 540,
  endMinute: 1020,
}))
const rules: SlotRules = {
  durationMinutes: 60,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  slotStepMinutes: 30,
  stepFrom: 'MIDNIGHT',
  minNoticeMinutes: 0,
  maxAdvanceDays: null,
  bookableFromDay: null,
  bookableUntilDay: null,
  minParty: 1,
  maxParty: 4,
  dailyLimit: null,
}
const monday = dayNumber('2026-06-01')!

/** An instant of Monday, 1 June 2026 in London, or of another day. */
function at(time: string, date = '2026-06-01'): number {
  return parseInstant(`${date}T${time}:00+01:00`)!
}

function member(id: string, changes: Partial<SlotStaff> = {}): SlotStaff {
  return { id, weekly: [], exceptions: [], busy: [], bookedByDay: new Map(), ...changes }
}

function room(id: string, ...units: number[][]) {
  return { id, weekly: [], exceptions: [], units }
}

type Changes = Partial<Omit<SlotWorld, 'service'>> & { service?: Partial<SlotRules> }

function worldWith({ service, ...changes }: Changes = {}): SlotWorld {
  return {
    now: at('06:00'),
    account: { zone, weekly: nineToFive, exceptions: [] },
    bookedByDay: new Map(),
    staffMode: 'ANY',
    staff: [member('anna'), member('bela')],
    requirements: [],
    partySize: 1,
    ...changes,
    service: { ...rules, ...service },
  }
}

function startsOn(world: SlotWorld, day = monday): string[] {
  return listSlots(world, dayStart(zone, day), dayStart(zone, day + 1)).map((slot) =>
    formatInstant(zone, slot.startsAt).slice(11, 16),
  )
}

describe('a listing', () => {
  it('names for each start its end and everybody who can', () => {
    const anna = member('anna', { busy: [at('09:00'), at('15:30')] })
    const world = worldWith({ staff: [anna, member('bela')] })
    const slots = listSlots(world, at('15:00'), at('18:00'))
    expect(slots).toEqual([
      { startsAt: at('15:00'), endsAt: at('16:00'), staffIds: ['bela'], resources: [] },
      { startsAt: at('15:30'), endsAt: at('16:30'), staffIds: ['anna', 'bela'], resources: [] },
      { startsAt: at('16:00'), endsAt: at('17:00'), staffIds: ['anna', 'bela'], resources: [] },
    ])
  })

  it('leaves room for the buffers of both neighbours', () => {
    // Taken 11:00-12:00 with its own 15 minutes after: 11:00-12:15 is occupied.
    const staff = [member('anna', { busy: [at('11:00'), at('12:15')] })]
    const service = { bufferBeforeMinutes: 10, bufferAfterMinutes: 5, slotStepMinutes: 5 }
    const starts = startsOn(worldWith({ staff, service }))
    expect(starts.slice(0, 2)).toEqual(['09:10', '09:15'])
    expect(starts.filter((start) => start > '09:45').slice(0, 3)).toEqual([
      '09:50',
      '09:55',
      '12:25',
    ])
    expect(starts.at(-1)).toBe('15:55')
  })

  it('counts the step from midnight, or from the start of each free window', () => {
    const staff = [member('anna', { busy: [at('10:10'), at('15:10')] })]
    const service = { slotStepMinutes: 20 }
    expect(startsOn(worldWith({ staff, service }))).toEqual(['09:00', '15:20', '15:40', '16:00'])
    expect(startsOn(worldWith({ staff, service: { ...service, stepFrom: 'WINDOW' } }))).toEqual([
      '09:00',
      '15:10',
      '15:30',
      '15:50',
    ])
  })

  it('gives both starts of a repeated hour and none of a skipped one', () => {
    const weekly = [{ weekday: 7, startMinute: 0, endMinute: 240 }]
    const service = { slotStepMinutes: 60 }
    const world = worldWith({ account: { zone, weekly, exceptions: [] }, service })
    const on = (date: string) =>
      listSlots(world, dayStart(zone, dayNumber(date)!), dayStart(zone, dayNumber(date)! + 1)).map(
        (slot) => formatInstant(zone, slot.startsAt).slice(11),
      )
    expect(on('2026-10-25')).toEqual([
      '00:00:00+01:00',
      '01:00:00+01:00',
      '01:00:00+00:00',
      '02:00:00+00:00',
      '03:00:00+00:00',
    ])
    const spring = { ...world, now: 0 }
    const day = dayNumber('2026-03-29')!
    expect(startsOn(spring, day)).toEqual(['00:00', '02:00', '03:00'])
  })

  it('gives one start twice when staff need different lengths', () => {
    const staff = [member('anna'), member('bela', { durationMinutes: 90 })]
    const slots = listSlots(worldWith({ staff }), at('09:00'), at('09:30'))
    expect(slots).toEqual([
      { startsAt: at('09:00'), endsAt: at('10:00'), staffIds: ['anna'], resources: [] },
      { startsAt: at('09:00'), endsAt: at('10:30'), staffIds: ['bela'], resources: [] },
    ])
  })

  it('takes the first free unit of each requirement and never one unit twice', () => {
    const a = room('a', [at('09:00'), at('12:00')], [])
    const b = room('b', [at('13:00'), at('14:00')])
    const world = worldWith({ requirements: [[a, b], [b]] })
    const picked = (time: string) => listSlots(world, at(time), at(time) + 1)[0]?.resources
    expect(picked('09:00')).toEqual([
      { id: 'a', unit: 1 },
      { id: 'b', unit: 0 },
    ])
    expect(picked('12:00')).toEqual([
      { id: 'a', unit: 0 },
      { id: 'b', unit: 0 },
    ])
    expect(picked('13:00')).toBeUndefined()
    expect(startsOn(worldWith({ requirements: [[b], [b]] }))).toEqual([])
  })

  it('says at once that one requirement cannot be met, however many units the others have', () => {
    const free = (id: string) => room(id, ...Array.from({ length: 200 }, () => []))
    const taken = room('taken', [at('00:00'), at('23:59')])
    const requirements = [[free('a')], [free('b')], [free('c')], [free('d')], [taken]]
    const before = performance.now()
    expect(startsOn(worldWith({ requirements }))).toEqual([])
    // Trying every choice of the first four would take hours.
    expect(performance.now() - before).toBeLessThan(2000)
  })

  it('needs nobody for a service of resources alone', () => {
    const boats = room('boat', [at('09:00'), at('16:00')], [at('10:00'), at('17:00')])
    const world = worldWith({ staffMode: 'NONE', staff: [], requirements: [[boats]] })
    expect(listSlots(world, at('00:00'), at('23:00'))).toEqual([
      {
        startsAt: at('09:00'),
        endsAt: at('10:00'),
        staffIds: [],
        resources: [{ id: 'boat', unit: 1 }],
      },
      {
        startsAt: at('16:00'),
        endsAt: at('17:00'),
        staffIds: [],
        resources: [{ id: 'boat', unit: 0 }],
      },
    ])
  })

  it('holds more than 64 staff apart', () => {
    const staff = Array.from({ length: 70 }, (_, i) =>
      member(`m${i}`, { busy: i % 3 === 0 ? [at('09:00'), at('17:00')] : [] }),
    )
    const [slot] = listSlots(worldWith({ staff }), at('09:00'), at('09:30'))
    const free = staff.map((one) => one.id).filter((_, i) => i % 3 !== 0)
    expect(slot!.staffIds).toEqual(free)
  })

  it('of the collective needs all of them together', () => {
    const staff = [
      member('anna', { busy: [at('09:00'), at('12:00')] }),
      member('bela', { busy: [at('13:00'), at('16:00')] }),
    ]
    const world = worldWith({ staff, staffMode: 'COLLECTIVE' })
    expect(startsOn(world)).toEqual(['12:00', '16:00'])
    expect(checkStart(world, at('12:00'), ['anna'])).toMatchObject({ staffIds: ['anna', 'bela'] })
    expect(checkStart(world, at('12:00'), ['zoe'])).toEqual({ ok: false, reason: 'NO_STAFF' })
  })
})

describe('a refusal', () => {
  it('names the party that is too small or too large', () => {
    const world = worldWith({ service: { minParty: 2 } })
    expect(checkStart(world, at('09:00'))).toEqual({
      ok: false,
      reason: 'PARTY_TOO_SMALL',
      minParty: 2,
    })
    expect(checkStart({ ...world, partySize: 5 }, at('09:00'))).toEqual({
      ok: false,
      reason: 'PARTY_TOO_LARGE',
      maxParty: 4,
    })
  })

  it('names the earliest start when it is too soon, the last day when it is too late', () => {
    const service = { minNoticeMinutes: 240, maxAdvanceDays: 2 }
    const world = worldWith({ service })
    const earliestAt = at('10:00')
    expect(checkStart(world, at('09:30'))).toEqual({ ok: false, reason: 'TOO_SOON', earliestAt })
    expect(checkStart(world, at('10:00')).ok).toBe(true)
    expect(checkStart(world, at('16:00', '2026-06-03')).ok).toBe(true)
    expect(checkStart(world, at('09:00', '2026-06-04'))).toEqual({
      ok: false,
      reason: 'TOO_LATE',
      lastDay: dayNumber('2026-06-03'),
    })
  })

  it('keeps to the bookable dates', () => {
    const bookableFromDay = monday + 1
    const bookableUntilDay = monday + 2
    const world = worldWith({ service: { bookableFromDay, bookableUntilDay } })
    expect(startsOn(world, monday)).toEqual([])
    expect(startsOn(world, monday + 1)).toHaveLength(15)
    expect(startsOn(world, monday + 2)).toHaveLength(15)
    expect(startsOn(world, monday + 3)).toEqual([])
    expect(checkStart(world, at('09:00'))).toEqual({
      ok: false,
      reason: 'TOO_SOON',
      earliestAt: at('00:00', '2026-06-02'),
    })
  })

  it('says outside hours, off step or taken, in this order', () => {
    const world = worldWith({ staff: [member('anna', { busy: [at('12:00'), at('13:00')] })] })
    const outside = { ok: false, reason: 'OUTSIDE_HOURS' }
    expect(checkStart(world, at('08:00'))).toEqual(outside)
    expect(checkStart(world, at('16:10'))).toEqual(outside)
    expect(checkStart(world, at('12:10'))).toEqual({
      ok: false,
      reason: 'OFF_STEP',
      stepMinutes: 30,
    })
    expect(checkStart(world, at('11:30'))).toEqual({ ok: false, reason: 'TAKEN' })
    const byWindow = { ...world, service: { ...world.service, stepFrom: 'WINDOW' as const } }
    expect(checkStart(byWindow, at('12:10'))).toEqual({ ok: false, reason: 'TAKEN' })
    expect(checkStart(byWindow, at('13:10'))).toEqual({
      ok: false,
      reason: 'OFF_STEP',
      stepMinutes: 30,
    })
  })

  it('names whose daily limit is reached', () => {
    const bookedByDay = new Map([[monday, 2]])
    const byService = worldWith({ bookedByDay, service: { dailyLimit: 2 } })
    expect(checkStart(byService, at('09:00'))).toEqual({
      ok: false,
      reason: 'DAILY_LIMIT',
      of: 'SERVICE',
    })
    expect(checkStart(byService, at('09:00', '2026-06-02')).ok).toBe(true)
    const staff = [member('anna', { dailyLimit: 2, bookedByDay })]
    expect(checkStart(worldWith({ staff }), at('09:00'))).toEqual({
      ok: false,
      reason: 'DAILY_LIMIT',
      of: 'STAFF',
    })
    const limited = worldWith({ staff: [...staff, member('bela')] })
    expect(checkStart(limited, at('09:00'))).toMatchObject({ ok: true, staffIds: ['bela'] })
  })

  it('says that nobody does it, or that nothing is there to do it with', () => {
    expect(checkStart(worldWith({ staff: [] }), at('09:00'))).toEqual({
      ok: false,
      reason: 'NO_STAFF',
    })
    expect(checkStart(worldWith(), at('09:00'), ['zoe'])).toEqual({ ok: false, reason: 'NO_STAFF' })
    const world = worldWith({ requirements: [[room('a', [])], [room('b')]] })
    expect(checkStart(world, at('09:00'))).toEqual({
      ok: false,
      reason: 'NO_RESOURCE',
      requirement: 1,
    })
  })
})

describe('the next starts', () => {
  it('are the first ones after an instant, however far', () => {
    const busy = fromPairs([at('09:00'), at('09:00') + 20 * DAY])
    const world = worldWith({ staff: [member('anna', { busy })] })
    const next = nextStarts(world, at('09:00'), at('09:00') + 60 * DAY, 2)
    expect(next.map((slot) => slot.startsAt)).toEqual([
      at('09:00') + 21 * DAY,
      at('09:30') + 21 * DAY,
    ])
    expect(nextStarts(world, at('09:00'), at('09:00') + 20 * DAY, 2)).toEqual([])
  })
})

describe('the range to load', () => {
  it('reaches over the buffers, and for windows to the midnight before the day', () => {
    const buffered = { ...rules, bufferBeforeMinutes: 10, bufferAfterMinutes: 20 }
    expect(rangeToLoad(zone, buffered, 90, at('09:00'), at('17:00'))).toEqual({
      start: at('09:00') - 10 * MINUTE,
      end: at('17:00') + 110 * MINUTE,
    })
    const byWindow = { ...buffered, stepFrom: 'WINDOW' as const }
    expect(rangeToLoad(zone, byWindow, 90, at('09:00'), at('17:00')).start).toBe(
      at('00:00') - 24 * HOUR,
    )
  })
})
