// With whom, on a booking page: who is shown, who can be chosen, and that whoever was chosen does
// it or is said to be taken.

import { describe, expect, it } from 'vitest'
import { encodeId } from '../../../src/graphql/ids.ts'
import { testApp } from '../../support/app.ts'
import { change, done } from '../../support/ask.ts'
import { bookThere, grace, openBusiness, visitor, type Page } from './page-world.ts'

const app = await testApp()
const guest = visitor(app, { 'accept-language': 'en' })
const { get, press } = guest
const start = '2026-03-03T10:00:00.000Z'
const { prisma } = app.db

async function salon(terms: object = {}, staff = 3) {
  const shop = await openBusiness(app, { visitorsChooseStaff: true, ...terms }, { staff })
  return { ...shop, ids: shop.staff }
}

const offers = (page: Page, name: string) => page.html.includes(`>${name}</option>`)
const times = (page: Page) => page.forms.flatMap(({ radios }) => radios.map(([, value]) => value))

describe('the choice of a staff member', () => {
  it.each(['ROUND_ROBIN', 'PRIORITY'])(
    'leads to a booking with whoever was chosen (%s)',
    async (distribution) => {
      const { path, ids, staffIds, bookings } = await salon({ distribution })
      const first = await get(path)
      expect(first.forms[0]?.fields).toContainEqual(['staff', 'anyone'])
      for (const name of ['Anyone', 'Staff 0', 'Staff 1', 'Staff 2']) {
        expect([name, offers(first, name)]).toEqual([name, true])
      }
      const shown = await press(first, 'Show times', { staff: ids[2] ?? '' })
      const tuesday = await press(shown, 'Tue 3 Mar')
      const details = await press(tuesday, 'Continue', { start })
      expect(details.text).toContain('With Staff 2')
      expect((await press(details, 'Book', grace)).text).toContain('With Staff 2')
      expect(await bookings()).toMatchObject([{ staffId: staffIds[2] }])
    },
  )

  it('shows the times of the one who was chosen, and of everybody again', async () => {
    const { path, ids, staffIds, accountId } = await salon({}, 2)
    await prisma.workingHours.create({
      data: {
        accountId,
        id: '0194f000-0000-7000-8000-0000000000a1',
        staffId: staffIds[1] ?? '',
        weekday: 2,
        startMinute: 1080,
        endMinute: 1140,
      },
    })
    const tuesday = `${path}?day=2026-03-03&from=2026-03-03`
    const all = await get(tuesday)
    const own = await press(all, 'Show times', { staff: ids[1] ?? '' })
    expect(times(own)).toEqual(['2026-03-03T18:00:00.000Z'])
    expect(times(all)).toContain('2026-03-03T09:00:00.000Z')
    expect(times(await press(own, 'Show times', { staff: 'anyone' }))).toEqual(times(all))
  })

  it('says that they are taken, with their next times, and books nobody else', async () => {
    const { path, ids, staffIds, bookings } = await salon({}, 2)
    const details = await get(`${path}?start=${start}&staff=${ids[0]}`)
    await bookThere(guest, path, `${start}&staff=${ids[0]}`, { email: 'first@example.com' })
    const late = await press(details, 'Book', grace)
    expect(late.status).toBe(409)
    expect(late.text).toContain('This time is not free any more with Staff 0.')
    expect(late.text).toContain('With Staff 0')
    expect(await bookings()).toHaveLength(1)
    const next = times(late)[0] ?? ''
    expect(next).toBe('2026-03-03T11:00:00.000Z')
    await press(late, 'Book', { start: next })
    expect(await bookings()).toMatchObject([{ staffId: staffIds[0] }, { staffId: staffIds[0] }])
    // Anyone can still be had at the time that was taken.
    const anyone = await get(`${path}?start=${start}`)
    expect((await press(anyone, 'Book', grace)).text).toContain('With Staff 1')
  })

  it('is refused for who left, for strangers and for what nobody is called', async () => {
    const { path, ids, staffIds, accountId, bookings } = await salon()
    const other = await salon()
    const details = await get(`${path}?start=${start}&staff=${ids[1]}`)
    await prisma.staffMember.update({
      where: { accountId_id: { accountId, id: staffIds[1] ?? '' } },
      data: { active: false },
    })
    const pages = [
      await press(details, 'Book', grace),
      await get(`${path}?staff=${other.ids[0]}`),
      await get(`${path}?staff=nobody&start=${start}`),
    ]
    for (const page of pages) {
      expect(page.status).toBe(409)
      expect(page.html).toContain('<a href="#f-staff">The person you chose cannot be chosen here')
      expect(page.forms[0]?.fields).toContainEqual(['staff', 'anyone'])
    }
    expect(offers(pages[0] as Page, 'Staff 1')).toBe(false)
    expect(await bookings()).toEqual([])
  })

  it('is not there where the link does not say so, and cannot be had by an address', async () => {
    const { path, staff, bookings } = await openBusiness(app, {}, { staff: 2 })
    const page = await get(path)
    expect(page.html).not.toContain('name="staff"')
    expect(page.html).not.toContain('Staff 0')
    const named = await get(`${path}?staff=${staff[1]}&start=${start}`)
    expect([named.status, named.text]).toEqual([409, expect.stringContaining('cannot be chosen')])
    const details = await get(`${path}?start=${start}`)
    expect((await press(details, 'Book', { ...grace, staff: staff[1] ?? '' })).status).toBe(409)
    expect(await bookings()).toEqual([])
  })

  it('is no choice where it is clear who does it: they are shown', async () => {
    const single = await salon({ distribution: 'SINGLE' })
    const all = await salon({ distribution: 'COLLECTIVE' })
    const alone = await salon({}, 1)
    const said = [
      [single, 'With: Staff 0'],
      [all, 'With: Staff 0, Staff 1, Staff 2'],
      [alone, 'With: Staff 0'],
    ] as const
    for (const [{ path }, sentence] of said) {
      const page = await get(path)
      expect(page.text).toContain(`${sentence} Time zone`)
      expect(page.html).not.toContain('name="staff"')
      expect((await get(`${path}?start=${start}`)).text).toContain(sentence.replace(':', ''))
    }
  })

  it('is among those to whom the answers lead', async () => {
    const questions = [{ id: 'pain', label: 'Where?', type: 'CHOICE', choices: ['Back', 'Head'] }]
    const shop = await salon({ questions })
    const { ids, staffIds, key, linkId, path, bookings } = shop
    const conditions = [{ questionId: 'pain', operator: 'IS', value: 'Back' }]
    const routing = [{ conditions, staffIds: [ids[0], ids[2]] }]
    await done(app, key, 'updateBookingLink', { id: linkId, routing })
    const led = await press(await get(path), 'Continue', { 'q.pain': 'Back' })
    expect(['Staff 0', 'Staff 1', 'Staff 2'].map((name) => offers(led, name))).toEqual([
      true,
      false,
      true,
    ])
    const chosen = await press(led, 'Show times', { staff: ids[2] ?? '' })
    const details = await press(await press(chosen, 'Tue 3 Mar'), 'Continue', { start })
    await press(details, 'Book', grace)
    expect(await bookings()).toMatchObject([{ staffId: staffIds[2] }])
    const elsewhere = await press(led, 'Show times', { staff: ids[1] ?? '' })
    expect([elsewhere.status, elsewhere.text]).toEqual([
      409,
      expect.stringContaining('cannot be chosen here'),
    ])
  })

  it('shows the price of who is chosen', async () => {
    const { path, ids, staffIds, accountId, serviceId } = await salon({}, 2)
    await prisma.serviceStaff.update({
      where: {
        accountId_serviceId_staffId: { accountId, serviceId, staffId: staffIds[1] ?? '' },
      },
      data: { priceMinor: 6_000 },
    })
    const own = await get(`${path}?staff=${ids[1]}`)
    expect(own.text).toContain('Cut · 60 minutes · €60.00')
    const details = await get(`${path}?staff=${ids[1]}&start=${start}`)
    expect(details.text).toContain('€60.00')
  })

  it.each([
    ['de', 'Egal, mit wem'],
    ['pl', 'Dowolna osoba'],
  ])('speaks %s', async (lang, words) => {
    const { path } = await salon()
    expect(offers(await get(`${path}?lang=${lang}`), words)).toBe(true)
  })
})

