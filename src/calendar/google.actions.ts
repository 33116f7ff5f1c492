// A calendar of Google's (Calendar API v3): read by a sync token, which says whether anything is
// new, and then whole; entries of ours have ids that are made of their row's, so that what is
// written twice is one event. What is deleted there keeps its id and is brought back under it.

import type { BusyWindow } from '../availability/busy-times.ts'
import { formatUtc } from '../time/instant.ts'
import { fieldsOf, listOf, textOf, type Fields } from './answer.ts'
import type { Api } from './api.actions.ts'
import { entryUid } from './feed-entries.ts'
import { insist } from './insist.actions.ts'
import { outsideLimits } from './outside.ts'
import {
  CalendarFault,
  faultOf,
  unreadable,
  type CalendarServer,
  type Connection,
  type FoundEntry,
  type OwnEntry,
} from './server.ts'
import { entryOfSpan } from './span.ts'

/** The same in every request of a sync; without what is not looked at, which may be long. */
const common = {
  singleEvents: 'true',
  maxResults: '2500',
  fields:
    'nextPageToken,nextSyncToken,' +
    'items(id,status,transparency,start,end,attendees(self,responseStatus))',
}

export function createGoogle(api: Api, { url, timeZone }: Connection): CalendarServer {
  const eventsUrl = `${url}/events`
  const { hasNews, everything } = readingOf(api, eventsUrl)

  const lookAt = (name: string) => async (): Promise<string | null> => {
    const { status, body } = await api({ method: 'GET', url: `${eventsUrl}/${name}` })
    if (status === 404) return null
    if (status !== 200) throw faultOf(status)
    return textOf(body['etag'])
  }

  return {
    read: async (window, mark) => {
      if (mark?.etag && !(await hasNews(mark.etag))) return null
      const { items, sync } = await everything(window)
      const entries = items.map((item) => entryIn(item, timeZone))
      return { entries, etag: sync || null, lastModified: null }
    },
    put: async (entry, known) => {
      const name = nameOf(entry.id)
      const body = eventOf(entry)
      const url = `${eventsUrl}/${name}`
      const write = (tag: string | null) =>
        tag === null
          ? api({ method: 'POST', url: eventsUrl, body: { id: name, ...body } })
          : api({ method: 'PUT', url, headers: ifMatch(tag), body })
      // 409: it stands there, or was deleted there and its id is taken for ever.
      const manner = { changed: [404, 409, 410, 412] }
      const written = await insist(lookAt(name), known, write, manner)
      return textOf(written.body['etag'])
    },
    remove: async (id, known) => {
      const name = nameOf(id)
      const target = { method: 'DELETE', url: `${eventsUrl}/${name}` } as const
      const remove = (tag: string | null) => api({ ...target, headers: ifMatch(tag) })
      await insist(lookAt(name), known, remove, { enough: [404, 410] })
    },
  }
}

/** Of the longest pages that there are. */
const mostPages = 8

function readingOf(api: Api, eventsUrl: string) {
  /** From page to page, until one is enough; null when the sync token is no good any more. */
  const pages = async (query: Record<string, string>, take: (items: Fields[]) => boolean) => {
    let pageToken = ''
    for (let nth = 0; nth < mostPages; nth += 1) {
      const asked = { ...common, ...query, ...(pageToken && { pageToken }) }
      const url = `${eventsUrl}?${new URLSearchParams(asked)}`
      const { status, body } = await api({ method: 'GET', url })
      if ('syncToken' in query && (status === 410 || status === 400)) return null
      if (status !== 200) throw faultOf(status)
      pageToken = textOf(body['nextPageToken'])
      const sync = textOf(body['nextSyncToken'])
      // What is no list at all has not freed anything.
      const items = listOf(body['items'] ?? (pageToken || sync ? [] : null))
      if (!items) throw unreadable()
      if (take(items) || pageToken === '') return { sync }
    }
    throw new CalendarFault(`The calendar has more than ${outsideLimits.entries} entries.`)
  }

  return {
    hasNews: async (syncToken: string): Promise<boolean> => {
      let isNew = false
      const read = await pages({ syncToken }, (items) => (isNew = items.length > 0))
      return read === null || isNew
    },
    everything: async ({ from, to }: BusyWindow) => {
      const items: Fields[] = []
      const range = { timeMin: formatUtc(from), timeMax: formatUtc(to) }
      const read = await pages(range, (found) => (items.push(...found), false))
      return { items, sync: read?.sync ?? '' }
    },
  }
}

const ifMatch = (tag: string | null): Record<string, string> => (tag ? { 'if-match': tag } : {})

/** Ids are written in the letters of base32hex (RFC 4648, section 7), of which these are some. */
const prefix = 'slotgraph'

function nameOf(id: string): string {
  return prefix + id.replaceAll('-', '')
}

/** Of the events that somebody made of ours by having it repeated, too. */
function rowOf(name: string): string | null {
  const parts = new RegExp(
    `^${prefix}([\\da-f]{8})([\\da-f]{4})([\\da-f]{4})([\\da-f]{4})([\\da-f]{12})(?:_|$)`,
  ).exec(name)
  return parts ? parts.slice(1).join('-') : null
}

function entryIn(item: Fields, timeZone: string): FoundEntry {
  const id = textOf(item['id'])
  const row = rowOf(id)
  const uid = row === null ? id : entryUid(row)
  const read = () => {
    const [start, end] = [whenOf(item['start']), whenOf(item['end'])]
    return entryOfSpan({ uid, start, end, isFree: isFree(item) }, timeZone)
  }
  return { uid, read }
}

function whenOf(value: unknown): string {
  const { date, dateTime } = fieldsOf(value)
  return textOf(dateTime) || textOf(date)
}

function isFree({ status, transparency, attendees }: Fields): boolean {
  if (status === 'cancelled' || transparency === 'transparent') return true
  const self = listOf(attendees)?.find((attendee) => attendee['self'] === true)
  return self?.['responseStatus'] === 'declined'
}

function eventOf({ shown, timeZone }: OwnEntry): object {
  const { status, summary, description, location, startsAt, endsAt } = shown
  const when = (at: number) => ({ dateTime: formatUtc(at), timeZone })
  return {
    status: status.toLowerCase(),
    transparency: 'opaque',
    summary,
    description: description ?? '',
    location: location ?? '',
    start: when(startsAt),
    end: when(endsAt),
  }
}
