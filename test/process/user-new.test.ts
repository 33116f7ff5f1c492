// The first person of an empty database: a command, a link, a password, an account of their own.
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { documentOf } from '../support/ask.ts'
import { askAs, cookieIn, open, signIn, submit } from '../support/people.ts'
import { startProgram } from '../support/program.ts'

const app = await testApp({ config: { baseUrl: undefined } })
app.clock.set(Date.now())

async function run(...args: string[]) {
  const program = startProgram(['scripts/run.mjs', 'user:new', ...args], {
    DATABASE_URL: app.db.url,
    BASE_URL: app.url,
  })
  const { code } = await program.ended
  return { code, ...program.output() }
}

const linkIn = (stdout: string) => new URL(/http\S+/.exec(stdout)?.[0] ?? '').pathname

describe('npm run user:new', () => {
  it('begins an empty database: the link sets a password, the person opens an account', async () => {
    const made = await run('--email', 'Ada@Example.com', '--name', 'Ada <Lovelace>')
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toMatch(/^Made Ada <Lovelace>, ada@example\.com\. The password is set at\n/)
    const path = linkIn(made.stdout)
    expect(path).toMatch(/^\/password\/sgp_/)

    const page = await open(app, path)
    expect(page.response.status).toBe(200)
    expect(page.html).toContain('Welcome, Ada &lt;Lovelace&gt;')
    const { cookie, fields } = page
    const short = await submit(app, path, { ...fields, password: 'short' }, { cookie })
    expect([short.response.status, short.html]).toEqual([
      422,
      expect.stringContaining('A password has at least 10 characters.'),
    ])
    const set = await submit(app, path, { ...fields, password: 'ten letters' }, { cookie })
    expect([set.response.status, set.location]).toEqual([303, '/console'])
    const session = cookieIn(set.response, 'slotgraph_session')
    expect((await open(app, '/console', session)).html).toContain('You are in no business yet.')

    const browser = await signIn(app, 'ada@example.com', 'ten letters')
    const input = { name: 'Engines', slug: 'engines', timeZone: 'Europe/London', currency: 'GBP' }
    const document = documentOf('createAccount', 'slug members { nodes { name role } }')
    const { data, errors } = await askAs(app, browser, document, { input })
    expect(errors).toBeUndefined()
    expect(data.result.data).toEqual({
      slug: 'engines',
      members: { nodes: [{ name: 'Ada <Lovelace>', role: 'OWNER' }] },
    })

    const again = await open(app, path)
    expect([again.response.status, again.html]).toEqual([
      404,
      expect.stringContaining('was used, or has run out'),
    ])
  })

  it('gives another link to a person who is there, and it ends every session', async () => {
    const before = await signIn(app, 'ada@example.com', 'ten letters')
    const { stdout } = await run('--email', 'ada@example.com', '--name', 'Somebody')
    expect(stdout).toMatch(/^Found Ada <Lovelace>, /)
    const path = linkIn(stdout)
    const { cookie, fields } = await open(app, path)
    await submit(app, path, { ...fields, password: 'other letters' }, { cookie })
    const { errors } = await askAs(app, before, '{ viewer { kind } }')
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    await expect(signIn(app, 'ada@example.com', 'ten letters')).rejects.toThrow(/^401/)
    await signIn(app, 'ada@example.com', 'other letters')
  })

  it('ends its links after three days', async () => {
    const { stdout } = await run('--email', 'late@example.com', '--name', 'Late')
    const until = Date.parse(/until (\S+)\. /.exec(stdout)?.[1] ?? '')
    app.clock.set(until - 1)
    expect((await open(app, linkIn(stdout))).response.status).toBe(200)
    app.clock.set(until)
    expect((await open(app, linkIn(stdout))).response.status).toBe(404)
  })

  it.each([
    [['--email', 'x@example.com'], /^Usage: npm run user:new -- --email ADDRESS --name NAME\n/],
    [['--mail', 'x@example.com'], /^Usage: /],
    [['--email', 'nonsense', '--name', 'N'], /^"nonsense" is not an e-mail address/],
  ])('says what it needs: %j', async (args, sentence) => {
    const { code, stderr } = await run(...args)
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)])
    expect(await app.db.prisma.user.count({ where: { email: { in: ['x@example.com'] } } })).toBe(0)
  })
})
