// What a client sends to the OAuth endpoints: its credential (RFC 6749 section 2.3.1) and a form.
// Pure; a fault is an error of RFC 6749 section 5.2.

import { isText } from '../graphql/text.ts'

type FaultOptions = {
  status?: number
  /** Asks for Basic authentication again. */
  challenge?: boolean
  /** When to try again. */
  retryAfterSeconds?: number
}

/** An answer that says no. */
export class OAuthFault extends Error {
  readonly error: string
  readonly status: number
  readonly headers: Record<string, string>
  constructor(error: string, description: string, options: FaultOptions = {}) {
    super(description)
    this.name = 'OAuthFault'
    this.error = error
    this.status = options.status ?? 400
    const { challenge, retryAfterSeconds } = options
    this.headers = {
      ...(challenge && { 'www-authenticate': 'Basic realm="oauth", charset="UTF-8"' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    }
  }
  /** The body of RFC 6749 section 5.2, which allows neither double quotes nor backslashes. */
  toJSON(): { error: string; error_description: string } {
    const text = this.message.replaceAll('"', "'").replace(/[^ !#-[\]-~]/g, '?')
    return { error: this.error, error_description: text }
  }
}

const noClient = { status: 401, challenge: true }

/** The one answer for a client that is not there and for a secret that is not its. */
export function wrongClient(): OAuthFault {
  const sentence = 'The client_id is not known, or the client_secret is wrong or was replaced.'
  return new OAuthFault('invalid_client', sentence, noClient)
}

/** Of too many wrong secrets. RFC 6749 has no word for it but that of section 4.1.2.1. */
export function tooMany(retryAfterSeconds: number): OAuthFault {
  const sentence = `Too many wrong secrets were tried. Try again in ${retryAfterSeconds} seconds.`
  return new OAuthFault('temporarily_unavailable', sentence, { status: 429, retryAfterSeconds })
}

export function unavailable(retryAfterSeconds: number): OAuthFault {
  const sentence = `The service cannot answer now. Try again in ${retryAfterSeconds} seconds.`
  return new OAuthFault('temporarily_unavailable', sentence, { status: 503, retryAfterSeconds })
}

export type ClientCredential = { clientId: string; clientSecret: string }

/**
 * The parameters of the form; empty ones count as left out, repeated ones and what is no text are
 * refused.
 */
export function readForm(body: string): Map<string, string> {
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) {
      throw new OAuthFault('invalid_request', `The parameter "${name}" is given more than once.`)
    }
    if (!isText(value)) {
      const sentence = `The parameter "${name}" contains a character that is not text.`
      throw new OAuthFault('invalid_request', sentence)
    }
    if (value !== '') form.set(name, value)
  }
  return form
}

export function readClient(
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
): ClientCredential {
  const clientId = form.get('client_id')
  const clientSecret = form.get('client_secret')
  if (authorization !== undefined) {
    const basic = readBasic(authorization)
    const differs = clientId !== undefined && clientId !== basic.clientId
    if (clientSecret !== undefined || differs) {
      const sentence = 'The client shows itself twice. Use the Authorization header or the form.'
      throw new OAuthFault('invalid_request', sentence)
    }
    return basic
  }
  if (clientId === undefined || clientSecret === undefined) {
    const sentence =
      'The client does not show itself. Send client_id and client_secret, as Basic or in the form.'
    throw new OAuthFault('invalid_client', sentence, noClient)
  }
  return { clientId, clientSecret }
}

function readBasic(authorization: string): ClientCredential {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization)?.[1]
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const clientId = decode(text.slice(0, Math.max(colon, 0)))
  if (clientId === '' || !isText(clientId)) {
    const sentence = 'The Authorization header is not Basic with client_id and client_secret.'
    throw new OAuthFault('invalid_client', sentence, noClient)
  }
  return { clientId, clientSecret: decode(text.slice(colon + 1)) }
}

/** Both halves are form-encoded before they are joined. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** The scopes to grant: those asked for, none beyond the client's own; all when none is named. */
export function narrowScopes(asked: string | undefined, own: readonly string[]): string[] {
  if (asked === undefined) return [...own]
  const scopes = [...new Set(asked.split(' ').filter((scope) => scope !== ''))]
  const beyond = scopes.filter((scope) => !own.includes(scope))
  if (scopes.length === 0 || beyond.length > 0) {
    const words = beyond.map((scope) => `"${scope}"`).join(', ') || 'nothing'
    const sentence = `The client may not have ${words}. It may ask for: ${own.join(' ')}.`
    throw new OAuthFault('invalid_scope', sentence)
  }
  return scopes
}
