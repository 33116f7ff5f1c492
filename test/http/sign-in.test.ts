// How people come in and go: by the page and by JSON, with cookies that say the least, slowed down
// when they try too often, and never sent on to another site.
import { describe, expect, it } from 'vitest'
import { sessionLife } from '../../src/auth/user-session.data.ts'
import { newId } from '../../src/db/id.ts'
import { localPath } from '../../src/http/signed-in.ts'
import { testApp } from '../support/app.ts'
import { makeAccount } from '../support/makers.ts'
import {
  askAs,
  cookieIn,
  makePerson,
  open,
  password,
  quickHash,
  signIn,
  submit,
} from '../support/people.ts'

const app = await testApp({ level: 'debug' })
const account = await makeAccount(app.db, { name: 'Salon' })

const json = (body: unknown, headers: Record<string, string> = {}) => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const sessions = () => app.db.prisma.userSession.count()

describe('the sign-in page', () => {
  it('signs in with its own form, and leads on', async () => {
    const { email, id } = await makePerson(app, { [account.id]: 'STAFF' })
    const page = await open(app, '/sign-in?next=%2Fgraphql%3Fa%3D1')
    expect(page.response.status).toBe(200)
    const { response, location } = await submit(
      app,
      '/sign-in',
      { ...page.fields, email: ` ${email.toUpperCase()} `, password },
      { cookie: page.cookie },
    )
    expect([response.status, location]).toEqual([303, '/graphql?a=1'])
    const set = response.headers.getSetCookie()
    expect(set).toHaveLength(2)
    expect(set[0]).toMatch(
      /^slotgraph_session=sgu_[0-9A-Za-z]{49}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/,
    )
    expect(set[1]).toMatch(/^slotgraph_form=; Path=\/; Max-Age=0;/)
    const cookie = cookieIn(response, 'slotgraph_session')
    const stored = await app.db.prisma.userSession.findFirstOrThrow({ where: { userId: id } })
    expect(JSON.stringify(stored)).not.toContain(cookie.slice(18))
    expect(app.lines.map((line) => JSON.stringify(line)).join()).not.toContain(cookie.slice(18))
    const again = await open(app, '/sign-in', cookie)
    expect([again.response.status, again.response.headers.get('location')]).toEqual([
      303,
      '/console',
    ])
  })

  it('says the same of a wrong password and of nobody, and begins nothing', async () => {
    const { email } = await makePerson(app)
    const before = await sessions()
    const page = await open(app, '/sign-in')
    for (const address of [email, 'nobody@example.com', '', '<b>"@x.y']) {
      const form = { ...page.fields, email: address, password: 'another password' }
      const { response, html } = await submit(app, '/sign-in', form, { cookie: page.cookie })
      expect(response.status).toBe(401)
      expect(html).toContain('The e-mail address or the password is not right.')
      expect(html).not.toContain('<b>"')
      expect(response.headers.getSetCookie().join()).not.toContain('slotgraph_session')
    }
    expect(await sessions()).toBe(before)
  })

  it('is for people without a password nobody', async () => {
    const { email } = await makePerson(app, {}, { passwordHash: null })
    await expect(signIn(app, email, '')).rejects.toThrow(/^401/)
  })

  it.each([
    ['https://evil.example/', '/console'],
    ['//evil.example/', '/console'],
    ['/\\evil.example', '/console'],
    ['/\t/evil.example', '/console'],
    ['/.//evil.example', '/console'],
    ['/x/..//evil.example', '/console'],
    ['javascript:alert(1)', '/console'],
    ['', '/console'],
    ['/console?a=b#c', '/console?a=b#c'],
    ['/ä', '/%C3%A4'],
  ])('leads from %j to %j', async (next, expected) => {
    expect(localPath(next)).toBe(expected)
    const { email } = await makePerson(app)
    const page = await open(app, '/sign-in')
    const form = { ...page.fields, next, email, password }
    const { location } = await submit(app, '/sign-in', form, { cookie: page.cookie })
    expect(location).toBe(expected)
  })

  it('is refused from elsewhere, and without the token of its cookie', async () => {
    const { email } = await makePerson(app)
    const { fields, cookie } = await open(app, '/sign-in')
    const other = await open(app, '/sign-in')
    const before = await sessions()
    const form = { ...fields, email, password }
    const tries: [Record<string, string>, Record<string, string>][] = [
      [form, { cookie, origin: 'https://evil.example' }],
      [form, { cookie, origin: 'null' }],
      [form, { cookie, 'sec-fetch-site': 'cross-site' }],
      [form, { cookie, 'sec-fetch-site': 'same-site' }],
      [form, {}],
      [{ ...form, csrfToken: '' }, { cookie }],
      [{ ...form, csrfToken: other.fields['csrfToken'] ?? '' }, { cookie }],
    ]
    for (const [sent, headers] of tries) {
      const { response } = await submit(app, '/sign-in', sent, headers)
      expect([headers, response.status]).toEqual([headers, 403])
    }
    expect(await sessions()).toBe(before)
  })
})

