// The pages for customers in a real browser: with the keyboard alone, on a screen 320 pixels wide,
// in the browser's own zone, and without scripts.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { testApp } from '../../support/app.ts'
import { noBrowser, startBrowser } from '../../support/browser.ts'
import { grace, openBusiness } from './page-world.ts'

const app = await testApp()
const why = noBrowser === null ? '' : ` (${noBrowser})`

describe.skipIf(noBrowser !== null)(`in a browser${why}`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser.close())

  /** Closed with the test. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const usual = { locale: 'en-GB', timezoneId: 'Europe/London' }
    const context = await browser.newContext({ ...usual, ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(app.url)) elsewhere.push(request.url())
    })
    await page.goto(app.url + path)
    // A page that names no zone goes on to the one with the browser's.
    if (options.javaScriptEnabled !== false) await page.waitForURL(/[?&]tz=/)
    return { page, complaints, elsewhere }
  }

  /** Goes on with the start at this wall-clock time. */
  async function choose(page: Page, time: string): Promise<void> {
    await page.getByRole('radio', { name: time, exact: true }).check()
    await page.getByRole('button', { name: 'Continue' }).click()
  }

  /** Says who books. */
  async function fillIn(page: Page): Promise<void> {
    await page.getByLabel('Name').fill(grace.name)
    await page.getByLabel('E-mail address').fill(grace.email)
  }

  /** What has the focus, as a reader of screens names it. */
  const focused = (page: Page) =>
    page.evaluate(() => {
      const at = document.activeElement as HTMLInputElement
      const label = at.labels?.[0]?.textContent ?? at.textContent ?? ''
      return `${at.tagName.toLowerCase()} ${label.trim().replace(/\s+/g, ' ')}`
    })

  /** Tabs on until something has the focus; fails when the whole page has none such. */
  async function tabTo(page: Page, wanted: string): Promise<void> {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press('Tab')
      if ((await focused(page)).startsWith(wanted)) return
    }
    throw new Error(`Nothing called "${wanted}" can be reached by the keyboard.`)
  }

  /** Whether the focus can be seen: an outline that is drawn. */
  const outline = (page: Page) =>
    page.evaluate(() => {
      const seen = (element: Element | null): boolean => {
        if (!element) return false
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) return true
        return element.matches('input') && seen(element.closest('label'))
      }
      return seen(document.activeElement)
    })

  const text = (page: Page) => page.locator('main').innerText()

  async function enter(page: Page): Promise<void> {
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  }

  it(
    'is done from the first day to the cancellation with the keyboard alone',
    { timeout: 90_000 },
    async () => {
      const questions = [
        { id: 'first', label: 'Is it your first visit?', type: 'YES_NO', required: true },
        { id: 'note', label: 'What shall we do?', type: 'TEXT' },
      ]
      const shop = await openBusiness(app, { questions })
      const { page, complaints, elsewhere } = await open(shop.path)
      await tabTo(page, 'button Tue')
      expect(await outline(page)).toBe(true)
      await enter(page)
      expect(await text(page)).toContain('Times on Tuesday, 3 March 2026')
      // A group of times is one stop; the arrows walk it.
      await tabTo(page, 'input 09:00')
      await page.keyboard.press('Space')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('ArrowDown')
      expect(await focused(page)).toBe('input 09:30')
      expect(await outline(page)).toBe(true)
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('button Continue')
      await enter(page)

      expect(await text(page)).toContain('This time is kept for you until')

      // Sent empty, the page says at once what is missing, and leads to it.
      await tabTo(page, 'button Book')
      await enter(page)
      expect(await page.title()).toMatch(/^Error: /)
      expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert')
      await tabTo(page, 'a Is it your first visit?')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Space')
      expect(await focused(page)).toBe('input Yes')
      await tabTo(page, 'textarea What shall we do?')
      await page.keyboard.type('A trim')
      await tabTo(page, 'input Name')
      await page.keyboard.type('Grace Hopper')
      await tabTo(page, 'input E-mail address')
      await page.keyboard.type('grace@example.com')
      await enter(page)
      expect(await text(page)).toContain('Thank you: your booking is confirmed.')
      expect(new URL(page.url()).pathname).toMatch(/^\/manage\/sgm_/)
      const [booking] = await shop.bookings()
      expect(booking).toMatchObject({
        startsAt: new Date('2026-03-03T09:30:00Z'),
        answers: { first: true, note: 'A trim' },
      })

      await tabTo(page, 'a Move it')
      await enter(page)
      await tabTo(page, 'button Wed')
      await enter(page)
      await tabTo(page, 'input 09:00')
      await page.keyboard.press('Space')
      await page.keyboard.press('Tab')
      await enter(page)
      expect(await text(page)).toContain('Your booking has been moved.')
      expect(await text(page)).toContain('Wednesday, 4 March 2026, 09:00')

      await tabTo(page, 'a Cancel it')
      await enter(page)
      await tabTo(page, 'textarea Why you cancel')
      await page.keyboard.type('Ill')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('button Cancel the booking')
      await enter(page)
      expect(await text(page)).toContain('Your booking has been cancelled.')
      expect((await shop.bookings())[0]).toMatchObject({ status: 'CANCELLED', cancelReason: 'Ill' })
      expect(complaints.filter((line) => !line.includes('422'))).toEqual([])
      expect(elsewhere).toEqual([])
    },
  )

  it('lets the keyboard choose who does it, and keeps the time', { timeout: 60_000 }, async () => {
    const shop = await openBusiness(app, { visitorsChooseStaff: true }, { staff: 2 })
    const { page, complaints } = await open(shop.path)
    await tabTo(page, 'select With')
    expect(await outline(page)).toBe(true)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await tabTo(page, 'button Show times')
    await enter(page)
    expect(await page.getByLabel('With').inputValue()).toBe(shop.staff[1])
    await tabTo(page, 'button Tue')
    await enter(page)
    await tabTo(page, 'input 09:00')
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await enter(page)
    expect(await text(page)).toContain('Staff 1')
    expect(await text(page)).toContain('This time is kept for you until')
    await tabTo(page, 'button Choose another time')
    await enter(page)
    expect(await text(page)).toContain('Times on Tuesday, 3 March 2026')
    expect(await page.getByLabel('With').inputValue()).toBe(shop.staff[1])
    await choose(page, '09:00')
    await page.getByText('This time is kept for you until').waitFor()
    // Left by the button of the browser: what was kept is free again.
    await page.goBack()
    await page.reload()
    expect(await page.getByRole('radio', { name: '09:00', exact: true }).count()).toBe(1)
    await choose(page, '09:00')
    await fillIn(page)
    await page.getByRole('button', { name: 'Book' }).click()
    await page.waitForURL(/\/manage\//)
    expect(await shop.bookings()).toMatchObject([{ staffId: shop.staffIds[1] }])
    expect(complaints).toEqual([])
  })

  it(
    'fits a screen 320 pixels wide on every page, however long the words',
    { timeout: 90_000 },
    async () => {
      const long =
        'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
      const questions = [
        { id: 'q', label: `${long}?`, type: 'CHOICE', choices: [long, 'b'], required: true },
        { id: 'many', label: 'Many', type: 'CHOICE', choices: [long, ...Array.from('abcdefgh')] },
      ]
      const service = { name: long, description: long, requiresConfirmation: true }
      const terms = { questions, title: long, visitorsChooseStaff: true }
      const shop = await openBusiness(app, terms, { service, staff: 2 })
      const { accountId } = shop
      await app.db.prisma.staffMember.updateMany({ where: { accountId }, data: { name: long } })
      const viewport = { width: 320, height: 640 }
      const { page } = await open(`${shop.path}?tz=America/Argentina/ComodRivadavia`, { viewport })
      const wide = async () => {
        const { scroll, client } = await page.evaluate(() => ({
          scroll: document.documentElement.scrollWidth,
          client: document.documentElement.clientWidth,
        }))
        return scroll > client ? `${page.url()} is ${scroll} wide` : null
      }
      const seen = [await wide()]
      const look = async () => void seen.push(await wide())
      await page.getByRole('button', { name: /^Tue/ }).click()
      await look()
      await page.getByRole('radio').first().check()
      await page.getByRole('button', { name: 'Continue' }).click()
      await look()
      await page.getByRole('button', { name: 'Send the request' }).click()
      await look()
      await page.getByRole('radio', { name: long }).check()
      await fillIn(page)
      await page.getByRole('button', { name: 'Send the request' }).click()
      expect(await text(page)).toContain('we have your request')
      await look()
      await page.getByRole('link', { name: 'Move it' }).click()
      await look()
      await page.goBack()
      await page.getByRole('link', { name: 'Cancel it' }).click()
      await look()
      await page.goto(`${app.url}/manage/sgm_nothing`)
      await look()
      expect(seen.filter(Boolean)).toEqual([])
      expect(seen).toHaveLength(8)
      // What is to be touched is large enough to be hit.
      await page.goto(app.url + shop.path)
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('button, label.option')]
          .map((element) => element.getBoundingClientRect().height)
          .filter((height) => height < 24),
      )
      expect(small).toEqual([])
    },
  )

  it("shows the days of the browser's own zone, and of another that is chosen", async () => {
    const shop = await openBusiness(app, {}, { hours: [0, 1440] })
    const { page, complaints } = await open(shop.path, { timezoneId: 'America/New_York' })
    expect(await text(page)).toContain('Times on Monday, 2 March 2026 (America/New_York)')
    // The clocks there go forward on the eighth, weeks before those of the business.
    await page.getByRole('button', { name: /^Sun/ }).click()
    const sunday = await page.getByRole('radio').count()
    await page.getByLabel('Time zone').selectOption('Europe/London')
    await page.getByRole('button', { name: 'Show times' }).click()
    await page.getByRole('button', { name: /^Sun/ }).click()
    expect([sunday, await page.getByRole('radio').count()]).toEqual([92, 96])
    expect(complaints).toEqual([])
  })

  it('books without scripts, by the zone of the business', async () => {
    const shop = await openBusiness(app)
    const options = { javaScriptEnabled: false, timezoneId: 'America/New_York' }
    const { page } = await open(shop.path, options)
    expect(await page.locator('main').textContent()).toContain('(Europe/London)')
    await choose(page, '10:00')
    await fillIn(page)
    await page.getByRole('button', { name: 'Book' }).dblclick()
    await page.waitForURL(/\/manage\//)
    expect(await page.locator('main').textContent()).toContain('your booking is confirmed')
    expect(await shop.bookings()).toHaveLength(1)
  })

  it('names every field, says what is wrong with it, and shows it by contrast', async () => {
    const shop = await openBusiness(app)
    const query = '?tz=Europe/London&start=2026-03-03T10:00:00.000Z'
    const { page } = await open(shop.path + query)
    await page.getByRole('button', { name: 'Book' }).click()
    const email = page.getByLabel('E-mail address')
    expect(await email.getAttribute('aria-invalid')).toBe('true')
    const described = (await email.getAttribute('aria-describedby'))?.split(' ') ?? []
    const words = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).innerText()))
    expect(words).toEqual(['We send the confirmation there.', 'This needs an answer.'])
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
        .map((each) => each as HTMLInputElement)
        .filter((each) => !(each.labels?.length || each.textContent?.trim()))
        .map((each) => each.outerHTML),
    )
    expect(unnamed).toEqual([])
    const contrast = await page.evaluate(() => {
      const light = (color: string) => {
        const parts = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
        const [r = 0, g = 0, b = 0] = parts.map((part) => {
          const share = part / 255
          return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
      }
      const fault = document.querySelector('.fault') as Element
      // The page has the browser's own background, which is white here.
      return 1.05 / (light(getComputedStyle(fault).color) + 0.05)
    })
    expect(contrast).toBeGreaterThan(4.5)
  })
})
