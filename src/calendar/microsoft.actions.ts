// A calendar of Microsoft's (Graph v1.0): a link that it gave says whether anything is new, and
// then all is read, because what the link tells of series is not enough. Entries of ours carry the
// id of their row, by which they are looked for before another is made.

import type { BusyWindow } from '../availability/busy-times.ts'
import { formatUtc } from '../time/instant.ts'
import { fieldsOf, listOf, textOf, type Fields } from './answer.ts'
import type { Api, ApiAnswer } from './api.actions.ts'
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

const pageSize = 500
const inUtc = 'outlook.timezone="UTC"'
/** Smaller, because fields cannot be chosen there and texts may be long. */
const deltaSize = 100
const ofDelta = `${inUtc}, outlook.body-content-type="text", odata.maxpagesize=${deltaSize}`
const mostPages = outsideLimits.entries / deltaSize
const fields = 'id,type,isAllDay,isCancelled,showAs,responseStatus,start,end,transactionId'

/** Of events of ours: the id of the row, as a named property of a space of our own. */
const property = 'String {6b6d1c5e-0f0e-4c0e-9a51-7f3c8e2d4a10} Name SlotgraphEntry'

export function createMicrosoft(api: Api, { url, timeZone }: Connection): CalendarServer {
  const eventsUrl = `${url}/events`
  const { hasNews, everything } = readingOf(api, url)

  const lookFor = (id: string) => async (): Promise<string | null> => {
    const filter = `singleValueExtendedProperties/Any(ep: ep/id eq '${property}' and ep/value eq '${id}')`
    const asked = `${eventsUrl}?$filter=${encodeURIComponent(filter)}&$select=id&$top=1`
    const { status, body } = await api({ method: 'GET', url: asked })
    const [found] = listOf(body['value']) ?? []
    if (status !== 200) throw faultOf(status)
    return found ? tagOf(found) : null
  }

  const act = (method: 'PATCH' | 'DELETE', tag: string, body?: object) => {
    const [etag = '', id = ''] = tag.split(' ')
    const target = `${eventsUrl}/${encodeURIComponent(id)}`
    return api({ method, url: target, headers: { 'if-match': etag }, ...(body && { body }) })
  }

  return {
    read: async (window, mark) => {
      if (mark?.etag && !(await hasNews(mark.etag))) return null
      const { items, link } = await everything(window)
      const entries = items.map((item) => entryIn(item, timeZone))
      return { entries, etag: link || null, lastModified: null }
    },
    put: async (entry, known, turn) => {
      const { id } = entry
      const look = lookFor(id)
      const written = eventOf(entry)
      const made = {
        ...written,
        // Said again, it makes no second event.
        transactionId: `${id}-${turn}`,
        singleValueExtendedProperties: [{ id: property, value: id }],
      }
      const write = (tag: string | null) =>
        tag === null
          ? api({ method: 'POST', url: eventsUrl, body: made })
          : act('PATCH', tag, written)
      const { body } = await insist(look, known || (await look()), write, {
        changed: [404, 409, 412],
      })
      return tagOf(body)
    },
    remove: async (id, known) => {
      const look = lookFor(id)
      const remove = async (tag: string | null): Promise<ApiAnswer> =>
        tag === null ? { status: 204, body: {} } : act('DELETE', tag)
      // What is moved to another calendar there has another id.
      await insist(look, known || (await look()), remove)
    },
  }
}

function readingOf(api: Api, url: string) {
  /** From page to page; null when the link is too old. */
  const pagesFrom = async (first: string, prefer: string, take: (items: Fields[]) => boolean) => {
    let next = first
    for (let pages = 0; pages < mostPages; pages += 1) {
      const { status, body } = await api({ method: 'GET', url: next, headers: { prefer } })
      if (status === 410 || isStale(body)) return null
      if (status !== 200) throw faultOf(status)
      const items = listOf(body['value'])
      if (!items) throw unreadable()
      const isEnough = take(items)
      next = textOf(body['@odata.nextLink'])
      if (isEnough || next === '') return { link: textOf(body['@odata.deltaLink']) }
    }
    throw new CalendarFault(`The calendar has more than ${outsideLimits.entries} entries.`)
  }

  const hasNews = async (link: string): Promise<boolean> => {
    let isNew = false
    const read = await pagesFrom(link, ofDelta, (items) => (isNew = items.length > 0))
    return read === null || isNew
  }

  const everything = async (window: BusyWindow) => {
    // Asked for first: what changes while the entries are read is new the next time.
    const round = await pagesFrom(within(`${url}/calendarView/delta`, window), ofDelta, () => false)
    const items: Fields[] = []
    const select = `&$select=${fields}&$top=${pageSize}`
    const view = within(`${url}/calendarView`, window) + select
    const read = await pagesFrom(view, inUtc, (found) => (items.push(...found), false))
    if (!round || !read) throw faultOf(410)
    return { items, link: round.link }
  }

  return { hasNews, everything }
}

function within(url: string, { from, to }: BusyWindow): string {
  return `${url}?startDateTime=${formatUtc(from)}&endDateTime=${formatUtc(to)}`
}

/** As it is said of links that are too old, with whichever status. */
function isStale({ error }: Fields): boolean {
  return /^(syncStateNotFound|resyncRequired)$/i.test(textOf(fieldsOf(error)['code']))
}

/** What it stands there as, and under which id: neither has a blank in it. */
function tagOf(event: Fields): string {
  const [etag, id] = [textOf(event['@odata.etag']), textOf(event['id'])]
  return etag === '' || id === '' ? '' : `${etag} ${id}`
}

function entryIn(item: Fields, timeZone: string): FoundEntry {
  const { isAllDay, showAs, isCancelled, responseStatus, transactionId } = item
  const row = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})-\d+$/.exec(textOf(transactionId))?.[1]
  const uid = row === undefined ? textOf(item['id']) : entryUid(row)
  const isDeclined = fieldsOf(responseStatus)['response'] === 'declined'
  const isFree = isCancelled === true || showAs === 'free' || isDeclined
  const [start, end] = [item['start'], item['end']].map((when) => whenOf(when, isAllDay === true))
  return {
    uid,
    read: () => entryOfSpan({ uid, start: start ?? '', end: end ?? '', isFree }, timeZone),
  }
}

/** In UTC, as was asked for; of whole days only the date counts. */
function whenOf(value: unknown, isAllDay: boolean): string {
  const { dateTime, timeZone } = fieldsOf(value)
  if (isAllDay) return textOf(dateTime).slice(0, 10)
  return timeZone === 'UTC' ? `${textOf(dateTime)}Z` : ''
}

function eventOf({ shown }: OwnEntry): object {
  const { status, summary, description, location, startsAt, endsAt } = shown
  const when = (at: number) => ({ dateTime: formatUtc(at).slice(0, -1), timeZone: 'UTC' })
  return {
    subject: summary,
    body: { contentType: 'text', content: description ?? '' },
    location: { displayName: location ?? '' },
    showAs: status === 'TENTATIVE' ? 'tentative' : 'busy',
    isAllDay: false,
    start: when(startsAt),
    end: when(endsAt),
  }
}
