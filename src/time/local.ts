// Local dates and wall-clock times that need no zone: a date is its number of days since
// 1970-01-01, a wall time its minutes since midnight. Text that names no real date or time is null.

/** `2026-02-28` → days since 1970-01-01; null for anything else, also for 2026-02-30. */
export function dayNumber(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const date = Number(text.slice(8, 10))
  if (month < 1 || month > 12 || date < 1) return null
  const day = daysFromCivil(year, month, date)
  return dayName(day) === text ? day : null
}

/** Days since 1970-01-01 → `2026-02-28`. */
export function dayName(day: number): string {
  // The calendar is counted in eras of 400 years that begin on 1 March, so leap days come last.
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(date)}`
}

function daysFromCivil(year: number, month: number, date: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468
}

/** ISO weekday: 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return ((((day + 3) % 7) + 7) % 7) + 1
}

/**
 * `09:30`, `09:30:00` or `24:00` → minutes since midnight, 0..1440. Hours are kept to the minute:
 * seconds other than 00 are refused.
 */
export function parseLocalTime(text: string): number | null {
  const match = /^(\d{2}):(\d{2})(?::00)?$/.exec(text)
  if (match === null) return null
  const hour = Number(match[1])
  const minute = Number(match[2])
  if (minute > 59 || hour * 60 + minute > 1440) return null
  return hour * 60 + minute
}

const MINUTE_NAMES = Array.from(
  { length: 1441 },
  (_, minute) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`,
)

/** Minutes since midnight, 0..1440 → `09:30`; 1440 is `24:00`. */
export function minuteName(minute: number): string {
  return MINUTE_NAMES[minute]!
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
