// The console: who is signed in, where they work and as what, and the way on from there. What can
// be done with accounts and people is in the graph, where GraphiQL does it with the same cookie.

import { changePassword } from '../access/sign-in.actions.ts'
import type { Services } from '../context.ts'
import type { Exchange } from './exchange.ts'
import { newPasswordHtml, sentenceOf } from './invitations.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'
import { redirect, type People, type SignedIn } from './signed-in.ts'
import { noStore, tooMany, troubleHtml, unlessBusy } from './sign-in.ts'
import { createThrottle } from './throttle.ts'

/** The pages of whoever is signed in. */
export function consoleRoutes({ db, clock }: Services, people: People): Route[] {
  const byPerson = createThrottle({ points: 10, seconds: 900, clock })

  const overview = async (exchange: Exchange) => {
    const me = await people.requireSignIn(exchange)
    if (!me) return
    const memberships = await db.prisma.membership.findMany({
      where: { userId: me.user.id },
      select: { role: true, account: { select: { name: true, slug: true, timeZone: true } } },
      orderBy: [{ account: { name: 'asc' } }, { accountId: 'asc' }],
    })
    const rows = memberships.map(
      ({ role, account: { name, slug, timeZone } }) =>
        `<tr><td>${escape(name)}</td><td>${escape(slug)}</td><td>${role}</td>` +
        `<td>${escape(timeZone)}</td></tr>`,
    )
    const head = '<tr><th>Business</th><th>Short name</th><th>Role</th><th>Time zone</th></tr>'
    const accounts = rows.length > 0 ? `<table>${head}${rows.join('\n')}</table>` : nothing
    sendPage(exchange, 'Console', whoHtml(me, people, exchange) + accounts + ways, {
      headers: noStore,
    })
  }

  const password = async (exchange: Exchange) => {
    const me = await people.requireSignIn(exchange)
    if (!me) return
    let trouble: string | null = null
    if (exchange.method === 'POST') {
      const form = await people.readForm(exchange)
      const seconds = byPerson.take(me.user.id)
      if (seconds > 0) throw tooMany(seconds)
      const given = { current: form.get('current') ?? '', next: form.get('next') ?? '' }
      const ctx = people.context(exchange, me.viewer)
      trouble = await sentenceOf(() => unlessBusy(() => changePassword(ctx, given, me.sessionHash)))
      if (trouble === null) return redirect(exchange, '/console')
    }
    const body = `${trouble === null ? '' : troubleHtml(trouble)}
<form method="post">${people.formToken(exchange)}
<label for="current">Current password</label>
<input id="current" name="current" type="password" autocomplete="current-password" required>
${newPasswordHtml('next', 'New password')}<button>Change it</button></form>
<p>Wherever else you are signed in, you are signed out. <a href="/console">Back</a></p>`
    const status = trouble === null ? 200 : 422
    sendPage(exchange, 'Change your password', body, { status, headers: noStore })
  }

  const name = 'console'
  return [
    { path: '/console', methods: ['GET'], name, door: overview },
    { path: '/console/password', methods: ['GET', 'POST'], name, door: password },
  ]
}

function whoHtml({ user }: SignedIn, people: People, exchange: Exchange): string {
  return `<p>You are <strong>${escape(user.name)}</strong>, ${escape(user.email)}.
<a href="/console/password">Change your password</a></p>
<form method="post" action="/sign-out">${people.formToken(exchange)}<button>Sign out</button></form>
<h2>Where you work</h2>
`
}

const nothing = `<p>You are in no business yet. Open one in <a href="/graphql">GraphiQL</a> with the
mutation <code>createAccount</code>, or ask to be invited.</p>`

const ways = `<h2>Go on</h2>
<dl>
<dt><a href="/graphql">GraphiQL</a></dt>
<dd>Everything you may do, as yourself: people (<code>inviteUser</code>, <code>changeRole</code>),
keys, clients, applications, bookings.</dd>
<dt><a href="/docs">First steps</a></dt><dd>How programs ask.</dd>
</dl>`
