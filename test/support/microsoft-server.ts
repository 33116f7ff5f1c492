// A server that speaks the wire form of Microsoft Graph v1.0, as far as a calendar that is read and
// written needs it: calendarView and its delta, whose rounds tell of occurrences no more than their
// times; events found by a named property, made once for each transactionId, changed, deleted.
import {
  client,
  cloudServer,
  timesOf,
  type CloudAnswer,
  type CloudAsked,
  type CloudWish,
} from './cloud-server.ts'

type Event = Record<string, unknown> & { id: string; seq: number; isGone: boolean }
type Property = { id: string; value: string }

const fault = (status: number, code: string, headers = {}): CloudAnswer => ({
  status,
  headers,
  body: { error: { code, message: code, innerError: {} } },
})

const etagOf = ({ seq }: Event) => `W/"${seq}"`
const told = ({ seq, isGone: _isGone, weeks: _weeks, ...event }: Event) => {
  return { '@odata.etag': `W/"${seq}"`, ...event }
}
const utc = (at: string) => ({
  dateTime: new Date(at).toISOString().replace('Z', '0000'),
  timeZone: 'UTC',
})

export async function microsoftServer() {
  const events = new Map<string, Event>()
  let seq = 0
  let oldest = 0
  let made = 0

  const store = (id: string, body: Record<string, unknown>, isGone = false): Event => {
    seq += 1
    const event = { ...body, id, seq, isGone }
    events.set(id, event)
    return event
  }
  const atOf = (value: unknown) => Date.parse(`${(value as { dateTime: string }).dateTime}Z`)

  const occurrences = (event: Event): Record<string, unknown>[] => {
    const [start, end] = [event['start'], event['end']]
    if (!event['weeks']) return [told(event)]
    const [from, to] = [atOf(start), atOf(end)].map((at) => new Date(at).toISOString())
    return timesOf(from ?? '', to ?? '', event['weeks'] as number).map(([starts, ends], nth) => ({
      ...told(event),
      id: `${event.id}.${nth}`,
      type: 'occurrence',
      seriesMasterId: event.id,
      start: utc(starts.toISOString()),
      end: utc(ends.toISOString()),
    }))
  }

  const viewed = (query: URLSearchParams) => {
    const [from, to] = ['startDateTime', 'endDateTime'].map((name) =>
      Date.parse(query.get(name) ?? ''),
    )
    return [...events.values()]
      .filter(({ isGone }) => !isGone)
      .flatMap(occurrences)
      .filter(({ start, end }) => atOf(start) < (to ?? 0) && atOf(end) > (from ?? 0))
  }

  const paged = (found: object[], asked: CloudAsked, last: object): CloudAnswer => {
    const { path, query } = asked
    const skip = Number(query.get('$skiptoken') ?? 0)
    const next = skip + server.manner.pageSize
    const rest = new URLSearchParams(query)
    rest.set('$skiptoken', String(next))
    const link = { '@odata.nextLink': `${server.url}/api${path}?${rest}` }
    const value = found.slice(skip, next)
    return { status: 200, body: { value, ...(found.length > next ? link : last) } }
  }

  const delta = (asked: CloudAsked): CloudAnswer => {
    const { query, path } = asked
    const token = query.get('$deltatoken')
    if (query.has('$select')) return fault(400, 'ErrorInvalidUrlQuery')
    if (token !== null && Number(token) < oldest) return fault(410, 'SyncStateNotFound')
    const link = { '@odata.deltaLink': `${server.url}/api${path}?$deltatoken=${seq}` }
    if (token === null) {
      const found = viewed(query).map(({ type, id, start, end, ...event }) =>
        type === 'occurrence' ? { type, id, start, end } : { ...event, type, id, start, end },
      )
      return paged(found, asked, link)
    }
    const news = [...events.values()].filter((event) => event.seq > Number(token))
    const found = news.map((event) =>
      event.isGone ? { id: event.id, '@removed': { reason: 'deleted' } } : told(event),
    )
    return paged(found, asked, link)
  }

  const view = (asked: CloudAsked): CloudAnswer => {
    const fields = (asked.query.get('$select') ?? '').split(',')
    const found = viewed(asked.query).map((event) =>
      Object.fromEntries(
        Object.entries(event).filter(([name]) => name.startsWith('@') || fields.includes(name)),
      ),
    )
    return paged(found, asked, {})
  }

  const find = ({ query }: CloudAsked): CloudAnswer => {
    const filter =
      /^singleValueExtendedProperties\/Any\(ep: ep\/id eq '(.*)' and ep\/value eq '(.*)'\)$/
    const [, id, value] = filter.exec(query.get('$filter') ?? '') ?? []
    if (!id) return fault(400, 'ErrorInvalidUrlQuery')
    const found = [...events.values()].filter(({ isGone, singleValueExtendedProperties: all }) =>
      ((all ?? []) as Property[]).some((one) => !isGone && one.id === id && one.value === value),
    )
    return { status: 200, body: { value: found.map(told) } }
  }

  const create = ({ body }: CloudAsked): CloudAnswer => {
    const known = [...events.values()].find(
      ({ isGone, transactionId }) => !isGone && transactionId === body['transactionId'],
    )
    const event = known ?? store(`AAMk${(made += 1)}=`, body)
    return { status: 201, body: told(event) }
  }

  const change = ({ method, headers, body }: CloudAsked, id: string): CloudAnswer => {
    const event = events.get(id)
    if (!event || event.isGone) return fault(404, 'ErrorItemNotFound')
    const wanted = headers['if-match']
    if (wanted && wanted !== etagOf(event)) return fault(412, 'ErrorIrresolvableConflict')
    if (method === 'DELETE') return (void store(id, event, true), { status: 204 })
    return { status: 200, body: told(store(id, { ...event, ...body })) }
  }

  const server = await cloudServer((asked) => {
    const { method } = asked
    const place =
      /^\/me(?:\/calendars\/anna%3D)?\/(calendarView\/delta|calendarView|events)(?:\/(.*))?$/
    const [, part, id] = place.exec(asked.path) ?? []
    if (part === 'calendarView/delta') return delta(asked)
    if (part === 'calendarView') return view(asked)
    if (part === undefined) return fault(404, 'ErrorItemNotFound')
    if (id) return change(asked, decodeURIComponent(id))
    return method === 'GET' ? find(asked) : create(asked)
  })

  return {
    ...server,
    kind: 'MICROSOFT' as const,
    calendarId: 'anna=',
    config: {
      microsoftClientId: client.id,
      microsoftClientSecret: client.secret,
      microsoftApiBase: `${server.url}/api`,
      microsoftTokenUrl: `${server.url}/token`,
    },
    /** Somebody makes an event there. */
    make: ({ start, end, isFree, isDeclined, weeks }: CloudWish): string => {
      const times = { start: utc(start), end: utc(end), isAllDay: !start.includes('T') }
      const response = isDeclined ? 'declined' : 'accepted'
      const shown = { showAs: isFree ? 'free' : 'busy', responseStatus: { response } }
      const type = weeks ? 'seriesMaster' : 'singleInstance'
      return store(`theirs${(made += 1)}`, { ...times, ...shown, type, weeks }).id
    },
    /** Somebody moves an event, of whomever. */
    move: (id: string, start: string, end: string) => {
      store(id, { ...events.get(id), start: utc(start), end: utc(end) })
    },
    remove: (id: string) => void store(id, events.get(id) ?? {}, true),
    /** What stands there of ours. */
    ours: () =>
      [...events.values()]
        .filter(({ id, isGone }) => !isGone && !id.startsWith('theirs'))
        .map((event) => ({
          id: event.id,
          start: new Date(atOf(event['start'])).toISOString(),
          summary: String(event['subject']),
        })),
    /** What was given out by which news are asked for is no good any more. */
    forget: () => void (oldest = seq += 1),
    tooMuch: (seconds: number) => fault(429, 'TooManyRequests', { 'retry-after': String(seconds) }),
  }
}
