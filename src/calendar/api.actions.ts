// Requests in JSON to a calendar whose owner gave access: with the access that there is, renewed
// once when the server does not take it. Answers that say that it will not, or not now, are thrown.

import type { Asked, Reply } from '../outbound/ask.ts'
import type { Clock } from '../time/clock.ts'
import { fieldsIn, fieldsOf, listOf, pauseIn, textOf, type Fields } from './answer.ts'
import type { OAuthClient } from './oauth.ts'
import { CalendarFault, unreadable, type Connection } from './server.ts'
import type { Tokens } from './tokens.actions.ts'

export type ApiAnswer = { status: number; body: Fields }

type ApiAsked = Pick<Asked, 'method' | 'url'> & {
  headers?: Record<string, string>
  body?: object
}

/** Gives answers of 2xx, and of those others that may be expected: 400, 404, 409, 410, 412. */
export type Api = (asked: ApiAsked) => Promise<ApiAnswer>

type Parts = {
  connection: Connection
  client: OAuthClient
  tokens: Tokens
  clock: Clock
  /** Keeps what the access is renewed by from now on. */
  keep: (refreshToken: string) => Promise<void>
}

const expected = [400, 404, 409, 410, 412]

export function createApi({ connection, client, tokens, clock, keep }: Parts): Api {
  const { asker, url: place, credentials, stopped } = connection
  const { origin } = new URL(place)
  let refreshToken = credentials && 'refreshToken' in credentials ? credentials.refreshToken : ''

  const tokenBut = async (refused: string | null) => {
    const access = await tokens(client, refreshToken, refused, stopped)
    if (access.refreshToken !== refreshToken) {
      refreshToken = access.refreshToken
      await keep(refreshToken)
    }
    return access.token
  }

  const send = ({ method, url, headers, body }: ApiAsked, token: string) =>
    asker.ask(
      {
        method,
        url,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'user-agent': 'Slotgraph',
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      },
      stopped,
    )

  return async (asked) => {
    // Links come from the server, and the access is for nobody else.
    if (!URL.canParse(asked.url) || new URL(asked.url).origin !== origin) {
      throw new CalendarFault('The server refers to another one.')
    }
    const token = await tokenBut(null)
    let reply = await send(asked, token)
    if ('status' in reply && reply.status === 401) {
      reply = await send(asked, await tokenBut(token))
    }
    return answerOf(reply, clock.now())
  }
}

function answerOf(reply: Reply, now: number): ApiAnswer {
  if ('error' in reply) throw new CalendarFault(reply.error, { isSilence: true })
  const { status } = reply
  const body = fieldsIn(reply.body)
  if (expected.includes(status)) return { status, body }
  if (status === 401) throw new CalendarFault('The server does not accept the access.')
  if (status === 429 || status === 503 || (status === 403 && isTooMuch(body))) {
    const pauseMs = pauseIn(reply.headers, now)
    throw new CalendarFault(`The server is asked too much (${status}).`, {
      isSilence: true,
      pauseMs,
    })
  }
  if (status === 403) throw new CalendarFault('The server does not allow it (403).')
  if (status < 200 || status > 299) throw new CalendarFault(`The server answered ${status}.`)
  if (status !== 204 && reply.body !== '' && Object.keys(body).length === 0) {
    throw unreadable()
  }
  return { status, body }
}

/** As Google says it of its limits. */
function isTooMuch({ error }: Fields): boolean {
  const errors = listOf(fieldsOf(error)['errors']) ?? []
  return errors.some(
    ({ domain, reason }) =>
      domain === 'usageLimits' || /^(rateLimit|userRateLimit|quota)Exceeded$/.test(textOf(reason)),
  )
}
