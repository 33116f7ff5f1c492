// The door where calendar programs read a feed: its secret is the address. What is no feed (any
// more) is answered in one way, and whoever tries many is slowed down.

import { createHash } from 'node:crypto'
import { parseFeedSecret } from '../auth/secret.ts'
import { findFeed, modelOf, type FeedFound } from '../calendar/feed.data.ts'
import { feedEntry } from '../calendar/feed-entries.ts'
import { shownScopes } from '../calendar/feed.ts'
import { calendarText, type CalendarFile } from '../calendar/ics.ts'
import type { Services } from '../context.ts'
import { networkOf } from '../graphql/spending.ts'
import { headerOf, HttpFault, send, type Exchange } from './exchange.ts'
import type { Route } from './router.ts'
import { createThrottle } from './throttle.ts'

/** In a quarter of an hour: reads of one feed, and wrong addresses from one network. */
const most = { reads: 120, misses: 30, seconds: 900 }

const absent = 'There is no such calendar. It may have been revoked: ask for another address.'

export function calendarRoutes({ db, clock }: Pick<Services, 'db' | 'clock'>): Route[] {
  const { seconds } = most
  const reads = createThrottle({ points: most.reads, seconds, clock })
  const misses = createThrottle({ points: most.misses, seconds, clock })
  const wait = (wanted: number) => {
    if (wanted === 0) return
    const message = `Too many requests: try again in ${wanted} seconds.`
    throw new HttpFault(429, message, { 'retry-after': String(wanted) })
  }
  const door = async (exchange: Exchange) => {
    const network = networkOf(exchange.address)
    const secret = /^\/calendars\/(\w+)\.ics$/.exec(exchange.path)?.[1]
    const hash = parseFeedSecret(secret ?? '')
    if (hash) wait(reads.take(hash.toString('hex')))
    const file = hash && fileOf(await findFeed(db, hash, clock.now()))
    if (!file) {
      // Who has an address that is good does not wait for a neighbour who guesses.
      wait(misses.take(network))
      throw new HttpFault(404, absent)
    }
    sendFile(exchange, file)
  }
  return [{ path: '/calendars/*', methods: ['GET'], name: 'calendars', door }]
}

/** Null when there is no feed, or none that its maker may show any more. */
function fileOf(found: FeedFound | null): CalendarFile | null {
  if (!found) return null
  const model = modelOf(found)
  const scopes = shownScopes(model, found.scopes, found.role)
  if (!scopes) return null
  const { accountName, accountZone, ownZone, name, facts } = found
  return {
    method: 'PUBLISH',
    name,
    timeZone: ownZone ?? accountZone,
    entries: facts.map((fact) => feedEntry(fact, { model, accountName, scopes })),
  }
}

// The tag is that of what the file says, so that most reads need no file at all.
function sendFile(exchange: Exchange, file: CalendarFile): void {
  const tag = `"${createHash('sha256').update(JSON.stringify(file)).digest('base64url')}"`
  // Asked anew each time: a feed that was revoked is not shown from a cache.
  const headers = { etag: tag, 'cache-control': 'private, no-cache' }
  const known = headerOf(exchange, 'if-none-match') ?? ''
  if (
    known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag || each.trim() === '*')
  ) {
    exchange.res.writeHead(304, headers).end()
    return
  }
  const type = { 'content-type': 'text/calendar; charset=utf-8; method=PUBLISH' }
  const disposition = { 'content-disposition': 'inline; filename="calendar.ics"' }
  send(exchange, 200, { ...type, ...disposition, ...headers }, calendarText(file))
}
