// GraphiQL: one self-contained page with a tab for each of the five things a newcomer wants to try.
// Its program is nine megabytes, so it is loaded at the first visit and kept compressed.

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Clock } from '../time/clock.ts'
import { headerOf, send, type Door } from './exchange.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

type Tab = { query: string; variables?: string }

const whoAmI = `# 1. Who am I?
# Sign in at /sign-in, or put your API key or access token
# between the quotes in "Headers" below, once for all tabs,
# and press play. The start of the program prints demo keys.
query WhoAmI {
  viewer {
    kind
    name
    scopes
    accounts {
      nodes {
        role
        scopes
        account { id slug name timeZone currency }
      }
    }
  }
}
`

const bookings = `# 2. Bookings over all accounts you reach, soonest first.
# "accounts" narrows them to some accounts; "after" with
# the endCursor gives the next page.
query Bookings {
  bookings(first: 10) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      number
      status
      startsAt
      endsAt
      account { name timeZone }
      service { name }
      staff { name }
      customer { name }
      price { formatted }
    }
  }
}
`

const availability = `# 3. When is there time? Services with their free slots,
# day by day. The first day is in "Variables" below.
query Availability($from: LocalDate!) {
  services(first: 3) {
    nodes {
      id
      name
      kind
      durationMinutes
      account { name }
      availability(from: $from, days: 3) {
        timeZone
        days { date slots { startsAt endsAt seatsAvailable staff { id name } } }
        nextAvailable { startsAt }
      }
    }
  }
}
`

const book = `# 4. Book. Put the id of a service and the start of a slot
# from tab 3 into "Variables" below. A refusal is an answer
# too: a code, a sentence, and what to try instead.
mutation Book($input: CreateBookingInput!) {
  createBooking(input: $input) {
    ... on CreateBookingSuccess {
      data { id number status startsAt endsAt version staff { name } customer { name } }
    }
    ... on Refusal { code message path }
    ... on SlotTakenError { nextSlots { startsAt endsAt } }
  }
}
`

const watch = `# 5. Watch bookings as they happen. Leave it running and
# book in another window. The last cursor as "after"
# goes on where you were: nothing missed, nothing twice.
subscription Watch {
  bookingEvents {
    cursor
    type
    occurredAt
    account { name }
    booking { number status startsAt service { name } }
    changes { field from to }
  }
}
`

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** The ready tabs, in order; a test runs each against the schema. `today` is a local date. */
export function readyTabs(today: string): Tab[] {
  const at = `${today}T09:00:00Z`
  const customer = { name: 'Ada Lovelace', email: 'ada@example.com' }
  return [
    { query: whoAmI },
    { query: bookings },
    { query: availability, variables: json({ from: today }) },
    {
      query: book,
      variables: json({
        input: { serviceId: 'the id of a service', startsAt: at, partySize: 1, customer },
      }),
    },
    { query: watch },
  ]
}

/** Empty is no credential, so that the schema is loaded before there is one. */
const headers = json({ authorization: '' })

const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:',
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/**
 * Runs in the page: a key that was sent from one tab is sent from all, until the window closes; and
 * without one whoever is signed in asks as themselves.
 */
const keepKey = `
  const plainFetch = window.fetch
  const session = plainFetch('/console/session').then((answer) => answer.json(), () => ({}))
  window.fetch = async (address, init = {}) => {
    const headers = new Headers(init.headers)
    const typed = (headers.get('authorization') ?? '').trim()
    if (typed) sessionStorage.setItem('authorization', typed)
    const key = typed || sessionStorage.getItem('authorization') || ''
    if (key) headers.set('authorization', key.includes(' ') ? key : 'Bearer ' + key)
    else headers.delete('authorization')
    const { csrfToken } = await session
    if (csrfToken) headers.set('x-csrf-token', csrfToken)
    return plainFetch(address, { ...init, headers })
  }`

async function render(today: string): Promise<Buffer> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const root = '<div id="root"></div>'
  const page = renderGraphiQL({
    title: 'Slotgraph',
    endpoint: '/graphql',
    defaultTabs: readyTabs(today).map((tab) => ({ ...tab, headers })),
    defaultHeaders: headers,
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: 'headers',
    subscriptionsProtocol: 'SSE',
  })
  return compress(page.replace(root, () => `${root}<script>${keepKey}</script>`))
}

/** The page for browsers that open /graphql; rendered once a day, because its tabs hold a date. */
export function createGraphiQLPage(clock: Clock): Door {
  let rendered: { today: string; page: Promise<Buffer> } | undefined
  return async (exchange) => {
    const today = new Date(clock.now()).toISOString().slice(0, 10)
    if (rendered?.today !== today) rendered = { today, page: render(today) }
    const page = await rendered.page
    const type = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
    if (/\bgzip\b/.test(headerOf(exchange, 'accept-encoding') ?? '')) {
      const encoding = { 'content-encoding': 'gzip', vary: 'accept, accept-encoding' }
      send(exchange, 200, { ...type, ...encoding }, page)
    } else {
      send(exchange, 200, { ...type, vary: 'accept, accept-encoding' }, await decompress(page))
    }
  }
}
