// Who gets the booking when any of several may.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseStaff } from '../../src/availability/choose-staff.ts'

describe('the chosen staff member', () => {
  it('is the least loaded that day', () => {
    expect(
      chooseStaff([
        { id: 'a', bookedMinutesThatDay: 60, idleSince: null },
        { id: 'b', bookedMinutesThatDay: 30, idleSince: 5 },
      ]),
    ).toBe('b')
  })

  it('is among equals the longest idle, and never booked is longest', () => {
    const equal = { bookedMinutesThatDay: 30 }
    expect(
      chooseStaff([
        { id: 'a', ...equal, idleSince: 9 },
        { id: 'b', ...equal, idleSince: 5 },
      ]),
    ).toBe('b')
    expect(
      chooseStaff([
        { id: 'a', ...equal, idleSince: 5 },
        { id: 'b', ...equal, idleSince: null },
      ]),
    ).toBe('b')
  })

  it('is then the first by id, and nobody when there is nobody', () => {
    const equal = { bookedMinutesThatDay: 0, idleSince: null }
    expect(
      chooseStaff([
        { id: 'b', ...equal },
        { id: 'a', ...equal },
      ]),
    ).toBe('a')
    expect(chooseStaff([])).toBeNull()
  })

  it('is the same whatever the order of the candidates', () => {
    const candidates = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        bookedMinutesThatDay: fc.constantFrom(0, 30),
        idleSince: fc.constantFrom(null, 1, 2),
      }),
      { selector: (candidate) => candidate.id, minLength: 1 },
    )
    fc.assert(
      fc.property(candidates, fc.integer({ min: 0, max: 4 }), (list, turn) => {
        const turned = [...list.slice(turn), ...list.slice(0, turn)]
        expect(chooseStaff(turned)).toBe(chooseStaff(list))
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})
