// The page on which an owner approves or refuses an application: what it asks for, in plain words,
// and for which account. Whatever is wrong with the address is said here; nobody is sent on to an
// address that the application did not register.

import { redirectOf } from '../access/application.ts'
import { authorizeApplication } from '../access/installation.actions.ts'
import { isScope, scopeSentence, type Scope } from '../auth/scope.ts'
import { Forbidden } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { Refused } from '../errors.ts'
import type { Application } from '../generated/prisma/client.ts'
import { isText } from '../graphql/text.ts'
import type { Asking } from '../rest/route.ts'
import { HttpFault, type Exchange } from './exchange.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'
import { redirect, type People, type SignedIn } from './signed-in.ts'
import { noStore, troubleHtml } from './sign-in.ts'

/** Asking in our own words, which are the scopes. */
const inScopes: Asking = {
  path: '/authorize',
  applicationParameter: 'application',
  permissionsParameter: 'scopes',
  scopesOf: (word) => (isScope(word) ? [word] : null),
}

type Parts = { services: Services; people: People }
type Asked = { application: Application; words: string[]; scopes: Scope[]; state: string | null }

const longestState = 2_000

export function consentRoutes(parts: Parts, others: readonly Asking[] = []): Route[] {
  return [inScopes, ...others].map((asking) => ({
    path: asking.path,
    methods: ['GET', 'POST'],
    name: 'console',
    door: async (exchange) => {
      const asked = await readAsked(parts.services, asking, exchange)
      const person = await parts.people.requireSignIn(exchange)
      if (!person) return
      if (exchange.method !== 'POST') return showConsent(parts, exchange, person, asked, null)
      await decide(parts, exchange, person, asked)
    },
  }))
}

async function readAsked({ db }: Services, asking: Asking, { query }: Exchange): Promise<Asked> {
  const words = [
    ...new Set((query.get(asking.permissionsParameter) ?? '').split(/[\s,]+/).filter(Boolean)),
  ]
  const unknown = words.filter((word) => asking.scopesOf(word) === null)
  if (words.length === 0 || unknown.length > 0) {
    const what =
      unknown.length > 0
        ? `asks for "${unknown.join('", "')}", which is no permission`
        : 'asks for nothing'
    throw new HttpFault(400, `The application ${what}. Tell whoever sent you here.`)
  }
  const state = query.get('state')
  if (state !== null && (state.length > longestState || !isText(state))) {
    throw new HttpFault(400, `"state" is a text of at most ${longestState} characters.`)
  }
  const publicId = query.get(asking.applicationParameter) ?? ''
  const application = isText(publicId)
    ? await db.prisma.application.findUnique({ where: { publicId, deletedAt: null } })
    : null
  if (!application) throw new HttpFault(404, 'There is no such application. Check the address.')
  const scopes = [...new Set(words.flatMap((word) => asking.scopesOf(word) ?? []))]
  return { application, words, scopes, state }
}

async function showConsent(
  { services, people }: Parts,
  exchange: Exchange,
  { viewer }: SignedIn,
  { application, scopes }: Asked,
  trouble: string | null,
): Promise<void> {
  const owned = [...viewer.grants].filter(([, { role }]) => role === 'OWNER').map(([id]) => id)
  const accounts = await services.db.prisma.account.findMany({
    where: { id: { in: owned } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    select: { id: true, name: true },
  })
  const name = escape(application.name)
  const grants = scopes.map((scope) => `<li>${escape(scopeSentence(scope))}</li>`).join('\n')
  const intro = `${trouble === null ? '' : troubleHtml(trouble)}
<p><strong>${name}</strong> asks to work with one of your businesses.</p>
${application.description ? `<p>${escape(application.description)}</p>` : ''}
<p>It could then:</p>
<ul>${grants}</ul>`
  const options = accounts.map(
    ({ id, name: text }) => `<option value="${id}">${escape(text)}</option>`,
  )
  const { host, origin } = new URL(application.redirectUrl)
  const body =
    accounts.length === 0
      ? `${intro}<p>Only an owner of a business can allow this, and you own none here.</p>`
      : `${intro}<form method="post">${people.formToken(exchange)}
<label for="account">Business</label>
<select id="account" name="account" required>
${options.join('\n')}
</select>
<p><button name="decision" value="approve">Allow</button>
<button name="decision" value="refuse">Refuse</button></p>
<p>You go on to ${escape(host)}. You can uninstall it at any time.</p>
</form>`
  sendPage(exchange, `Allow ${application.name}?`, body, {
    status: trouble === null ? 200 : 422,
    headers: noStore,
    formTargets: [origin],
  })
}

async function decide(
  parts: Parts,
  exchange: Exchange,
  person: SignedIn,
  asked: Asked,
): Promise<void> {
  const { application, scopes, words, state } = asked
  const form = await parts.people.readForm(exchange)
  const back = application.redirectUrl
  if (form.get('decision') !== 'approve') {
    return redirect(exchange, redirectOf(back, { success: false, state }))
  }
  const accountId = form.get('account') ?? ''
  const ctx = parts.people.context(exchange, person.viewer)
  try {
    const { secret } = await authorizeApplication(ctx, {
      accountId,
      applicationId: application.publicId,
      scopes,
      permissions: words,
    })
    redirect(exchange, redirectOf(back, { success: true, state, apiKey: secret ?? '' }))
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Forbidden)) throw error
    await showConsent(parts, exchange, person, asked, error.message)
  }
}
