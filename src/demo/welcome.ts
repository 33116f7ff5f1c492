// What is printed at start about the demo: where its credentials are, and commands to paste that
// work as they are, with real credentials and a start that is free now.

import { firstOffers } from '../availability/availability.data.ts'
import type { Database } from '../db/client.ts'
import { encodeId } from '../graphql/ids.ts'
import type { Clock } from '../time/clock.ts'
import { DAY, formatUtc } from '../time/instant.ts'
import { formatInstant, zoneOf } from '../time/zone.ts'
import type { Demo, DemoCredentials } from './credentials.ts'

/** The service that the commands look at and book. */
const serviceName = 'Cut and finish'

/** The lines about the demo: where its credentials are, and what to try with them. */
export async function demoText(
  { db, clock }: { db: Database; clock: Clock },
  address: string,
  filePath: string,
  { demo, credentials }: { demo: Demo; credentials: DemoCredentials },
): Promise<string> {
  const { admin, frontDesk, relentify, console: person } = credentials
  const graphql = `${address}/graphql`
  const desk = { url: graphql, token: frontDesk.apiKey }
  const free = await freeStart(db, clock, demo)
  const today = formatUtc(Math.floor(clock.now() / DAY) * DAY)
  const parts = [
    `The demo: five businesses in five time zones. Their credentials: ${filePath}\n` +
      `Sign in at ${address}/sign-in as ${person.email}, password ${person.password}\n` +
      `Customers book at ${address}/book/${demo.salon.slug}/${relentify.slug}`,
    titled(
      'The next bookings of all five, as an OAuth client:',
      `TOKEN=$(curl -s -u '${admin.clientId}:${admin.clientSecret}' \\\n` +
        `  -d grant_type=client_credentials ${address}/oauth/token |\n` +
        `  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
      ask({ url: graphql, token: '$TOKEN' }, bookingsQuery, { from: today }),
    ),
  ]
  if (free) {
    const { serviceId, startsAt } = free
    const asked = { input: { serviceId, from: startsAt.slice(0, 10), days: 2 } }
    const customer = { name: 'Ada Lovelace', email: 'ada@example.com' }
    parts.push(
      titled(`When ${demo.salon.name} has time for a cut:`, ask(desk, availabilityQuery, asked)),
      titled(
        'Book it (watch it in GraphiQL: subscription { bookingEvents { type } }):',
        ask(desk, bookingMutation, { input: { ...free, customer } }),
      ),
    )
  }
  return `\n${parts.join('\n\n')}\n\n`
}

const bookingsQuery =
  'query ($from: DateTime) { bookings(first: 5, filter: { startsAt: { from: $from } }) { ' +
  'totalCount nodes { number status startsAt account { name timeZone } service { name } ' +
  'customer { name } } } }'

const availabilityQuery =
  'query ($input: AvailabilityInput!) { availability(input: $input) { timeZone slots { startsAt ' +
  'endsAt staff { name } } } }'

const bookingMutation =
  'mutation ($input: CreateBookingInput!) { createBooking(input: $input) { ' +
  '... on CreateBookingSuccess { data { number status startsAt staff { name } } } ' +
  '... on Refusal { code message } } }'

const titled = (title: string, ...commands: string[]) => [title, '', ...commands].join('\n')

// No text in a body holds a single quote, so that the shell takes it as it is.
function ask(to: { url: string; token: string }, query: string, variables: object): string {
  return (
    `curl -s ${to.url} -H "Authorization: Bearer ${to.token}" \\\n` +
    `  -H 'Content-Type: application/json' \\\n` +
    `  -d '${JSON.stringify({ query, variables })}'; echo`
  )
}

/** A start that is free tomorrow or soon after; null when the service is no longer offered. */
async function freeStart(
  db: Database,
  clock: Clock,
  { salon }: Demo,
): Promise<{ serviceId: string; startsAt: string } | null> {
  const accountId = salon.id
  const service = await db.prisma.service.findFirst({
    where: { accountId, name: serviceName, active: true },
  })
  if (!service) return null
  const now = clock.now()
  const question = {
    services: [service],
    now,
    partySize: service.minParty,
    durationMinutes: null,
    staffIds: null,
    resourceIds: null,
    exceptBookingId: null,
  }
  const [offer] = (await firstOffers(db, question, now + DAY, 1)).get(service.id) ?? []
  if (!offer) return null
  return {
    serviceId: encodeId('Service', service),
    startsAt: formatInstant(zoneOf(salon.timeZone), offer.startsAt),
  }
}
