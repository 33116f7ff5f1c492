// What servers say in JSON of entries and of pauses, read without trusting it.
import { describe, expect, it } from 'vitest'
import { fieldsIn, listOf, pauseIn } from '../../src/calendar/answer.ts'
import { entryOfSpan } from '../../src/calendar/span.ts'

/** When it starts, and how many hours it takes. */
function read(start: string, end: string, timeZone = 'America/New_York') {
  const entry = entryOfSpan({ uid: 'one', start, end, isFree: false }, timeZone)
  if (!entry) return null
  const { at, isDate, wall, toInstant } = entry.start
  const endsAt = isDate ? toInstant(wall + entry.length) : at + entry.length
  return [new Date(at).toISOString(), (endsAt - at) / 3_600_000]
}

describe('an entry that a server has written out', () => {
  it.each([
    ['2026-03-03T10:00:00Z', '2026-03-03T11:30:00Z', '2026-03-03T10:00:00.000Z', 1.5],
    ['2026-03-03T10:00:00+02:00', '2026-03-03T08:30:00.0000000Z', '2026-03-03T08:00:00.000Z', 0.5],
    ['2026-03-03', '2026-03-04', '2026-03-03T05:00:00.000Z', 24],
    // Clocks go forward that night, and back in that one.
    ['2026-03-08', '2026-03-09', '2026-03-08T05:00:00.000Z', 23],
    ['2026-11-01', '2026-11-03', '2026-11-01T04:00:00.000Z', 49],
  ])('from %s to %s takes its time where whoever it is of lives', (start, end, at, hours) => {
    expect(read(start, end)).toEqual([at, hours])
  })

  it.each([
    ['', ''],
    ['2026-03-03', '2026-03-03T11:00:00Z'],
    ['2026-03-03T10:00:00', '2026-03-03T11:00:00Z'],
    ['2026-02-30', '2026-03-01'],
  ])('from "%s" to "%s" is none', (start, end) => {
    expect(read(start, end)).toBe(null)
  })
})

describe('an answer', () => {
  it('that is no object has no fields, and what is no list has none', () => {
    for (const text of ['', 'null', '[1]', '"a"', '<html>']) expect(fieldsIn(text)).toEqual({})
    expect(fieldsIn('{"a":1}')).toEqual({ a: 1 })
    expect(listOf({})).toBe(null)
    expect(listOf([null, { a: 1 }, 2])).toEqual([{}, { a: 1 }, {}])
  })

  const now = Date.parse('2026-03-03T10:00:00Z')

  it.each([
    [{}, 0],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': 'Tue, 03 Mar 2026 10:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Tue, 03 Mar 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': 'soon' }, 0],
    [{ 'retry-after': '999999999' }, 86_400_000],
  ])('with %j asks for a pause of so long', (headers, pause) => {
    expect(pauseIn(headers as Record<string, string>, now)).toBe(pause)
  })
})
