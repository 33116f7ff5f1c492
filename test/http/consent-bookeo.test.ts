// An application asks to be installed by the words of Bookeo: over HTTP, and in a real browser.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newApplicationSecret, newPublicId } from '../../src/auth/secret.ts'
import { newId } from '../../src/db/id.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { callAs } from '../rest/bookeo/bookeo-world.ts'
import { testApp } from '../support/app.ts'
import { noBrowser, startBrowser } from '../support/browser.ts'
import { makeAccount } from '../support/makers.ts'
import { askAs, makePerson, open, password, signIn, submit } from '../support/people.ts'

const app = await testApp()
const account = await makeAccount(app.db, { name: 'Zebra & Sons' })
const owner = await makePerson(app, { [account.id]: 'OWNER' })
const asOwner = await signIn(app, owner.email)

async function registered(redirectUrl = 'https://app.example.com/done?from=here') {
  const secret = newApplicationSecret()
  const { publicId } = await app.db.prisma.application.create({
    data: {
      id: newId(),
      publicId: newPublicId(),
      secretHash: secret.hash,
      name: 'Till of tomorrow',
      redirectUrl,
      ownerId: owner.id,
    },
  })
  return { secretKey: secret.text, publicId }
}

const pathOf = (publicId: string, permissions: string, state = 's1') =>
  `/bookeo/authorize?authappid=${publicId}&permissions=${permissions}&state=${state}`

async function decide(path: string, decision: 'approve' | 'refuse') {
  const { fields, cookie } = await open(app, path, asOwner.cookie)
  const form = { ...fields, account: account.id, decision }
  const { location } = await submit(app, path, form, { cookie })
  return new URL(location ?? 'http://nowhere')
}

async function approved(publicId: string, permissions: string): Promise<string> {
  const back = await decide(pathOf(publicId, permissions), 'approve')
  return back.searchParams.get('apiKey') ?? ''
}

describe('the page that asks', () => {
  it('says in plain words what the permissions allow', async () => {
    const { publicId } = await registered()
    const { html } = await open(
      app,
      pathOf(publicId, 'bookings_r_all,subaccounts_all'),
      asOwner.cookie,
    )
    const sentences = [...html.matchAll(/<li>([^<]+)<\/li>/g)].map(([, sentence]) => sentence)
    expect(sentences).toEqual([
      'See the business: name, time zone, currency.',
      'See services and their sessions.',
      'See staff members and resources.',
      'See bookings and their history.',
      'See webhook endpoints and deliveries.',
      'Add, change and remove webhook endpoints.',
      'Work with your other businesses too: install itself there and end that again.',
    ])
  })

  it.each([
    ['bookings_r_own', 400],
    ['bookings_r_all,everything', 400],
    ['bookings:read', 400],
    ['toString', 400],
    ['', 400],
    ['bookings_r_all', 200],
  ])('asked for "%s" answers %i', async (permissions, status) => {
    const { publicId } = await registered()
    const { response } = await open(app, pathOf(publicId, permissions), asOwner.cookie)
    expect(response.status).toBe(status)
  })

  it('knows the application by `authappid`', async () => {
    const { publicId } = await registered()
    const other = `/bookeo/authorize?application=${publicId}&permissions=bookings_r_all`
    expect((await open(app, other, asOwner.cookie)).response.status).toBe(404)
  })
})

describe('an owner', () => {
  it('who refuses sends the application back without a key', async () => {
    const { publicId } = await registered()
    const back = await decide(pathOf(publicId, 'bookings_r_all', 'a%26b'), 'refuse')
    expect(back.href).toBe('https://app.example.com/done?from=here&success=false&state=a%26b')
  })

  it('who approves gives a key with the permissions that were asked, and with others a new one', async () => {
    const { publicId, secretKey } = await registered()
    const first = await approved(publicId, 'settings_r')
    const asFirst = callAs(app, { secretKey, apiKey: first })
    const info = await asFirst('/settings/apikeyinfo')
    expect(info.body).toEqual({
      accountId: encodeId('Account', { accountId: account.id, id: account.id }),
      permissions: ['settings_r'],
      creationTime: expect.stringMatching(/^20.*(\+\d\d:\d\d|Z)$/),
    })
    expect((await asFirst('/customers')).status).toBe(403)
    const second = await approved(publicId, 'settings_r,customers_r_all')
    expect(second).not.toBe(first)
    expect((await asFirst('/settings/apikeyinfo')).status).toBe(401)
    const asSecond = callAs(app, { secretKey, apiKey: second })
    expect((await asSecond('/customers')).status).toBe(200)
    expect((await asSecond('/settings/apikeyinfo')).body.permissions).toEqual([
      'settings_r',
      'customers_r_all',
    ])
  })

  it('who uninstalls kills the key; installed again, there is another, of the same account', async () => {
    const { publicId, secretKey } = await registered()
    const first = await approved(publicId, 'settings_r')
    const asFirst = callAs(app, { secretKey, apiKey: first })
    const { accountId } = (await asFirst('/settings/apikeyinfo')).body
    const list = '{ installations { nodes { id permissions application { applicationId } } } }'
    const { data } = await askAs(app, asOwner, list)
    const { id } = data.installations.nodes.find(
      (each: { application: { applicationId: string } }) =>
        each.application.applicationId === publicId,
    )
    await askAs(
      app,
      asOwner,
      `mutation { uninstallApplication(input: { id: "${id}" }) { __typename } }`,
    )
    expect((await asFirst('/settings/apikeyinfo')).status).toBe(401)
    const again = await approved(publicId, 'settings_r')
    expect(again).not.toBe(first)
    const info = await callAs(app, { secretKey, apiKey: again })('/settings/apikeyinfo')
    expect(info.body.accountId).toBe(accountId)
  })
})

it.skipIf(noBrowser !== null)(
  `goes on from page to page in a browser${noBrowser === null ? '' : ` (${noBrowser})`}`,
  { timeout: 60_000 },
  async () => {
    const received: URL[] = []
    const maker = createServer((req, res) => {
      received.push(new URL(req.url ?? '', 'http://maker'))
      res.end('thank you')
    })
    await new Promise<void>((resolve) => maker.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void maker.close())
    const { port } = maker.address() as AddressInfo
    const { publicId, secretKey } = await registered(`http://127.0.0.1:${port}/done`)
    const browser = await startBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 360, height: 640 } })
    await page.goto(app.url + pathOf(publicId, 'settings_r,customers_r_all'))
    expect(await page.title()).toBe('Sign in')
    await page.fill('input[name=email]', owner.email)
    await page.fill('input[name=password]', password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/bookeo/authorize?**')
    expect(await page.title()).toBe('Allow Till of tomorrow?')
    await page.click('button[value=approve]')
    await page.waitForURL('**/done?**')
    const [back] = received
    expect(back?.searchParams.get('success')).toBe('true')
    expect(back?.searchParams.get('state')).toBe('s1')
    const apiKey = back?.searchParams.get('apiKey') ?? ''
    expect((await callAs(app, { secretKey, apiKey })('/customers')).status).toBe(200)
  },
)
