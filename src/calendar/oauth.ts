// Calendars whose owners give access by OAuth 2.0: where they are, and what this installation is
// there. Pure.

/** What an installation is to whoever gives out access, as registered there. */
export type OAuthClient = {
  clientId: string
  clientSecret: string
  /** Where access is renewed (RFC 6749, section 6). */
  tokenUrl: string
  /** Without a slash at its end. */
  apiBase: string
}

export const oauthKinds = ['GOOGLE', 'MICROSOFT'] as const
export type OAuthKind = (typeof oauthKinds)[number]

/** Null where none is registered. */
export type OAuthClients = Readonly<Record<OAuthKind, OAuthClient | null>>

export function isOAuthKind(kind: string): kind is OAuthKind {
  return oauthKinds.some((known) => known === kind)
}

const owners: Record<OAuthKind, string> = { GOOGLE: 'Google', MICROSOFT: 'Microsoft' }

export function notRegistered(kind: OAuthKind): string {
  return `This installation is not registered with ${owners[kind]}: its ${kind}_CLIENT_ID is not set.`
}

/** The address of a calendar, of the main one when none is named. */
export function calendarUrl(kind: OAuthKind, { apiBase }: OAuthClient, id: string | null): string {
  const name = id === null ? null : encodeURIComponent(id)
  if (kind === 'GOOGLE') return `${apiBase}/calendars/${name ?? 'primary'}`
  return name === null ? `${apiBase}/me` : `${apiBase}/me/calendars/${name}`
}

type Settings = Partial<
  Record<
    | 'googleClientId'
    | 'googleClientSecret'
    | 'googleTokenUrl'
    | 'googleApiBase'
    | 'microsoftClientId'
    | 'microsoftClientSecret'
    | 'microsoftTokenUrl'
    | 'microsoftApiBase',
    string | undefined
  >
>

export function oauthClientsOf(settings: Settings): OAuthClients {
  return {
    GOOGLE: clientOf(
      settings.googleClientId,
      settings.googleClientSecret,
      settings.googleTokenUrl ?? 'https://oauth2.googleapis.com/token',
      settings.googleApiBase ?? 'https://www.googleapis.com/calendar/v3',
    ),
    MICROSOFT: clientOf(
      settings.microsoftClientId,
      settings.microsoftClientSecret,
      settings.microsoftTokenUrl ?? 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
      settings.microsoftApiBase ?? 'https://graph.microsoft.com/v1.0',
    ),
  }
}

function clientOf(
  clientId: string | undefined,
  clientSecret: string | undefined,
  tokenUrl: string,
  apiBase: string,
): OAuthClient | null {
  if (clientId === undefined || clientSecret === undefined) return null
  return { clientId, clientSecret, tokenUrl, apiBase: apiBase.replace(/\/+$/, '') }
}
