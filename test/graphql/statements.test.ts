// How many statements the documents take that are asked most, beside the one for the credential. A
// list takes one for itself and the rows it refers to, and one for each list below it, however many
// rows there are; where all of it is columns and sent as it is, none for the lists below it. Who
// does a booking beside its lead takes two.
import { expect, it } from 'vitest'
import { asker } from '../canary/asker.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const world = await fillWorld(app.db, accounts.first.id, 'countone')
await fillWorld(app.db, accounts.second.id, 'counttwo')
const { counted, countedSent } = await asker(app, tokens.multiAccountAdmin)

const row = `id number startsAt status price { formatted } customer { name email } staff { name }
  service { name } account { name }`
const variables = { account: world.id('Account'), booking: world.id('Booking') }

const documents: [string, number, string][] = [
  ['{ __typename }', 0, '{ __typename }'],
  ['who asks', 0, '{ viewer { kind name scopes } }'],
  ['bookings with names', 1, `{ bookings(first: 50) { nodes { ${row} } } }`],
  [
    'by edges',
    1,
    `{ bookings(first: 5) { edges { cursor node { ${row} } } pageInfo { endCursor } } }`,
  ],
  [
    'of one account',
    1,
    `query ($account: ID!) { bookings(accounts: [$account], first: 50) { nodes { ${row} } } }`,
  ],
  ['with their number', 2, `{ bookings(first: 5) { totalCount nodes { ${row} } } }`],
  ['one booking', 1, `query ($booking: ID!) { booking(id: $booking) { ${row} } }`],
  [
    'one booking with all about it',
    5,
    `query ($booking: ID!) { booking(id: $booking) { ${row} staffMembers { name }
      payments { nodes { amount { formatted } } } history { nodes { type } } } }`,
  ],
  [
    'customers with their last bookings',
    2,
    `{ customers(first: 20) { nodes { id name bookings(last: 5) { nodes { ${row} } } } } }`,
  ],
  [
    'accounts with their services and staff',
    3,
    '{ accounts { nodes { name services { nodes { name } } staff { nodes { name } } } } }',
  ],
]

it.each(documents)('%s: %i', async (_name, statements, document) => {
  const named = Object.entries(variables).filter(([name]) => document.includes(`$${name}`))
  const asked = Object.fromEntries(named)
  // Connections say something of themselves when they are opened.
  await counted(document, asked)
  const found = await counted(document, asked)
  expect(found.answer.errors).toBeUndefined()
  expect(found.statements).toBe(statements)
  expect(await countedSent(document, asked)).toBe(statements)
})

it('one for lists below rows where all of it is columns', async () => {
  const names = 'id startsAt status customer { name } staff { name } service { name }'
  const document = `{ customers(first: 20) { nodes { id name bookings(last: 5) { nodes { ${names} }
    } } } }`
  await counted(document, {})
  expect((await counted(document, {})).statements).toBe(2)
  expect(await countedSent(document, {})).toBe(1)
})
