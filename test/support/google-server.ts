// A server that speaks the wire form of Google's Calendar API v3, as far as a calendar that is read
// and written needs it: events.list with pages and sync tokens, insert, get, update, delete. What
// is deleted stays as cancelled, and its id is never free again.
import {
  client,
  cloudServer,
  timesOf,
  type CloudAnswer,
  type CloudAsked,
  type CloudWish,
} from './cloud-server.ts'

type Event = Record<string, unknown> & { id: string; status: string; etag: string; seq: number }

const fault = (code: number, reason: string, headers = {}): CloudAnswer => ({
  status: code,
  headers,
  body: { error: { code, errors: [{ domain: 'global', reason }], message: reason } },
})

export async function googleServer() {
  const events = new Map<string, Event>()
  let seq = 0
  let oldest = 0

  const store = (id: string, body: Record<string, unknown>): Event => {
    seq += 1
    const event = { status: 'confirmed', ...body, id, seq, etag: `"${seq}"` }
    events.set(id, event)
    return event
  }

  const timeOf = (value: unknown) => {
    const { date, dateTime } = value as { date?: string; dateTime?: string }
    return Date.parse(dateTime ?? date ?? '')
  }

  /** What a series is written out to. */
  const instances = (event: Event): object[] => {
    const { weeks, ...plain } = event
    const [start, end] = [event['start'], event['end']] as Record<string, string>[]
    if (!weeks || !start?.['dateTime'] || !end?.['dateTime']) return [plain]
    return timesOf(start['dateTime'], end['dateTime'], weeks as number).map(([from, to]) => ({
      ...plain,
      id: `${event.id}_${from.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`,
      recurringEventId: event.id,
      start: { dateTime: from.toISOString() },
      end: { dateTime: to.toISOString() },
    }))
  }

  const list = (query: URLSearchParams): CloudAnswer => {
    const sync = query.get('syncToken')
    if (query.get('singleEvents') !== 'true') return fault(400, 'the test wants series written out')
    if (sync && (query.has('timeMin') || query.has('timeMax'))) return fault(400, 'badRequest')
    if (sync && Number(sync.slice(5)) < oldest) return fault(410, 'fullSyncRequired')
    const [from, to] = [query.get('timeMin'), query.get('timeMax')].map((at) =>
      Date.parse(at ?? ''),
    )
    const found = [...events.values()].flatMap((event) => {
      if (sync) return event.seq > Number(sync.slice(5)) ? instances(event) : []
      return event.status === 'cancelled' ? [] : instances(event)
    })
    const within = found.filter((event) => {
      const { start, end } = event as Event
      return sync || (timeOf(start) < (to ?? 0) && timeOf(end) > (from ?? 0))
    })
    const first = Number(query.get('pageToken')?.slice(5) ?? 0)
    const next = first + Math.min(server.manner.pageSize, Number(query.get('maxResults')))
    const more = within.length > next
    const token = more ? { nextPageToken: `page-${next}` } : { nextSyncToken: `sync-${seq}` }
    const kind = 'calendar#events'
    return { status: 200, body: { kind, items: within.slice(first, next), ...token } }
  }

  const write = ({ method, headers, body }: CloudAsked, id: string): CloudAnswer => {
    const event = events.get(id)
    if (method === 'POST') {
      if (!/^[a-v\d]{5,1024}$/.test(id)) return fault(400, 'invalid')
      return event ? fault(409, 'duplicate') : { status: 200, body: store(id, body) }
    }
    if (!event) return fault(404, 'notFound')
    if (method === 'GET') return { status: 200, body: event }
    if (method === 'DELETE' && event.status === 'cancelled') return fault(410, 'deleted')
    const wanted = headers['if-match']
    if (wanted && wanted !== event.etag) return fault(412, 'conditionNotMet')
    if (method === 'PUT') return { status: 200, body: store(id, body) }
    store(id, { ...event, status: 'cancelled' })
    return { status: 204 }
  }

  const place = /^\/calendars\/(?:primary|anna%40example\.com)\/events(?:\/(\w+))?$/
  const server = await cloudServer((asked) => {
    const found = place.exec(asked.path)
    if (!found) return fault(404, 'notFound')
    if (!found[1] && asked.method === 'GET') return list(asked.query)
    return write(asked, found[1] ?? String(asked.body['id']))
  })

  const whenOf = (at: string) => (at.includes('T') ? { dateTime: at } : { date: at })
  let made = 0
  return {
    ...server,
    kind: 'GOOGLE' as const,
    calendarId: 'anna@example.com',
    config: {
      googleClientId: client.id,
      googleClientSecret: client.secret,
      googleApiBase: `${server.url}/api`,
      googleTokenUrl: `${server.url}/token`,
    },
    /** Somebody makes an event there. */
    make: ({ start, end, isFree, isDeclined, weeks }: CloudWish): string => {
      const me = { self: true, responseStatus: isDeclined ? 'declined' : 'accepted' }
      const times = { start: whenOf(start), end: whenOf(end) }
      const more = { ...(isFree && { transparency: 'transparent' }), ...(weeks && { weeks }) }
      return store(`theirs${(made += 1)}`, { ...times, attendees: [me], ...more }).id
    },
    /** Somebody moves an event, of whomever. */
    move: (id: string, start: string, end: string) => {
      store(id, { ...events.get(id), start: whenOf(start), end: whenOf(end) })
    },
    remove: (id: string) => void store(id, { ...events.get(id), status: 'cancelled' }),
    /** What stands there of ours. */
    ours: () =>
      [...events.values()]
        .filter(({ id, status }) => status !== 'cancelled' && !id.startsWith('theirs'))
        .map((event) => ({
          id: event.id,
          start: new Date(timeOf(event['start'])).toISOString(),
          summary: String(event['summary']),
        })),
    /** What was given out by which news are asked for is no good any more. */
    forget: () => void (oldest = seq += 1),
    tooMuch: (seconds: number) =>
      fault(403, 'rateLimitExceeded', { 'retry-after': String(seconds) }),
  }
}
