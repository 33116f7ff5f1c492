// Days on which something happens to the clocks, for tests that look for trouble.

import { DateTime } from 'luxon'

/** Zones with days on which clocks change, and ordinary ones. */
export const ZONE_DAYS: readonly (readonly [zone: string, ...days: string[]])[] = [
  ['Europe/London', '2026-03-29', '2026-10-25', '2026-07-01'],
  ['America/New_York', '2026-03-08', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-05', '2026-10-04'],
  ['Asia/Kolkata', '2026-06-15'],
  ['Africa/Casablanca', '2026-02-15', '2026-03-22'],
  ['Pacific/Apia', '2011-12-29', '2011-12-31', '2011-09-24'],
  ['Pacific/Kiritimati', '1994-12-30', '2026-06-15'],
  ['America/Vancouver', '2026-03-08', '2026-11-01'],
  // Clocks that change at midnight.
  ['Asia/Beirut', '2026-03-29', '2026-10-24', '2026-10-25'],
  ['Africa/Cairo', '2026-04-24', '2026-10-29', '2026-10-30'],
  ['America/Santiago', '2026-04-04', '2026-09-06'],
  ['Asia/Kathmandu', '1985-12-31', '2026-06-15'],
  ['America/Sao_Paulo', '2018-02-17', '2018-11-04'],
  ['Asia/Tehran', '2022-03-22', '2022-09-21'],
  // Two hours at once.
  ['Antarctica/Troll', '2026-03-29', '2026-10-25'],
  ['UTC', '2026-02-28'],
]

export type Year = {
  zoneName: string
  /** The first of four hundred local days. */
  from: string
  /** Every day among them on which clocks change, or the day before one that is left out. */
  changes: string[]
}

/** Zones, each with a year in which much happens to its clocks. */
export const YEARS: readonly Year[] = [
  { zoneName: 'Europe/London', from: '2026-01-01', changes: ['2026-03-29', '2026-10-25'] },
  { zoneName: 'America/New_York', from: '2026-01-01', changes: ['2026-03-08', '2026-11-01'] },
  { zoneName: 'Australia/Lord_Howe', from: '2026-01-01', changes: ['2026-04-05', '2026-10-04'] },
  { zoneName: 'Asia/Kolkata', from: '2026-01-01', changes: [] },
  { zoneName: 'Africa/Casablanca', from: '2025-01-01', changes: ['2025-02-23', '2025-04-06'] },
  {
    zoneName: 'Pacific/Apia',
    from: '2011-01-01',
    changes: ['2011-04-02', '2011-09-24', '2011-12-29'],
  },
  { zoneName: 'Pacific/Kiritimati', from: '1994-06-01', changes: ['1994-12-30'] },
  { zoneName: 'America/Vancouver', from: '2025-01-01', changes: ['2025-03-09', '2025-11-02'] },
  { zoneName: 'Asia/Kathmandu', from: '1985-06-01', changes: ['1985-12-31'] },
  { zoneName: 'America/Sao_Paulo', from: '2018-01-01', changes: ['2018-02-17', '2018-11-03'] },
  { zoneName: 'Asia/Tehran', from: '2022-01-01', changes: ['2022-03-21', '2022-09-21'] },
  { zoneName: 'Antarctica/Troll', from: '2026-01-01', changes: ['2026-03-29', '2026-10-25'] },
  { zoneName: 'Africa/Cairo', from: '2026-01-01', changes: ['2026-04-23', '2026-10-29'] },
]

/** Local days, as numbers, at whose end or in which clocks change, as luxon sees it. */
export function changesWithin(zoneName: string, first: number, end: number): number[] {
  const offsetAt = (minute: number) =>
    DateTime.fromMillis(minute * 60_000, { zone: zoneName }).offset
  const found: number[] = []
  for (let noon = first * 1440 - 720; noon < end * 1440 - 720; noon += 1440) {
    const before = offsetAt(noon)
    if (before === offsetAt(noon + 1440)) continue
    let at = noon
    while (offsetAt(at) === before) at += 15
    found.push(Math.floor((at - 1 + before) / 1440))
  }
  return found
}