describe('signing in too often', () => {
  it('makes an e-mail address wait, by 429 and Retry-After, until its time is over', async () => {
    const { email } = await makePerson(app)
    const attempt = (word: string) => app.post('/console/sign-in', json({ email, password: word }))
    const statuses: number[] = []
    for (let count = 0; count < 10; count += 1) statuses.push((await attempt('wrong')).status)
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 401))
    app.clock.advance(60_000)
    const refused = await attempt(password)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '840'])
    expect(await refused.json()).toMatchObject({
      error: 'too_many_requests',
      message: 'Too many attempts. Try again in 840 seconds.',
    })
    app.clock.advance(840_000)
    expect((await attempt(password)).status).toBe(200)
    // Who knows the password begins anew.
    for (let count = 0; count < 10; count += 1) expect((await attempt('wrong')).status).toBe(401)
  })

  it('makes a network address wait that tries many people', async () => {
    app.clock.advance(900_000)
    const passwordHash = quickHash(password)
    const people = Array.from({ length: 202 }, (_, nth) => `crowd${nth}@example.com`)
    await app.db.prisma.user.createMany({
      data: people.map((email) => ({ id: newId(), email, name: email, passwordHash })),
    })
    const statuses: number[] = []
    for (const email of people) {
      const body = { email, password: 'not the password' }
      statuses.push((await app.post('/console/sign-in', json(body))).status)
    }
    expect(statuses.slice(0, 200).every((status) => status === 401)).toBe(true)
    expect(statuses.slice(200)).toEqual([429, 429])
    app.clock.advance(900_000)
  })
})

describe('JSON', () => {
  it('signs in, says who is signed in, and signs out', async () => {
    const { email, id, name } = await makePerson(app, { [account.id]: 'VIEWER' })
    const browser = await signIn(app, email)
    const { cookie, csrfToken } = browser
    const session = await fetch(`${app.url}/console/session`, { headers: { cookie } })
    expect(session.headers.get('cache-control')).toBe('no-store')
    expect(await session.json()).toEqual({
      user: { id: expect.any(String), name, email },
      csrfToken,
    })
    const { data } = await askAs(app, browser, '{ viewer { kind name } }')
    expect(data).toEqual({ viewer: { kind: 'USER', name } })

    const unproven = await app.post('/console/sign-out', json({}, { cookie }))
    expect(unproven.status).toBe(403)
    const out = await app.post('/console/sign-out', json({}, { cookie, 'x-csrf-token': csrfToken }))
    expect([out.status, await out.json()]).toEqual([200, { user: null, csrfToken: null }])
    expect(out.headers.getSetCookie()).toEqual([
      'slotgraph_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    ])
    expect(await app.db.prisma.userSession.count({ where: { userId: id } })).toBe(0)
    const { errors } = await askAs(app, browser, '{ viewer { kind } }')
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })

  it.each([
    ['application/json', '{"email": {"not": ""}, "password": "x"}', 400],
    ['application/json', 'nonsense', 400],
    ['text/plain', '{"email": "a@b.c", "password": "x"}', 415],
  ])('is refused as %s %s', async (type, body, status) => {
    const response = await app.post('/console/sign-in', { headers: { 'content-type': type }, body })
    expect(response.status).toBe(status)
  })

  it('tells no page of another site who is signed in', async () => {
    const { email } = await makePerson(app)
    const { cookie } = await signIn(app, email)
    const asked = await fetch(`${app.url}/console/session`, {
      headers: { cookie, origin: 'https://evil.example' },
    })
    expect([asked.status, await asked.text()]).toEqual([403, expect.not.stringContaining(email)])
  })
})

describe('a session', () => {
  it('ends when it is not used for a day, and at the latest after two weeks', async () => {
    const { email } = await makePerson(app)
    const idle = await signIn(app, email)
    const used = await signIn(app, email)
    const codes = async (browser: typeof idle) => {
      const { errors } = await askAs(app, browser, '{ viewer { kind } }')
      return errors?.map(({ extensions, message }) => [extensions.code, message]) ?? 'in'
    }
    const expired = [['UNAUTHENTICATED', 'The session has expired. Sign in again.']]
    const halfDay = sessionLife.idleMs / 2
    for (let half = 0; half < 27; half += 1) {
      app.clock.advance(halfDay)
      expect(await codes(used)).toBe('in')
      // The note of the use is written beside the request.
      const noted = { lastUsedAt: new Date(app.clock.now()) }
      await expect.poll(() => app.db.prisma.userSession.count({ where: noted })).toBe(1)
    }
    expect(await codes(idle)).toEqual(expired)
    app.clock.advance(halfDay)
    expect(await codes(used)).toEqual(expired)
    const session = await fetch(`${app.url}/console/session`, { headers: { cookie: used.cookie } })
    expect(await session.json()).toEqual({ user: null, csrfToken: null })
    expect(session.headers.getSetCookie()).toHaveLength(1)
  })

  it('has a Secure cookie where the service is reached by https', async () => {
    const { setCookieText } = await import('../../src/http/session-cookie.ts')
    expect(setCookieText('a', 'b', 'https://bookings.example')).toMatch(/; SameSite=Lax; Secure$/)
  })
})
