// The pages for people in a real browser, by keyboard alone: signing in, approving an application,
// and going back to it with the key.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { newApplicationSecret, newPublicId } from '../../src/auth/secret.ts'
import { newId } from '../../src/db/id.ts'
import { testApp } from '../support/app.ts'
import { noBrowser, startBrowser } from '../support/browser.ts'
import { makeAccount } from '../support/makers.ts'
import { makePerson, password } from '../support/people.ts'

const title = 'An owner signs in and approves an application with the keyboard'

it.skipIf(noBrowser !== null)(
  `${title}${noBrowser === null ? '' : ` (${noBrowser})`}`,
  { timeout: 60_000 },
  async () => {
    const app = await testApp()
    const account = await makeAccount(app.db, { name: 'Zebra & Sons' })
    const owner = await makePerson(app, { [account.id]: 'OWNER' })
    const received: URL[] = []
    const maker = createServer((req, res) => {
      received.push(new URL(req.url ?? '', 'http://maker'))
      res.end('thank you')
    })
    await new Promise<void>((resolve) => maker.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void maker.close())
    const { port } = maker.address() as AddressInfo
    const publicId = newPublicId()
    await app.db.prisma.application.create({
      data: {
        id: newId(),
        publicId,
        secretHash: newApplicationSecret().hash,
        name: 'Till of tomorrow',
        redirectUrl: `http://127.0.0.1:${port}/done`,
        ownerId: owner.id,
      },
    })
    const browser = await startBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 360, height: 640 } })
    const outside: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith('http://127.0.0.1:')) outside.push(request.url())
    })
    await page.goto(`${app.url}/authorize?application=${publicId}&scopes=bookings:read&state=s1`)
    expect(await page.title()).toBe('Sign in')
    const focus = async (name: string) => {
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press('Tab')
        const at = await page.evaluate(() => {
          const { activeElement } = document
          return activeElement?.getAttribute('value') ?? activeElement?.getAttribute('name')
        })
        if (at === name) return
      }
      throw new Error(`"${name}" is not reached with the Tab key`)
    }
    await focus('')
    await page.keyboard.type(owner.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/authorize?**')
    expect(await page.title()).toBe('Allow Till of tomorrow?')
    expect(await page.textContent('li')).toBe('See bookings and their history.')
    expect(await page.textContent('option')).toBe('Zebra & Sons')
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    expect(wide).toBe(false)
    const decide = async (word: 'approve' | 'refuse') => {
      await focus(word)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/done?**')
      return received.findLast(({ pathname }) => pathname === '/done')?.searchParams
    }
    const refused = await decide('refuse')
    expect(Object.fromEntries(refused ?? [])).toEqual({ success: 'false', state: 's1' })
    expect(await app.db.prisma.installation.count()).toBe(0)
    await page.goto(`${app.url}/authorize?application=${publicId}&scopes=bookings:read&state=s2`)
    const approved = await decide('approve')
    expect(approved?.get('success')).toBe('true')
    expect(approved?.get('state')).toBe('s2')
    expect(approved?.get('apiKey')).toMatch(/^sga_/)
    expect(outside).toEqual([])
  },
)
