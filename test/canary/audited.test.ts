// Everything that can be done leaves an entry in the audit log of its account: who, which person,
// from where, by which request, and with ids that the graph knows.
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { done } from '../support/ask.ts'
import { makePerson } from '../support/people.ts'
import { stripeServer } from '../support/stripe.ts'
import { makeViewers } from '../support/viewers.ts'
import { documentOf, rightArgs, slotsOf, variablesOf } from './asking.ts'
import { waysTo, type Way } from './ways.ts'
import { fillWorld } from './world.ts'

const app = await testApp({ config: (await stripeServer()).config })
const { accounts } = await makeViewers(app.db, app.clock.now())
const accountId = accounts.first.id
const mine = await fillWorld(app.db, accountId, 'audited')
// Of whoever made the credentials of this world: others may not change them.
const { createdById: userId } = await app.db.prisma.apiKey.findFirstOrThrow({
  where: { accountId, id: mine.rows.ApiKey[0] ?? '' },
})
const { key, id: keyId } = await makeApiKey(app.db, { accountId, userId, role: 'OWNER' })

const member = async (role: 'STAFF' | 'VIEWER') => {
  const person = await makePerson(app, { [accountId]: role })
  const where = { accountId_userId: { accountId, userId: person.id } }
  const { id } = await app.db.prisma.membership.findUniqueOrThrow({ where })
  return encodeId('Membership', { accountId, id })
}

const application = async () => {
  const input = { name: 'An application', redirectUrl: 'https://app.example.com/' }
  return (await done(app, key, 'registerApplication', input)).id as string
}

const customer = async (name: string) => {
  const account = mine.id('Account')
  return (await done(app, key, 'createCustomer', { accountId: account, name })).id as string
}

const named = (type: NodeName) => async () => ({ id: mine.id(type, 1), name: 'Another name' })

/** Inputs that change something, where the examples change nothing or what is used up. */
const inputs: Record<string, () => Promise<object>> = {
  updateAccount: async () => ({ id: mine.id('Account'), name: 'Another name' }),
  updateApiKey: named('ApiKey'),
  updateCustomer: named('Customer'),
  updateResource: named('Resource'),
  updateService: named('Service'),
  updateStaffMember: named('StaffMember'),
  updateSession: async () => ({ id: mine.id('Session', 6), capacity: 19 }),
  updateApiClient: named('ApiClient'),
  updateWebhookEndpoint: async () => ({
    id: mine.id('WebhookEndpoint', 1),
    description: 'Another',
  }),
  updateBooking: async () => ({ id: mine.spare.confirmed[1], notes: 'Another note' }),
  reassignBooking: async () => ({
    id: mine.spare.confirmed[1],
    staffId: mine.id('StaffMember', 5),
  }),
  registerApplication: async () => ({
    name: 'Another application',
    redirectUrl: 'https://app.example.com/',
  }),
  updateApplication: async () => ({ id: await application(), name: 'Another name' }),
  rotateApplicationSecret: async () => ({ id: await application() }),
  deleteApplication: async () => ({ id: await application() }),
  eraseCustomer: async () => ({ id: await customer('Erased') }),
  mergeCustomers: async () => ({
    fromIds: [await customer('Merged')],
    intoId: mine.id('Customer', 2),
  }),
  startCheckout: async () => ({
    bookingId: mine.id('Booking'),
    amount: { amount: 50 },
    successUrl: 'https://shop.example/thanks',
    cancelUrl: 'https://shop.example/back',
  }),
  changeRole: async () => ({ membershipId: await member('VIEWER'), role: 'STAFF' }),
  removeUser: async () => ({ membershipId: await member('VIEWER') }),
  withdrawInvitation: async () => {
    const id = newId()
    const expiresAt = new Date(app.clock.now() + 86_400_000)
    const terms = { accountId, id, email: 'new@example.com', name: 'New', role: 'STAFF' as const }
    const tokenHash = new Uint8Array(32).fill(7)
    await app.db.prisma.invitation.create({ data: { ...terms, tokenHash, expiresAt } })
    return { id: encodeId('Invitation', { accountId, id }) }
  },
}

const mutations = waysTo(schema).filter(({ operation }) => operation === 'mutation')

/** What the example does not change, so that there is nothing to tell. */
const unchanged: Record<string, string> = {
  webhookDryRun: 'It shows what would be sent, and changes nothing.',
  previewNotice: 'It shows what would be sent, and changes nothing.',
  setPartyCategories: 'The example sets them as they are.',
  setWorkingHours: 'The example sets them as they are.',
}

/** What no key may do; each with the reason. */
const notForKeys: Record<string, string> = {
  leaveAccount: 'Only a person who is signed in can leave.',
  authorizeSubaccount: 'Only an application that an account has installed does.',
  endSubaccount: 'Only an application that an account has installed does.',
  createAccount: 'A person who is signed in does, or a client for all accounts.',
}

const entries = () => app.db.prisma.auditEntry.findMany({ where: { userId } })

async function perform(way: Way, requestId: string) {
  const own = inputs[way.field.name]
  const args = own ? { input: await own() } : rightArgs(slotsOf(way)[0]!, mine)
  const response = await app.post('/graphql', {
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      'x-request-id': requestId,
    },
    body: JSON.stringify({ query: documentOf(way), variables: variablesOf(way, args, mine) }),
  })
  const { data } = (await response.json()) as { data: { result: { __typename: string } } | null }
  return data?.result?.__typename ?? 'nothing'
}

const rowId = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/

describe('the audit log', () => {
  it.each(mutations)('tells of $name', async (way) => {
    const requestId = `asks-${way.field.name}`
    const typename = await perform(way, requestId)
    const added = (await entries()).filter((entry) => entry.requestId === requestId)
    if (Object.hasOwn(notForKeys, way.field.name)) return
    expect(typename).toMatch(/Success$/)
    if (Object.hasOwn(unchanged, way.field.name)) return expect(added).toEqual([])
    expect(added.length).toBeGreaterThan(0)
    for (const entry of added) {
      expect(entry).toMatchObject({
        actorKind: 'API_KEY',
        actorId: keyId,
        userId,
        requestId,
        address: '127.0.0.1',
        outcome: 'DONE',
      })
    }
  })

  it('shows no row id in what changed, and finds every subject that is there', async () => {
    const { data, errors } = await app.graphql(
      key,
      `{ auditLog(first: 100) { nodes { id action subjectType subjectId subject { id }
        actor { kind id name user { id name } } changes { field from to } } } }`,
    )
    expect(errors).toBeUndefined()
    for (const node of data.auditLog.nodes) {
      expect([node.action, JSON.stringify(node).match(rowId)]).toEqual([node.action, null])
      if (node.subject) expect(node.subject.id).toBe(node.subjectId)
    }
    const found = data.auditLog.nodes.filter((node: { subject: unknown }) => node.subject !== null)
    expect(found.length).toBeGreaterThan(10)
  })
})
