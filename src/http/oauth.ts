// The OAuth endpoints: client_credentials (RFC 6749 section 4.4), introspection (RFC 7662),
// revocation (RFC 7009) and what there is of metadata (RFC 8414). A client learns and ends its own
// tokens only.

import { reachOfClients } from '../access/client.data.ts'
import {
  accessTokenSeconds,
  findAccessToken,
  findApiClient,
  issueAccessToken,
  revokeAccessToken,
  type AccessTokenRow,
  type ApiClientRow,
} from '../auth/credential.data.ts'
import { allScopes } from '../auth/scope.ts'
import { hashSecret, parseCredential, sameHash } from '../auth/secret.ts'
import { anonymous } from '../auth/viewer.ts'
import type { ActionContext, Services } from '../context.ts'
import { isPassing } from '../db/failure.ts'
import { poolReader } from '../db/reader.ts'
import { noteRefusal } from '../events/refused.ts'
import { retryAfterSeconds } from '../graphql/public-errors.ts'
import { networkOf } from '../graphql/spending.ts'
import { contentType, readBody, send, sendJson, type Door, type Exchange } from './exchange.ts'
import {
  narrowScopes,
  OAuthFault,
  readClient,
  readForm,
  tooMany,
  unavailable,
  wrongClient,
} from './oauth-request.ts'
import type { Route } from './router.ts'
import { createThrottle } from './throttle.ts'

type OAuthServices = Pick<Services, 'db' | 'clock'>
type Asked = { exchange: Exchange; client: ApiClientRow; form: ReadonlyMap<string, string> }

const maxFormBytes = 16_384

/** Wrong secrets within a minute, from one address and for one client. */
const guesses = { address: 30, client: 10, seconds: 60 }
/** Answers hold secrets: nothing on the way may keep them. */
const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

/**
 * The endpoints; `baseUrl` says how the service is reached from outside, `tokenPaths` where else
 * tokens are given out.
 */
export function oauthRoutes(
  services: OAuthServices,
  baseUrl: () => string,
  tokenPaths: readonly string[],
): Route[] {
  const authenticate = createAuthentication(services)
  const endpoint = (path: string, answer: (asked: Asked) => Promise<void>): Route => ({
    path,
    methods: ['POST'],
    name: 'oauth',
    door: formDoor(authenticate, answer),
  })
  return [
    ...['/oauth/token', ...tokenPaths].map((path) =>
      endpoint(path, (asked) => issueToken(services, asked)),
    ),
    endpoint('/oauth/introspect', (asked) => introspect(services, asked)),
    endpoint('/oauth/revoke', (asked) => revoke(services, asked)),
    {
      path: '/.well-known/oauth-authorization-server',
      methods: ['GET'],
      name: 'oauth',
      door: (exchange) => sendJson(exchange, 200, metadata(baseUrl())),
    },
  ]
}

/** Reads the form, authenticates the client, and turns faults into their answers. */
function formDoor(authenticate: Authenticate, answer: (asked: Asked) => Promise<void>): Door {
  return async (exchange) => {
    try {
      if (contentType(exchange) !== 'application/x-www-form-urlencoded') {
        const sentence = 'Send the parameters as application/x-www-form-urlencoded.'
        throw new OAuthFault('invalid_request', sentence)
      }
      const form = readForm(await readBody(exchange, maxFormBytes))
      const client = await authenticate(exchange, form)
      await answer({ exchange, client, form })
    } catch (error) {
      const isDown = isPassing(error)
      if (isDown) exchange.log.error({ err: error }, 'the database is unavailable')
      const fault = isDown ? unavailable(retryAfterSeconds) : error
      if (!(fault instanceof OAuthFault)) throw fault
      sendJson(exchange, fault.status, fault, { ...noStore, ...fault.headers })
    }
  }
}

type Authenticate = (exchange: Exchange, form: ReadonlyMap<string, string>) => Promise<ApiClientRow>

/**
 * Who shows itself to be which client. Only wrong secrets are counted. An address that guesses is
 * heard no more for a while; a client at which others guess is answered all the same when its
 * secret is right, so that nobody locks it out.
 */
