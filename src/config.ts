// The environment, read once into one frozen, typed object. Pure: it is given the variables and
// opens nothing. All faults are reported together.
import { resolve } from 'node:path'
import { StartupFault } from './db/startup-fault.ts'
import { isNetwork } from './http/sender.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const SEEDS = ['demo', 'none'] as const
const SWITCH = ['true', 'false'] as const

export type Config = Readonly<{
  /** 0: the system picks one. */
  port: number
  host: string
  /** Unset: the embedded PostgreSQL in dataDir. */
  databaseUrl: string | undefined
  dataDir: string
  redisUrl: string | undefined
  /** Unset: demo on a new embedded database, nothing on any other. */
  seed: (typeof SEEDS)[number] | undefined
  /** Without a slash at its end. Unset: http://HOST:PORT. */
  baseUrl: string | undefined
  logLevel: (typeof LOG_LEVELS)[number]
  /** 32 bytes in base64. Unset: the key in dataDir. */
  secretsKey: string | undefined
  /** Points that a credential, or an address without one, may spend in a minute; 0: no limit. */
  rateLimit: number
  /** Points that all credentials of an account together may spend in a minute; 0: no limit. */
  rateLimitAccount: number
  /** How many proxies a request passes, or which. Unset: what it says of proxies is not read. */
  trustProxy: number | readonly string[] | undefined
  /** For how many days the audit log is kept. */
  auditDays: number
  /** For how many days events can be resumed from. */
  eventDays: number
  /** For development: webhooks may be sent to this machine itself, and there without TLS. */
  webhooksAllowLocal: boolean
  /** Unset: mails are files in dataDir. */
  smtpUrl: string | undefined
  /** Address that mails come from. Unset: no-reply at the host of baseUrl. */
  mailFrom: string | undefined
  stripeSecretKey: string | undefined
  stripeWebhookSecret: string | undefined
  stripeApiBase: string
  googleClientId: string | undefined
  googleClientSecret: string | undefined
  googleApiBase: string | undefined
  googleTokenUrl: string | undefined
  microsoftClientId: string | undefined
  microsoftClientSecret: string | undefined
  microsoftApiBase: string | undefined
  microsoftTokenUrl: string | undefined
}>

type Environment = Readonly<Record<string, string | undefined>>

/** Variables of ours have no prefix but this one, so whatever else carries it is a slip. */
const PREFIX = 'SLOTGRAPH_'

const MOST_POINTS = 1_000_000_000

const pairs = [
  ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
  ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'],
  ['MICROSOFT_CLIENT_ID', 'MICROSOFT_CLIENT_SECRET'],
] as const

/** Reads the settings, or throws a StartupFault that lists everything wrong with them. */
export function readConfig(environment: Environment): { config: Config; warnings: string[] } {
  const faults: string[] = []
  const read = reader(environment, faults)
  const config: Config = Object.freeze({
    port: read.whole('PORT', 0, 65_535, 4000),
    host: read.text('HOST') ?? '127.0.0.1',
    databaseUrl: read.url('DATABASE_URL', ['postgresql', 'postgres']),
    dataDir: resolve(read.text('DATA_DIR') ?? '.data'),
    redisUrl: read.url('REDIS_URL', ['redis', 'rediss']),
    seed: read.choice('SEED', SEEDS),
    baseUrl: read.url('BASE_URL', ['http', 'https'])?.replace(/\/+$/, ''),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS) ?? 'info',
    secretsKey: read.key('SECRETS_KEY'),
    rateLimit: read.whole('RATE_LIMIT', 0, MOST_POINTS, 10_000_000),
    rateLimitAccount: read.whole('RATE_LIMIT_ACCOUNT', 0, MOST_POINTS, 30_000_000),
    trustProxy: read.proxies('TRUST_PROXY'),
    auditDays: read.whole('AUDIT_DAYS', 1, 99_999, 400),
    eventDays: read.whole('EVENT_DAYS', 1, 99_999, 30),
    webhooksAllowLocal: read.choice('WEBHOOKS_ALLOW_LOCAL', SWITCH) === 'true',
    smtpUrl: read.url('SMTP_URL', ['smtp', 'smtps']),
    mailFrom: read.address('MAIL_FROM'),
    stripeSecretKey: read.text('STRIPE_SECRET_KEY'),
    stripeWebhookSecret: read.text('STRIPE_WEBHOOK_SECRET'),
    stripeApiBase: read.url('STRIPE_API_BASE', ['http', 'https']) ?? 'https://api.stripe.com',
    googleClientId: read.text('GOOGLE_CLIENT_ID'),
    googleClientSecret: read.text('GOOGLE_CLIENT_SECRET'),
    googleApiBase: read.url('GOOGLE_API_BASE', ['http', 'https']),
    googleTokenUrl: read.url('GOOGLE_TOKEN_URL', ['http', 'https']),
    microsoftClientId: read.text('MICROSOFT_CLIENT_ID'),
    microsoftClientSecret: read.text('MICROSOFT_CLIENT_SECRET'),
    microsoftApiBase: read.url('MICROSOFT_API_BASE', ['http', 'https']),
    microsoftTokenUrl: read.url('MICROSOFT_TOKEN_URL', ['http', 'https']),
  })
  for (const [one, other] of pairs) {
    if ((read.text(one) === undefined) === (read.text(other) === undefined)) continue
    faults.push(`${one} and ${other} go together; one of them is unset.`)
  }
  if (faults.length > 0) {
    const count = faults.length === 1 ? 'a setting is' : `${faults.length} settings are`
    throw new StartupFault(`Cannot start, because ${count} wrong:\n  ${faults.join('\n  ')}`)
  }
  return { config, warnings: unknownVariables(environment) }
}

