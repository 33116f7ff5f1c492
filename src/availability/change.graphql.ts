// availabilityChanged: which days of which services to ask again. It tells that something changed,
// not what: that needs nothing but the right to ask for free times.

import type { Needs } from '../auth/scope.ts'
import { may, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { gathered } from '../events/gathered.ts'
import type { ReadEvent } from '../events/log.data.ts'
import { eventSource } from '../events/source.ts'
import { builder } from '../graphql/builder.ts'
import { createLoaders } from '../graphql/loaders.ts'
import { badInput } from '../graphql/lists.ts'
import { dayName, dayNumber } from '../time/local.ts'
import { localDayOf, zoneOf } from '../time/zone.ts'
import { askedDays } from './asked-days.ts'
import { absent, open, serviceWithin } from './slot.graphql.ts'
import { linksOf } from './touch.data.ts'
import { isTaking, spansOf, touchedDays, touches, type ServiceLinks, type Span } from './touch.ts'

const listen: Needs = ['availability:read', 'events:read']

/** An event, as far as one service is concerned. */
type Change = ReadEvent & { links: ServiceLinks; spans: readonly Span[] | null }

type Days = { from?: string | null; days?: number | null }

const usualDays = 7
const mostServices = 50

function daysOf({ links, spans }: Change, { from, days }: Days, now: number): string[] {
  const zone = zoneOf(links.timeZone)
  const first = from == null ? localDayOf(zone, now) : (dayNumber(from) ?? 0)
  return touchedDays(spans, links, zone, first, days ?? usualDays).map(dayName)
}

const AvailabilityChange = builder
  .objectRef<{ accountId: string; change: Change; days: string[] }>('AvailabilityChange')
  .implement({
    description: 'Free times of a service may have changed on some days: ask for them again.',
    open,
    fields: (t) => ({
      service: t.field({
        type: 'Service',
        nullable: true,
        scopes: ['services:read'],
        description: 'Which service; null when denied, or when it is gone.',
        resolve: ({ accountId, change }, _args, ctx) =>
          ctx.load('Service', { accountId, id: change.links.serviceId }),
      }),
      days: t.field({
        type: ['LocalDate'],
        description:
          "Which of the asked days, in the account's zone, ascending; all of them where it cannot " +
          'be told. A day that is named may be as it was; one that is not named is.',
        resolve: ({ days }) => days,
      }),
      occurredAt: t.field({
        type: 'DateTime',
        description: 'When the last of what changed them happened.',
        resolve: ({ change }) => change.occurredAt,
      }),
    }),
  })

builder.subscriptionField('availabilityChanged', (t) =>
  t.field({
    type: AvailabilityChange,
    scopes: listen,
    description:
      'Tells when free times of services change, by bookings, holds, sessions, hours, or the ' +
      'services, staff and resources themselves; changes that come together are told as one. Only ' +
      'from now on: after a lost connection, ask for all days again.',
    args: {
      serviceIds: t.arg.idList({
        required: true,
        description: `Which services, 1 to ${mostServices}; also of several accounts.`,
      }),
      from: t.arg({
        type: 'LocalDate',
        description: "First day that matters; left out, the account's today, whenever that is.",
      }),
      days: t.arg.int({
        defaultValue: usualDays,
        description: 'How many days from then on matter, 1 to 62.',
      }),
    },
    subscribe: async (_root, { serviceIds, ...asked }, ctx) => {
      const keys = servicesOf(ctx, serviceIds)
      const fault = askedDays(zoneOf('UTC'), asked.from ?? '2000-01-01', asked.days ?? usualDays)
      if ('fault' in fault) throw badInput(fault.fault)
      const accountsFor = (viewer: Viewer) => [
        ...new Set(keys.map(({ accountId }) => accountId).filter((id) => may(viewer, id, listen))),
      ]
      const subscription = await ctx.events.subscribe({
        accountIds: accountsFor(ctx.viewer),
        wants: isTaking,
      })
      try {
        const derive = await deriver(ctx, keys, asked)
        const source = eventSource(subscription, {
          viewer: ctx.viewer,
          scopes: listen,
          accountsFor,
        })
        return gathered<Change>(source, { derive, merge })
      } catch (error) {
        await subscription.return()
        throw error
      }
    },
    resolve: (event, asked, ctx) => {
      const change = event as Change
      const days = daysOf(change, asked, ctx.clock.now())
      return { accountId: change.accountId, change, days }
    },
  }),
)

function servicesOf(ctx: Context, ids: readonly string[]): Key[] {
  if (!(ids.length >= 1 && ids.length <= mostServices)) {
    throw badInput(`"serviceIds" has ${ids.length} ids; 1 to ${mostServices} are allowed.`)
  }
  const keys = ids.map((id) => serviceWithin(ctx, id, 'serviceIds'))
  return [...new Map(keys.map((key) => [key.id, key])).values()]
}

/** Listeners to the same services share what they execute: an event becomes one thing for each. */
const shared = new WeakMap<ReadEvent, Map<string, Change>>()

function changeOf(event: ReadEvent, links: ServiceLinks, spans: Change['spans']): Change {
  const known = shared.get(event) ?? new Map<string, Change>()
  shared.set(event, known)
  const change = known.get(links.serviceId) ?? { ...event, links, spans }
  known.set(links.serviceId, change)
  return change
}

async function deriver(ctx: Context, keys: readonly Key[], asked: Days) {
  const read = poolReader(ctx.db)
  let links = await linksOf(read, keys)
  if (links.length < keys.length) throw absent('Service', 'serviceIds')
  return async (event: ReadEvent): Promise<Change[]> => {
    // Who does what, and in which zone, is read again whenever that may be another.
    if (event.subjectType === 'Service' || event.subjectType === 'Account') {
      const before = links
      links = await linksOf(read, keys)
      links = links.map((now) => {
        const was = before.find(({ serviceId }) => serviceId === now.serviceId)
        return was && JSON.stringify(was) === JSON.stringify(now) ? was : now
      })
    }
    const touched = links.filter(
      (each) => each.accountId === event.accountId && touches(each, event),
    )
    if (touched.length === 0) return []
    const spans = spansOf(event, await standingOf(ctx, event))
    const now = ctx.clock.now()
    return touched
      .map((each) => changeOf(event, each, spans))
      .filter((change) => daysOf(change, asked, now).length > 0)
  }
}

/** What the event is about as it is now; a fresh look for each event. */
async function standingOf({ db }: Context, event: ReadEvent) {
  const { accountId, subjectType: model, subjectId: id } = event
  switch (model) {
    case 'Booking':
    case 'Hold':
    case 'Session':
    case 'Block':
      return createLoaders(db)(model, { accountId, id })
    case 'SeatBlock': {
      const { sessionId } = event.about
      return sessionId ? createLoaders(db)('Session', { accountId, id: sessionId }) : null
    }
    default:
      return null
  }
}

function merge(one: Change, other: Change): Change | null {
  if (one.links.serviceId !== other.links.serviceId) return null
  const spans = one.spans && other.spans ? [...one.spans, ...other.spans] : null
  return { ...other, spans }
}