function createAuthentication({ db, clock }: OAuthServices): Authenticate {
  const { seconds } = guesses
  const byAddress = createThrottle({ points: guesses.address, seconds, clock })
  const byClient = createThrottle({ points: guesses.client, seconds, clock })
  return async ({ req, address, requestId, log }, form) => {
    const origin = { requestId, address }
    const shown = readClient(req.headers.authorization, form)
    const from = networkOf(address)
    const blocked = byAddress.wait(from)
    if (blocked > 0) throw tooMany(blocked)
    const client = await findApiClient(db.pool, shown.clientId)
    const right = client && sameHash(client.secretHash, hashSecret(shown.clientSecret))
    if (right && !client.revokedAt) return client
    if (client) noteGuess({ db, clock, log, viewer: anonymous, origin }, client)
    byAddress.take(from)
    // A name may be as long as a form; of what is none of ours the beginning is enough.
    const waiting = byClient.take(shown.clientId.slice(0, 64))
    throw waiting > 0 ? tooMany(waiting) : wrongClient()
  }
}

/** Everybody who may be harmed is told; once an hour, since anybody who has the name can do it. */
function noteGuess(ctx: ActionContext, { id }: ApiClientRow): void {
  noteRefusal(ctx, {
    action: 'client.authenticated',
    subjectType: 'ApiClient',
    subjectId: id,
    accountIds: async () => (await reachOfClients(poolReader(ctx.db), [id]))[0] ?? [],
    hourly: true,
  })
}

async function issueToken(services: OAuthServices, { exchange, client, form }: Asked) {
  const grantType = form.get('grant_type')
  if (grantType === undefined) {
    throw new OAuthFault('invalid_request', 'The parameter "grant_type" is missing.')
  }
  if (grantType !== 'client_credentials') {
    const sentence = `The grant type "${grantType}" is not offered; "client_credentials" is.`
    throw new OAuthFault('unsupported_grant_type', sentence)
  }
  const scopes = narrowScopes(form.get('scope'), client.scopes)
  const { db, clock } = services
  const issued = await issueAccessToken(db.pool, {
    clientId: client.id,
    secretHash: client.secretHash,
    scopes,
    now: clock.now(),
  })
  if (!issued) throw wrongClient()
  const body = {
    access_token: issued.token,
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
    scope: scopes.join(' '),
  }
  sendJson(exchange, 200, body, noStore)
}

async function introspect({ db, clock }: OAuthServices, { exchange, client, form }: Asked) {
  const shown = parseCredential(tokenOf(form))
  const token =
    shown?.kind === 'ACCESS_TOKEN' ? await findAccessToken(db.pool, shown.hash) : undefined
  const mine = token?.clientId === client.id && isLive(token, clock.now()) ? token : null
  const body = mine && {
    active: true,
    scope: mine.tokenScopes.filter((scope) => mine.clientScopes.includes(scope)).join(' '),
    client_id: mine.publicId,
    token_type: 'Bearer',
    exp: seconds(mine.expiresAt),
    iat: seconds(mine.createdAt),
  }
  sendJson(exchange, 200, body ?? { active: false }, noStore)
}

async function revoke({ db, clock }: OAuthServices, { exchange, client, form }: Asked) {
  const shown = parseCredential(tokenOf(form))
  if (shown && shown.kind !== 'ACCESS_TOKEN') {
    const sentence = 'Only access tokens are revoked here; API keys are revoked in the graph.'
    throw new OAuthFault('unsupported_token_type', sentence)
  }
  const token = shown && (await findAccessToken(db.pool, shown.hash))
  if (token && token.clientId !== client.id) {
    throw new OAuthFault('unauthorized_client', 'The token was issued to another client.')
  }
  if (shown && token) {
    await revokeAccessToken(db.pool, client.id, shown.hash, new Date(clock.now()))
  }
  send(exchange, 200, noStore, '')
}

function tokenOf(form: ReadonlyMap<string, string>): string {
  const token = form.get('token')
  if (token !== undefined) return token
  throw new OAuthFault('invalid_request', 'The parameter "token" is missing.')
}

function isLive(token: AccessTokenRow, now: number): boolean {
  return !token.tokenRevokedAt && !token.clientRevokedAt && token.expiresAt.getTime() > now
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}

function metadata(baseUrl: string) {
  const methods = ['client_secret_basic', 'client_secret_post']
  return {
    issuer: baseUrl,
    token_endpoint: `${baseUrl}/oauth/token`,
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint: `${baseUrl}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint: `${baseUrl}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: methods,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    scopes_supported: allScopes,
    service_documentation: `${baseUrl}/docs`,
  }
}
