// The cursor of an event: opaque, ordered, and refusing whatever it did not make itself.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareCursors, decodeEventCursor, encodeEventCursor } from '../../src/events/cursor.ts'

const number = fc.bigInt(0n, 2n ** 63n - 1n)
const cursor = fc.record({ xid: number, seq: number })

describe('the cursor of an event', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(cursor, (place) => {
        expect(decodeEventCursor(encodeEventCursor(place))).toEqual(place)
      }),
    )
  })

  it('is 22 characters that need no escaping in an address', () => {
    expect(encodeEventCursor({ xid: 745n, seq: 12n })).toBe('AAAAAAAAAukAAAAAAAAADA')
  })

  it('orders by transaction first, then by row', () => {
    const sorted = [
      { xid: 1n, seq: 9n },
      { xid: 2n, seq: 1n },
      { xid: 2n, seq: 2n },
      { xid: 10n, seq: 1n },
    ]
    expect(sorted.toReversed().toSorted(compareCursors)).toEqual(sorted)
    expect(compareCursors({ xid: 2n, seq: 2n }, { xid: 2n, seq: 2n })).toBe(0)
  })

  it.each([
    ['nothing', ''],
    ['a word', 'tomorrow'],
    ['a character too few', 'AAAAAAAAAukAAAAAAAAAD'],
    ['a character too many', 'AAAAAAAAAukAAAAAAAAADAA'],
    ['other base64', 'AAAAAAAAAukAAAAAAAAADA=='],
    ['bits that belong to no byte', 'AAAAAAAAAukAAAAAAAAADB'],
    ['a number that no row can have', '_____________________w'],
  ])('refuses %s', (_what, text) => {
    expect(decodeEventCursor(text)).toBeNull()
  })
})
