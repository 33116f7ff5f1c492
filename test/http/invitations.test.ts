// From an invitation to a member: who may make one, who may accept, how often and how long; and
// that a link which was handed over is never a way to be somebody who is here already.
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { documentOf } from '../support/ask.ts'
import { makeAccount } from '../support/makers.ts'
import { askAs, cookieIn, makePerson, open, password, signIn, submit } from '../support/people.ts'
import { encodeId } from '../../src/graphql/ids.ts'

const app = await testApp()
const { prisma } = app.db
const account = await makeAccount(app.db, { name: 'Salon <Été> & "Co"' })
const accountId = encodeId('Account', { accountId: account.id, id: account.id })
const owner = await makePerson(app, { [account.id]: 'OWNER' }, { name: 'Olga <b>' })
const olga = await signIn(app, owner.email)

let guests = 0
const address = () => `guest${(guests += 1)}@example.com`

async function invite(email: string, role = 'STAFF', name = 'Gast') {
  const document = documentOf('inviteUser', 'id status email role invitedBy expiresAt').replace(
    '{ data {',
    '{ secret data {',
  )
  const input = { accountId, email, name, role }
  const { data, errors } = await askAs(app, olga, document, { input })
  if (errors) throw new Error(JSON.stringify(errors))
  const { secret, code, ...rest } = data.result
  return { ...rest, code, path: secret ? new URL(secret).pathname : '', secret }
}

const isMember = async (email: string) =>
  (await prisma.membership.findFirst({ where: { accountId: account.id, user: { email } } }))?.role

/** As somebody new would, also where the page offers no form for it. */
async function enrol(path: string) {
  const { fields, cookie } = await open(app, '/sign-in')
  const form = { ...fields, name: 'N', password: 'a password of mine' }
  return submit(app, path, form, { cookie })
}