/** One function per kind of setting; what is wrong goes into `faults`. */
function reader(environment: Environment, faults: string[]) {
  // An empty variable is how a shell or a compose file says "unset".
  const text = (name: string) => environment[name]?.trim() || undefined
  return {
    text,
    whole(name: string, from: number, to: number, fallback: number): number {
      const value = text(name)
      if (value === undefined) return fallback
      const number = /^\d{1,10}$/.test(value) ? Number(value) : -1
      if (number >= from && number <= to) return number
      faults.push(`${name} is "${value}"; it has to be a whole number from ${from} to ${to}.`)
      return fallback
    },
    proxies(name: string): number | readonly string[] | undefined {
      const value = text(name)
      const proxies = value === undefined ? undefined : proxiesIn(value)
      if (proxies === null) faults.push(`${name} is "${value}"; ${proxiesAre}`)
      return proxies ?? undefined
    },
    choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
      const value = text(name)
      if (value === undefined) return undefined
      const found = choices.find((choice) => choice === value)
      if (!found) faults.push(`${name} is "${value}"; it has to be one of ${choices.join(', ')}.`)
      return found
    },
    // Neither is what may be a secret.
    key(name: string): string | undefined {
      const value = text(name)
      if (value === undefined) return undefined
      if (Buffer.from(value, 'base64').length === 32) return value
      faults.push(`${name} is not 32 bytes in base64, as "openssl rand -base64 32" writes them.`)
      return undefined
    },
    address(name: string): string | undefined {
      const value = text(name)
      if (value === undefined || /^[^\s@<>"]+@[^\s@<>"]+$/.test(value)) return value
      faults.push(`${name} is "${value}"; it has to be an address such as bookings@example.com.`)
      return undefined
    },
    // These may hold passwords, so a wrong one is not repeated.
    url(name: string, schemes: readonly string[]): string | undefined {
      const value = text(name)
      if (value === undefined) return undefined
      const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : ''
      if (schemes.includes(scheme)) return value
      const example = schemes.map((known) => `${known}://…`).join(' or ')
      faults.push(`${name} is not an address that begins with ${example}`)
      return undefined
    },
  }
}

const proxiesAre =
  'it has to be how many proxies there are, 1 to 99, or their addresses or networks, with commas ' +
  'between them.'

function proxiesIn(value: string): number | readonly string[] | null {
  if (/^\d{1,2}$/.test(value) && Number(value) > 0) return Number(value)
  const networks = value.split(',').map((part) => part.trim())
  return networks.every(isNetwork) ? networks : null
}

function unknownVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX))
    .toSorted()
    .map((name) => `The variable ${name} is not known and has no effect.`)
}
