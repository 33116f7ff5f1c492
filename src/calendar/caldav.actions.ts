// A calendar on a CalDAV server (RFC 4791), through tsdav on connections that are checked: what it
// holds, and entries of ours in it, each under a name of its own. Nothing is written over what
// somebody else has written meanwhile without having looked at it.

import { calendarQuery, createObject, deleteObject, propfind, updateObject } from 'tsdav'
import type { BusyWindow } from '../availability/busy-times.ts'
import type { Asked, Asker } from '../outbound/ask.ts'
import { formatUtc } from '../time/instant.ts'
import { entriesIn } from './file.actions.ts'
import { calendarText } from './ics.ts'
import { calendarTexts } from './multistatus.ts'
import { insist } from './insist.actions.ts'
import {
  CalendarFault,
  faultOf,
  unreadable,
  type CalendarServer,
  type Connection,
} from './server.ts'

export function createCalDav(connection: Connection): CalendarServer {
  const { asker, url: place, credentials, timeZone, stopped } = connection
  const base = place.replace(/\/*$/, '/')
  const { username, password } = loginIn(credentials)
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  const headers = { authorization: `Basic ${basic}`, 'user-agent': 'Slotgraph' }
  const common = { headers, fetch: fetchBy(asker, stopped) }
  const urlOf = (name: string) => `${base}${name}.ics`

  const tagOf = async (name: string): Promise<string | null> => {
    const url = urlOf(name)
    const [found] = await propfind({ ...common, url, props: { 'd:getetag': {} }, depth: '0' })
    if (found?.status === 404) return null
    if (!found?.ok) throw refusal(found?.status)
    return textOf(found.props?.getetag) ?? ''
  }

  const write = (name: string, data: string, known: string | null) => {
    const typed = { ...headers, 'content-type': 'text/calendar; charset=utf-8' }
    const asked = { ...common, url: urlOf(name), data }
    return known === null
      ? createObject({ ...asked, headers: { ...typed, 'if-none-match': '*' } })
      : updateObject({ ...asked, headers: typed, etag: known })
  }

  const { markOf, textsIn } = readingOf(common, base)

  return {
    read: async (window, mark) => {
      // Asked for first: what changes while the entries are read is new the next time.
      const etag = await markOf()
      if (mark && etag !== '' && etag === mark.etag) return null
      return { entries: await entriesIn(await textsIn(window), timeZone), etag, lastModified: null }
    },
    put: async ({ id, shown, timeZone: zone }, known) => {
      const text = calendarText({ method: null, timeZone: zone, entries: [shown] })
      const told = await insist(
        () => tagOf(id),
        known,
        (tag) => write(id, text, tag),
        { refusal },
      )
      return told.headers.get('etag') ?? (await tagOf(id)) ?? ''
    },
    remove: async (id, known) => {
      const asked = { ...common, url: urlOf(id) }
      const remove = (tag: string | null) =>
        deleteObject(tag === null ? asked : { ...asked, etag: tag })
      await insist(() => tagOf(id), known, remove, { enough: [404, 410], refusal })
    },
  }
}

type Common = { headers: Record<string, string>; fetch: typeof fetch }

function readingOf(common: Common, base: string) {
  const markOf = async () => {
    const props = { 'd:resourcetype': {}, 'cs:getctag': {}, 'd:sync-token': {} }
    const [found] = await propfind({ ...common, url: base, props, depth: '0' })
    if (!found?.ok) throw refusal(found?.status)
    return markIn(found.props ?? {})
  }

  const textsIn = async (window: BusyWindow) => {
    const props = { 'd:getetag': {}, 'c:calendar-data': {} }
    const filters = [filterOf(window)]
    const kept = keeping(common.fetch)
    await calendarQuery({ ...common, ...kept, url: base, props, filters, depth: '1' })
    const { status, body } = kept.answer()
    if (status !== 207) throw refusal(status)
    const texts = calendarTexts(body)
    if (!texts) throw unreadable()
    return texts
  }

  return { markOf, textsIn }
}

/** A way out whose last answer is kept, and which the library is not given to read. */
function keeping(ask: typeof fetch) {
  let answer = { status: 0, body: '' }
  const keep: typeof fetch = async (input, init) => {
    const response = await ask(input, init)
    answer = { status: response.status, body: await response.text() }
    return new Response(null, { status: 204 })
  }
  return { fetch: keep, answer: () => answer }
}

function markIn({ resourcetype, getctag, syncToken }: Record<string, unknown>): string {
  const isCalendar = typeof resourcetype === 'object' && resourcetype !== null
  if (!isCalendar || !('calendar' in resourcetype)) {
    throw new CalendarFault('What is at this address is no calendar.')
  }
  // Without either, everything is read each time.
  return textOf(getctag) ?? textOf(syncToken) ?? ''
}

function refusal(status: number | undefined): CalendarFault {
  if (status !== 401) return faultOf(status)
  return new CalendarFault('The server does not accept the user name and password.')
}

function loginIn(credentials: Connection['credentials']) {
  return credentials && 'username' in credentials ? credentials : { username: '', password: '' }
}

function filterOf({ from, to }: BusyWindow) {
  const plain = (at: number) => formatUtc(Math.floor(at / 1000) * 1000).replaceAll(/[-:]/g, '')
  const range = { _attributes: { start: plain(from), end: plain(to) } }
  const events = { _attributes: { name: 'VEVENT' }, 'time-range': range }
  return { 'comp-filter': { _attributes: { name: 'VCALENDAR' }, 'comp-filter': events } }
}

/** A text as the library gives it: itself, or within a section of the XML. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  return typeof value === 'object' && value !== null && '_cdata' in value
    ? textOf(value._cdata)
    : null
}

/** Whatever is no list of entries is short, or not read: the library reads it in one go. */
const shortAnswer = 100_000

/** The library's way out, which is ours. */
function fetchBy(asker: Asker, stopped: AbortSignal): typeof fetch {
  return async (input, init = {}) => {
    const { method = 'GET', body } = init
    const asked: Asked = {
      method: method as Asked['method'],
      url: input instanceof Request ? input.url : String(input),
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(typeof body === 'string' && { body }),
      ...(method !== 'REPORT' && { answerBytes: shortAnswer }),
    }
    const reply = await asker.ask(asked, stopped)
    if ('error' in reply) throw new CalendarFault(reply.error, { isSilence: true })
    const { status, headers } = reply
    const isEmpty = status === 204 || status === 205 || status === 304
    return new Response(isEmpty ? null : reply.body, { status, headers })
  }
}
