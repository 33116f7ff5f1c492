// Access that is renewed again and again by what a calendar's owner gave (RFC 6749, section 6):
// held in memory until it runs out, and renewed once for all who need it at that moment.

import { createHash } from 'node:crypto'
import type { Asked, Asker, Reply } from '../outbound/ask.ts'
import type { Clock } from '../time/clock.ts'
import { MINUTE, type Instant } from '../time/instant.ts'
import { fieldsIn, pauseIn, textOf } from './answer.ts'
import type { OAuthClient } from './oauth.ts'
import { CalendarFault } from './server.ts'
import { revokedSentence } from './source.ts'

export type Access = {
  token: string
  /** What it is renewed by from now on. */
  refreshToken: string
}

type Held = Access & { until: Instant }

/** Access; not the token that was refused, if any. */
export type Tokens = (
  client: OAuthClient,
  refreshToken: string,
  refused: string | null,
  stopped: AbortSignal,
) => Promise<Access>

/** It may be under way for a while when it is used. */
const shortestMs = MINUTE
const longestAnswer = 100_000

export function createTokens({ asker, clock }: { asker: Asker; clock: Clock }): Tokens {
  const held = new Map<string, Held>()
  const renewing = new Map<string, Promise<Held>>()

  const renew = async (client: OAuthClient, refreshToken: string, stopped: AbortSignal) => {
    const reply = await asker.ask(renewal(client, refreshToken), stopped)
    const access = accessIn(reply, refreshToken, clock.now())
    for (const [key, { until }] of held) if (until <= clock.now()) held.delete(key)
    // Whoever has read the old one meanwhile need not renew it again.
    for (const each of [refreshToken, access.refreshToken]) held.set(keyOf(client, each), access)
    return access
  }

  return async (client, refreshToken, refused, stopped) => {
    const key = keyOf(client, refreshToken)
    const known = held.get(key)
    if (known && known.token !== refused && known.until > clock.now()) return known
    const under = renewing.get(key)
    if (under) return under
    const renewed = renew(client, refreshToken, stopped).finally(() => renewing.delete(key))
    renewing.set(key, renewed)
    return renewed
  }
}

const keyOf = ({ clientId, tokenUrl }: OAuthClient, refreshToken: string) =>
  createHash('sha256')
    .update(JSON.stringify([tokenUrl, clientId, refreshToken]))
    .digest('base64')

function renewal({ clientId, clientSecret, tokenUrl }: OAuthClient, refreshToken: string): Asked {
  const form = {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  }
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'user-agent': 'Slotgraph',
  }
  const body = new URLSearchParams(form).toString()
  return { method: 'POST', url: tokenUrl, headers, body, answerBytes: longestAnswer }
}

function accessIn(reply: Reply, refreshToken: string, now: Instant): Held {
  if ('error' in reply) throw new CalendarFault(reply.error, { isSilence: true })
  const { status, headers, body } = reply
  const fields = fieldsIn(body)
  if (status !== 200) throw refusal(status, fields['error'], pauseIn(headers, now))
  const { access_token: token, expires_in: seconds, refresh_token: next } = fields
  if (typeof token !== 'string' || token === '') {
    throw new CalendarFault('What the server says of the access cannot be read.')
  }
  const lasts = Number(seconds) * 1000 || 0
  const until = now + Math.max(lasts - MINUTE, shortestMs)
  return { token, until, refreshToken: textOf(next) || refreshToken }
}

/** Errors of RFC 6749, section 5.2, and those of Microsoft that ask for the owner, too. */
function refusal(status: number, error: unknown, pauseMs: number): CalendarFault {
  const word = typeof error === 'string' && /^\w{1,40}$/.test(error) ? error : ''
  if (['invalid_grant', 'interaction_required', 'consent_required'].includes(word)) {
    return new CalendarFault(revokedSentence, { isSilence: true, isRevoked: true })
  }
  const why = word === '' ? String(status) : `"${word}"`
  const sentence = `The server did not renew the access: ${why}.`
  return new CalendarFault(sentence, { isSilence: true, pauseMs })
}