describe('the staff of a link in the graph', () => {
  const read = `query ($id: ID!, $service: ID, $answers: JSONObject, $staff: ID) {
    bookingLink(id: $id) {
      visitorsChooseStaff
      staff(serviceId: $service, answers: $answers) { name }
      availability(from: "2026-03-03", days: 1, staffId: $staff) { slots { startsAt staff { name } } }
    }
  }`

  it('is that of the service and of the answers that are named, several at once', async () => {
    const shop = await salon({ staffIds: [] })
    const { key, accountId, ids, linkId, service } = shop
    const made = await done(app, key, 'createService', {
      accountId: encodeId('Account', { accountId, id: accountId }),
      name: 'Colour',
      kind: 'APPOINTMENT',
      durationMinutes: 30,
      staffIds: [ids[1]],
    })
    await done(app, key, 'updateBookingLink', { id: linkId, serviceIds: [service, made.id] })
    const document = `query ($id: ID!, $other: ID) {
      bookingLink(id: $id) { first: staff { name } other: staff(serviceId: $other) { name } }
    }`
    const { data } = await app.graphql(key, document, { id: linkId, other: made.id })
    expect(data.bookingLink).toEqual({
      first: [{ name: 'Staff 0' }, { name: 'Staff 1' }, { name: 'Staff 2' }],
      other: [{ name: 'Staff 1' }],
    })
  })

  it('lists the times of one of them, and none for anybody else', async () => {
    const { key, ids, linkId } = await salon({ staffIds: [] })
    const other = await salon()
    const ask = async (staff: string | undefined) => app.graphql(key, read, { id: linkId, staff })
    const own = (await ask(ids[1])).data.bookingLink
    expect(own.visitorsChooseStaff).toBe(true)
    type Slots = { staff: { name: string }[] }[]
    const slots = own.availability.slots as Slots
    expect(slots).not.toEqual([])
    expect(new Set(slots.flatMap(({ staff }) => staff.map(({ name }) => name)))).toEqual(
      new Set(['Staff 1']),
    )
    expect((await ask(other.ids[0])).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
    await done(app, key, 'updateBookingLink', { id: linkId, staffIds: [ids[0]] })
    expect((await ask(ids[1])).data.bookingLink.availability.slots).toEqual([])
  })

  it('is chosen from by visitors only when the link says so, which is an event', async () => {
    const { key, linkId, accountId } = await openBusiness(app)
    const changed = await change(
      app,
      key,
      'updateBookingLink',
      { id: linkId, visitorsChooseStaff: true },
      'visitorsChooseStaff version',
    )
    expect(changed.data).toEqual({ visitorsChooseStaff: true, version: 2 })
    const event = await prisma.event.findFirstOrThrow({
      where: { accountId, type: 'link.updated' },
    })
    expect(event.changes).toEqual([{ field: 'visitorsChooseStaff', from: false, to: true }])
  })
})
