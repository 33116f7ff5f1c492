// The console in a real browser: its forms, cookies and policies work together, and GraphiQL asks
// as whoever is signed in.
import { expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { noBrowser, startBrowser } from '../support/browser.ts'
import { makeAccount } from '../support/makers.ts'
import { makePerson, password } from '../support/people.ts'

const app = await testApp()

it.skipIf(noBrowser !== null)(
  `lets a person sign in, ask in GraphiQL and sign out${noBrowser === null ? '' : ` (${noBrowser})`}`,
  async () => {
    const { id } = await makeAccount(app.db, { name: 'Salon' })
    const person = await makePerson(app, { [id]: 'OWNER' }, { name: 'Olga' })
    const browser = await startBrowser()
    try {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(`${app.url}/console`)
      expect(new URL(page.url()).pathname).toBe('/sign-in')
      await page.getByLabel('E-mail address').fill(person.email)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(`${app.url}/console`)
      expect(await page.locator('main').innerText()).toContain('Olga')
      expect(await page.evaluate(() => document.cookie)).toBe('')
      expect(complaints).toEqual([])

      const asked = page.waitForResponse(
        (response) =>
          response.url() === `${app.url}/graphql` &&
          (response.request().postData() ?? '').includes('IntrospectionQuery'),
      )
      await page.goto(`${app.url}/graphql`)
      expect((await asked).status()).toBe(200)
      const kind = await page.evaluate(async () => {
        const answer = await fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ viewer { kind user { name } } }' }),
        })
        return answer.json()
      })
      expect(kind).toMatchObject({ data: { viewer: { kind: 'USER', user: { name: 'Olga' } } } })

      await page.goto(`${app.url}/console`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${app.url}/sign-in`)
      expect(await app.db.prisma.userSession.count()).toBe(0)
    } finally {
      await browser.close()
    }
  },
  60_000,
)