describe('an invitation', () => {
  it('is told once with its link, and makes somebody new a member with a password', async () => {
    const email = address()
    const made = await invite(email.toUpperCase(), 'ADMIN', 'Gast & <Söhne>')
    expect(made.data).toMatchObject({ status: 'OPEN', email, role: 'ADMIN', invitedBy: 'Olga <b>' })
    expect(made.secret).toMatch(new RegExp(`^${app.url}/invitations/sgi_[0-9A-Za-z]{49}$`))
    const page = await open(app, made.path)
    expect(page.response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; frame-ancestors 'none'/,
    )
    expect(page.response.headers.get('referrer-policy')).toBe('same-origin')
    expect(page.html).toContain('Olga &lt;b&gt; invites')
    expect(page.html).toContain('Salon &lt;Été&gt; &amp; &quot;Co&quot;')
    expect(page.html).toContain('value="Gast &amp; &lt;Söhne&gt;"')
    const form = { ...page.fields, name: 'Grete', password: 'a password of mine' }
    const { response, location } = await submit(app, made.path, form, { cookie: page.cookie })
    expect([response.status, location]).toEqual([303, '/console'])
    const console = await open(app, '/console', cookieIn(response, 'slotgraph_session'))
    expect(console.html).toContain('You are <strong>Grete</strong>')
    expect(console.html).toContain('<td>Salon &lt;Été&gt; &amp; &quot;Co&quot;</td>')
    expect(await isMember(email)).toBe('ADMIN')
    await signIn(app, email, 'a password of mine')
    const facts = await prisma.auditEntry.findMany({
      where: { accountId: account.id, actorName: 'Grete', subjectType: { not: 'User' } },
      orderBy: { action: 'asc' },
    })
    expect(facts.map(({ action, actorKind }) => [action, actorKind])).toEqual([
      ['invitation.accepted', 'USER'],
      ['membership.created', 'USER'],
    ])
    const audited = await prisma.auditEntry.findMany({ where: { accountId: account.id } })
    expect(JSON.stringify(audited)).not.toContain(email)
  })

  it('works once', async () => {
    const email = address()
    const { path } = await invite(email)
    const page = await open(app, path)
    const form = { ...page.fields, name: 'N', password: 'a password of mine' }
    const tries = await Promise.all(
      [0, 1, 2].map(() => submit(app, path, form, { cookie: page.cookie })),
    )
    expect(tries.map(({ response }) => response.status).filter((s) => s === 303)).toHaveLength(1)
    expect(await prisma.membership.count({ where: { user: { email } } })).toBe(1)
    const again = await submit(app, path, form, { cookie: page.cookie })
    expect([again.response.status, again.html]).toEqual([
      410,
      expect.stringContaining('was accepted already'),
    ])
  })

  it('ends by time, by withdrawal and by the next one to the same address', async () => {
    const email = address()
    const first = await invite(email)
    const second = await invite(email)
    expect((await open(app, first.path)).html).toContain('was withdrawn')
    const document = documentOf('withdrawInvitation', 'status')
    const withdraw = () => askAs(app, olga, document, { input: { id: second.data.id } })
    for (let times = 0; times < 2; times += 1) {
      expect((await withdraw()).data.result.data).toEqual({ status: 'WITHDRAWN' })
    }
    const page = await open(app, second.path)
    expect([page.response.status, page.html]).toEqual([410, expect.stringContaining('withdrawn')])
    const third = await invite(email)
    const shown = await open(app, third.path)
    app.clock.advance(7 * 86_400_000)
    const form = { ...shown.fields, name: 'N', password: 'a password of mine' }
    const late = await submit(app, third.path, form, { cookie: shown.cookie })
    expect([late.response.status, late.html]).toEqual([410, expect.stringContaining('expired')])
    expect(await prisma.user.count({ where: { email } })).toBe(0)
    app.clock.advance(-7 * 86_400_000)
  })

  it('is accepted by whoever signs in with its address, and by nobody else', async () => {
    const guest = await makePerson(app)
    const { path } = await invite(guest.email)
    const unknown = await open(app, path)
    expect(unknown.html).toContain(
      `<a href="/sign-in?next=${encodeURIComponent(path)}">Sign in</a>`,
    )
    const taken = await enrol(path)
    expect([taken.response.status, taken.html]).toEqual([
      422,
      expect.stringContaining('is known here. Sign in to accept the invitation.'),
    ])
    await expect(signIn(app, guest.email, 'a password of mine')).rejects.toThrow(/^401/)
    const other = await signIn(app, (await makePerson(app)).email)
    const strange = await open(app, path, other.cookie)
    expect(strange.html).toContain('Sign out, then open this')
    const wrong = await submit(app, path, strange.fields, { cookie: other.cookie })
    expect([wrong.response.status, await isMember(guest.email)]).toEqual([422, undefined])
    const { cookie } = await signIn(app, guest.email, password)
    const own = await open(app, path, cookie)
    const foreign = { cookie, origin: 'https://evil.example' }
    expect((await submit(app, path, own.fields, foreign)).response.status).toBe(403)
    expect((await submit(app, path, own.fields, { cookie })).response.status).toBe(303)
    expect(await isMember(guest.email)).toBe('STAFF')
  })

  it('gives no password to a person who is in an account already', async () => {
    const elsewhere = await makeAccount(app.db)
    const guest = await makePerson(app, { [elsewhere.id]: 'OWNER' }, { passwordHash: null })
    const { path } = await invite(guest.email)
    expect((await open(app, path)).html).toContain('Ask whoever runs this service')
    expect((await enrol(path)).response.status).toBe(422)
    const { passwordHash } = await prisma.user.findUniqueOrThrow({ where: { id: guest.id } })
    expect(passwordHash).toBeNull()
  })

  it('is refused for whoever is here, to a role above, and for no name', async () => {
    const document = documentOf('inviteUser', 'id')
    const admin = await makePerson(app, { [account.id]: 'ADMIN' })
    const browser = await signIn(app, admin.email)
    const asked = async (input: object) => {
      const given = { accountId, email: address(), name: 'N', role: 'STAFF', ...input }
      const { data } = await askAs(app, browser, document, { input: given })
      return [data.result.code, data.result.path]
    }
    const count = () => prisma.invitation.count()
    const before = await count()
    expect(await asked({ email: owner.email })).toEqual(['VALIDATION_FAILED', ['email']])
    expect(await asked({ role: 'OWNER' })).toEqual(['VALIDATION_FAILED', ['role']])
    expect(await asked({ name: ' ' })).toEqual(['VALIDATION_FAILED', ['name']])
    expect(await count()).toBe(before)
  })

  it.each(['/invitations/', '/invitations/x', `/invitations/sgi_${'0'.repeat(49)}`, '/password/'])(
    'is not at %s',
    async (path) => {
      const { response, html } = await open(app, path)
      expect([response.status, html]).toEqual([404, expect.stringContaining('leads nowhere')])
    },
  )
})

describe('the console', () => {
  it('is behind the sign-in page, which leads back to it', async () => {
    const { response } = await open(app, '/console')
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/sign-in?next=%2Fconsole',
    ])
  })

  it('changes a password, keeps this session and ends all others', async () => {
    const person = await makePerson(app)
    const [here, there] = [await signIn(app, person.email), await signIn(app, person.email)]
    const { fields } = await open(app, '/console/password', here.cookie)
    const change = (given: object) =>
      submit(app, '/console/password', { ...fields, ...given }, { cookie: here.cookie })
    const wrong = await change({ current: 'not it', next: 'another password' })
    expect([wrong.response.status, wrong.html]).toEqual([
      422,
      expect.stringContaining('The current password is not right.'),
    ])
    expect((await change({ current: password, next: 'short' })).response.status).toBe(422)
    const done = await change({ current: password, next: 'another password' })
    expect([done.response.status, done.location]).toEqual([303, '/console'])
    const kind = '{ viewer { kind } }'
    expect((await askAs(app, here, kind)).data.viewer.kind).toBe('USER')
    expect((await askAs(app, there, kind)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    await signIn(app, person.email, 'another password')
  })

  it('signs out by its own form only', async () => {
    const { cookie } = await signIn(app, (await makePerson(app)).email)
    const { fields } = await open(app, '/console', cookie)
    expect((await submit(app, '/sign-out', {}, { cookie })).response.status).toBe(403)
    const { response, location } = await submit(app, '/sign-out', fields, { cookie })
    expect([response.status, location]).toEqual([303, '/sign-in'])
    expect((await open(app, '/console', cookie)).response.status).toBe(303)
  })
})
