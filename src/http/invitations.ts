// The pages behind links that were handed over: an invitation to join an account, and a link to set
// a password. The secret is in the address; whoever has it sees who invites them where and as what.

import { acceptInvitation, type Accepting } from '../access/invitation.actions.ts'
import { findInvitation, wayInOf } from '../access/invitation.data.ts'
import { invitationStatus, type InvitationStatus } from '../access/invitation.ts'
import { beginSession, personOfLink, setPassword } from '../access/sign-in.actions.ts'
import { passwordLength } from '../auth/password.ts'
import { parseLinkSecret } from '../auth/secret.ts'
import { anonymous } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { Refused } from '../errors.ts'
import { networkOf } from '../graphql/spending.ts'
import { headerOf, type Exchange } from './exchange.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'
import { redirect, type People, type SignedIn } from './signed-in.ts'
import { noStore, tooMany, troubleHtml, unlessBusy } from './sign-in.ts'
import { createThrottle } from './throttle.ts'

type Parts = { services: Services; people: People }
/** `take` counts an attempt, or has the sender wait: each costs a password's work. */
type Tools = Parts & { take: (exchange: Exchange) => void }
type Found = NonNullable<Awaited<ReturnType<typeof findInvitation>>>

export function linkRoutes(parts: Parts): Route[] {
  const { clock } = parts.services
  const byAddress = createThrottle({ points: 60, seconds: 900, clock })
  const take = ({ address }: Exchange) => {
    const seconds = byAddress.take(networkOf(address))
    if (seconds > 0) throw tooMany(seconds)
  }
  const tools = { ...parts, take }
  const common = { methods: ['GET', 'POST'], name: 'console' }
  return [
    { ...common, path: '/invitations/*', door: (exchange) => invitation(tools, exchange) },
    { ...common, path: '/password/*', door: (exchange) => password(tools, exchange) },
  ]
}

async function invitation(tools: Tools, exchange: Exchange): Promise<void> {
  const { db, clock } = tools.services
  const hash = secretIn(exchange, '/invitations/')
  const found = hash && (await findInvitation(db.prisma, hash))
  if (!found) return sendEnd(exchange, 404, 'There is no such invitation. Check the address.')
  const ended = invitationStatus(found, clock.now())
  if (ended !== 'OPEN') return sendEnd(exchange, 410, ends[ended])
  const signedIn = await tools.people.signedIn(exchange)
  let trouble: string | null = null
  if (exchange.method === 'POST') {
    trouble = await sentenceOf(() => accept(tools, exchange, hash, signedIn))
    if (trouble === null) return
  }
  const { account, invitedBy, role, email } = found
  const inviter = invitedBy ? escape(invitedBy.name) : 'Somebody'
  const body = `${trouble === null ? '' : troubleHtml(trouble)}<p>${inviter} invites
<strong>${escape(email)}</strong> to <strong>${escape(account.name)}</strong> as ${role}.</p>
${await wayHtml(tools, exchange, found, signedIn)}`
  const status = trouble === null ? 200 : 422
  sendPage(exchange, `Join ${account.name}`, body, { status, headers: noStore })
}

async function accept(
  { services, people, take }: Tools,
  exchange: Exchange,
  hash: Buffer,
  signedIn: SignedIn | null,
): Promise<void> {
  const form = await people.readForm(exchange)
  if (!signedIn) take(exchange)
  const who: Accepting = signedIn
    ? { userId: signedIn.user.id }
    : { name: form.get('name') ?? '', password: form.get('password') ?? '' }
  const ctx = people.context(exchange, signedIn?.viewer ?? anonymous)
  const user = await unlessBusy(() => acceptInvitation(ctx, hash, who))
  if (!signedIn) {
    people.begin(exchange, await beginSession(ctx, services.db.prisma, user, agentOf(exchange)))
  }
  redirect(exchange, '/console')
}

async function wayHtml(
  { people, services }: Tools,
  exchange: Exchange,
  found: Found,
  signedIn: SignedIn | null,
): Promise<string> {
  const token = people.formToken(exchange)
  if (signedIn?.user.email === found.email) {
    return `<form method="post">${token}<button>Accept</button></form>`
  }
  if (signedIn) {
    return `<p>You are signed in as ${escape(signedIn.user.email)}. Sign out, then open this
address again.</p><form method="post" action="/sign-out">${token}<button>Sign out</button></form>`
  }
  const way = await wayInOf(services.db.prisma, found.email)
  const next = encodeURIComponent(exchange.path)
  if (way === 'SIGN_IN') return `<p><a href="/sign-in?next=${next}">Sign in</a> to accept.</p>`
  if (way === 'ASK') {
    return `<p>You have no password here yet. Ask whoever runs this service for a link to set one,
then open this address again.</p>`
  }
  return `<form method="post">${token}
<label for="name">Your name</label>
<input id="name" name="name" autocomplete="name" maxlength="200" required
  value="${escape(found.name)}">
${newPasswordHtml()}<button>Join</button></form>`
}

async function password(tools: Tools, exchange: Exchange): Promise<void> {
  const { services, people } = tools
  const hash = secretIn(exchange, '/password/')
  const user = hash && (await personOfLink(services, hash))
  if (!user) return sendEnd(exchange, 404, 'This link is not known, was used, or has run out.')
  let trouble: string | null = null
  if (exchange.method === 'POST') {
    trouble = await sentenceOf(() => enterByPassword(tools, exchange, hash))
    if (trouble === null) return
  }
  const body = `${trouble === null ? '' : troubleHtml(trouble)}
<p>You set the password of <strong>${escape(user.email)}</strong>.</p>
<form method="post">${people.formToken(exchange)}${newPasswordHtml()}<button>Set it</button></form>`
  const status = trouble === null ? 200 : 422
  sendPage(exchange, `Welcome, ${user.name}`, body, { status, headers: noStore })
}

async function enterByPassword(
  { people, take }: Tools,
  exchange: Exchange,
  hash: Buffer,
): Promise<void> {
  const form = await people.readForm(exchange)
  take(exchange)
  const ctx = people.context(exchange, anonymous)
  const given = form.get('password') ?? ''
  people.begin(exchange, await unlessBusy(() => setPassword(ctx, hash, given, agentOf(exchange))))
  redirect(exchange, '/console')
}

const ends: Record<Exclude<InvitationStatus, 'OPEN'>, string> = {
  ACCEPTED: 'This invitation was accepted already. Sign in to go on.',
  WITHDRAWN: 'This invitation was withdrawn. Ask for another.',
  EXPIRED: 'This invitation has expired. Ask for another.',
}

function sendEnd(exchange: Exchange, status: number, sentence: string): void {
  const body = `${troubleHtml(sentence)}<p><a href="/sign-in">Sign in</a></p>`
  sendPage(exchange, 'This link leads nowhere', body, { status, headers: noStore })
}

/** What a refusal says; null when there was none. */
export async function sentenceOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { issues, message } = error.refusal
    return issues?.map((issue) => issue.message).join(' ') || message
  }
}

/** The field of a new password, with what is asked of it. */
export function newPasswordHtml(name = 'password', label = 'Password'): string {
  const { least, most } = passwordLength
  return `<label for="${name}">${label}, at least ${least} characters</label>
<input id="${name}" name="${name}" type="password" autocomplete="new-password"
  minlength="${least}" maxlength="${most}" required>
`
}

function secretIn({ path }: Exchange, below: string): Buffer | null {
  return parseLinkSecret(path.slice(below.length))
}

function agentOf(exchange: Exchange): string | null {
  return headerOf(exchange, 'user-agent') ?? null
}
