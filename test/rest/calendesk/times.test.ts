// Wall clocks: days and times in the zone that is asked for, questions longer than the graph's, and
// days on which clocks change.
import { describe, expect, it } from 'vitest'
import { zoneOf, offsetAt } from '../../../src/time/zone.ts'
import { testApp } from '../../support/app.ts'
import { openBusiness, type Business } from './calendesk-world.ts'

const app = await testApp({ start: '2026-01-05T08:00:00Z' })

type Slots = Record<string, Record<string, string[]>>

async function slotsOf({ call }: Business, query: Record<string, string>): Promise<Slots> {
  const asked = new URLSearchParams({ service_id: '5', employee_ids: '5', ...query })
  const { status, body } = await call(`/available-slots?${asked}`)
  expect(status).toBe(200)
  return body as Slots
}

/** All night and day of one weekday, in steps of half an hour. */
const roundTheClock = [1, 2, 3, 4, 5, 6, 7].map((day): [number, number, number] => [day, 0, 1440])

describe('a question of 70 days', () => {
  it.each([1, 35, 36, 62, 63, 70])('of %i is answered for each of them', async (days) => {
    const business = await openBusiness(app)
    const found = await slotsOf(business, {
      start_date: '2026-02-01',
      number_of_days: String(days),
    })
    const dates = Object.keys(found['5'] ?? {})
    const day = (index: number) => new Date(Date.UTC(2026, 1, 1 + index)).toISOString().slice(0, 10)
    expect(dates).toEqual(Array.from({ length: days }, (_, index) => day(index)))
    for (const times of Object.values(found['5'] ?? {})) {
      expect([times[0], times.at(-1), times.length]).toEqual(['09:00', '16:00', 15])
    }
  })
})

describe('a day on which clocks change', () => {
  it.each([
    ['Europe/London', '2026-03-29', '01:00', 2, 46],
    ['America/New_York', '2026-03-08', '02:00', 2, 46],
    ['America/Vancouver', '2026-03-08', '02:00', 2, 46],
    ['Australia/Lord_Howe', '2026-10-04', '02:00', 1, 47],
  ])('in %s skips %s %s', async (timeZone, date, skipped, missing, count) => {
    const business = await openBusiness(app, { timeZone, hours: roundTheClock })
    const found = await slotsOf(business, { start_date: date, number_of_days: '1' })
    const times = found['5']?.[date] ?? []
    expect(times).toHaveLength(count)
    expect(new Set(times).size).toBe(count)
    expect(times).not.toContain(skipped)
    expect(48 - times.length).toBe(missing)
  })

  it.each([
    ['Europe/London', '2026-10-25', '01:00'],
    ['America/New_York', '2026-11-01', '01:00'],
    ['Australia/Lord_Howe', '2026-04-05', '01:30'],
    ['Africa/Casablanca', '2026-02-15', '02:00'],
  ])('in %s has %s %s once: the first of the two', async (timeZone, date, twice) => {
    const noon = Date.parse(`${date}T12:00:00Z`)
    const offset = (at: number) => offsetAt(zoneOf(timeZone), at)
    expect(offset(noon - 86_400_000)).toBeGreaterThan(offset(noon + 43_200_000))
    const business = await openBusiness(app, { timeZone, hours: roundTheClock })
    const found = await slotsOf(business, { start_date: date, number_of_days: '1' })
    const times = found['5']?.[date] ?? []
    expect(times.filter((time) => time === twice)).toHaveLength(1)
    expect(new Set(times).size).toBe(times.length)
    expect(times).toHaveLength(48)
  })
})

describe('a zone that is asked for', () => {
  it.each([
    'Asia/Kolkata',
    'Pacific/Apia',
    'Pacific/Kiritimati',
    'America/Vancouver',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ])('%s has the slots of the business at its own wall clock', async (zone) => {
    const business = await openBusiness(app, { timeZone: 'Europe/London' })
    const query = { start_date: '2026-03-25', number_of_days: '10', customer_time_zone: zone }
    const found = (await slotsOf(business, query))['5'] ?? {}
    const offset = (at: number) => offsetAt(zoneOf(zone), at)
    const expected: Record<string, string[]> = {}
    for (let at = Date.UTC(2026, 2, 23); at < Date.UTC(2026, 3, 8); at += 1_800_000) {
      const london = new Date(at + offsetAt(zoneOf('Europe/London'), at))
        .toISOString()
        .slice(11, 16)
      if (london < '09:00' || london > '16:00') continue
      const there = new Date(at + offset(at)).toISOString()
      const date = there.slice(0, 10)
      if (date < '2026-03-25' || date > '2026-04-03') continue
      ;(expected[date] ??= []).push(there.slice(11, 16))
    }
    expect(found).toEqual(expected)
  })
})
