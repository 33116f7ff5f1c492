// The zones of an outside calendar's times: those that everybody knows, those whose rules stand in
// the file, and for times that name none the zone of whoever the calendar is of. Pure.

import ICAL from 'ical.js'
import type { Instant } from '../time/instant.ts'
import { isTimeZone, wallToInstant, zoneOf } from '../time/zone.ts'

/** From local time, as if it were UTC, to the instant that it means. */
export type ToInstant = (wall: number) => Instant

/** Rules that fall at most a few times a year, and always: others could be read for ever. */
const plainPart = [
  String.raw`BYMONTH=\d{1,2}`,
  'BYDAY=-?[1-5]?(SU|MO|TU|WE|TH|FR|SA)',
  'INTERVAL=1',
  String.raw`WKST=\w\w`,
  String.raw`UNTIL=\w{8,16}`,
].join('|')
const plainRule = new RegExp(`^FREQ=YEARLY(;(${plainPart}))*$`)
const longestRules = 20_000

export function createZones(ownZone: string, blocks: readonly string[]) {
  const own: ToInstant = inZone(ownZone)
  const known = new Map<string, ToInstant>()
  const rules = rulesByName(blocks)
  return {
    own,
    /** Null for a zone that nobody knows and whose rules are not there. */
    named: (name: string): ToInstant | null => {
      const found = known.get(name)
      if (found) return found
      const iana = ianaOf(name)
      const toInstant = iana ? inZone(iana) : byRules(rules.get(name))
      if (toInstant) known.set(name, toInstant)
      return toInstant
    },
  }
}

function inZone(name: string): ToInstant {
  const zone = zoneOf(name)
  return (wall) => wallToInstant(zone, wall)
}

/** "Europe/London", also behind a prefix as some write it: "/example.org/Europe/London". */
function ianaOf(name: string): string | null {
  if (isTimeZone(name)) return name
  const end = name.split('/').slice(-2).join('/')
  return name.includes('/') && isTimeZone(end) ? end : null
}

function rulesByName(blocks: readonly string[]): Map<string, string> {
  const named = blocks.flatMap((block) => {
    const name = /^TZID(?:;[^:\n]*)?:(.*)$/m.exec(block)?.[1]?.trim()
    const all = [...block.matchAll(/^RRULE(?:;[^:\n]*)?:(.*)$/gm)].map(([, rule = '']) => rule)
    const isPlain = all.every((rule) => plainRule.test(rule.trim().toUpperCase()))
    return name && isPlain && block.length <= longestRules ? [[name, block] as const] : []
  })
  return new Map(named)
}

function byRules(block: string | undefined): ToInstant | null {
  if (block === undefined) return null
  try {
    const component = new ICAL.Component(ICAL.parse(block) as never)
    const zone = new ICAL.Timezone({ component, tzid: '' })
    return (wall) => wall - zone.utcOffset(ICAL.Time.fromJSDate(new Date(wall), true)) * 1000
  } catch {
    return null
  }
}
