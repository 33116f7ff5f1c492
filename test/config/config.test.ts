// How the environment becomes settings, and what is said about a wrong one.
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'

describe('readConfig', () => {
  it('has a default for everything that needs one', () => {
    expect(readConfig({})).toEqual({
      config: {
        port: 4000,
        host: '127.0.0.1',
        databaseUrl: undefined,
        dataDir: resolve('.data'),
        redisUrl: undefined,
        seed: undefined,
        baseUrl: undefined,
        logLevel: 'info',
        rateLimit: 10_000_000,
        rateLimitAccount: 30_000_000,
        trustProxy: undefined,
        auditDays: 400,
        eventDays: 30,
        webhooksAllowLocal: false,
        smtpUrl: undefined,
        mailFrom: undefined,
        stripeSecretKey: undefined,
        stripeWebhookSecret: undefined,
        stripeApiBase: 'https://api.stripe.com',
      },
      warnings: [],
    })
  })

  it('reads every setting', () => {
    const { config } = readConfig({
      PORT: '0',
      HOST: '::1',
      DATABASE_URL: 'postgres://u:p@h/d?sslmode=require',
      DATA_DIR: '/var/lib/slotgraph',
      REDIS_URL: 'rediss://h:6379/1',
      SEED: 'none',
      BASE_URL: 'https://book.example.com/api//',
      LOG_LEVEL: 'debug',
      RATE_LIMIT: '0',
      RATE_LIMIT_ACCOUNT: '1000000000',
      TRUST_PROXY: '10.0.0.0/8, ::1',
      AUDIT_DAYS: '30',
      EVENT_DAYS: '7',
      WEBHOOKS_ALLOW_LOCAL: 'true',
      SMTP_URL: 'smtp://h:25',
      MAIL_FROM: 'desk@example.com',
      STRIPE_SECRET_KEY: 'sk',
      STRIPE_WEBHOOK_SECRET: 'wh',
      STRIPE_API_BASE: 'http://127.0.0.1:1',
    })
    expect(config).toEqual({
      port: 0,
      host: '::1',
      databaseUrl: 'postgres://u:p@h/d?sslmode=require',
      dataDir: '/var/lib/slotgraph',
      redisUrl: 'rediss://h:6379/1',
      seed: 'none',
      baseUrl: 'https://book.example.com/api',
      logLevel: 'debug',
      rateLimit: 0,
      rateLimitAccount: 1_000_000_000,
      trustProxy: ['10.0.0.0/8', '::1'],
      auditDays: 30,
      eventDays: 7,
      webhooksAllowLocal: true,
      smtpUrl: 'smtp://h:25',
      mailFrom: 'desk@example.com',
      stripeSecretKey: 'sk',
      stripeWebhookSecret: 'wh',
      stripeApiBase: 'http://127.0.0.1:1',
    })
  })

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig({}).config)).toBe(true)
  })

  it('takes an empty variable as unset', () => {
    const { config } = readConfig({ PORT: '', DATABASE_URL: ' ', SEED: '' })
    expect(config).toEqual(readConfig({}).config)
  })

  it('reports all faults together and repeats no secret', () => {
    const environment = {
      PORT: '65536',
      SEED: 'everything',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://root:hunter2@h/d',
      REDIS_URL: 'h:6379',
      SLOTGRAPH_PORT: '1',
    }
    expect(() => readConfig(environment)).toThrow(
      [
        'Cannot start, because 5 settings are wrong:',
        'PORT is "65536"; it has to be a whole number from 0 to 65535.',
        'DATABASE_URL is not an address that begins with postgresql://… or postgres://…',
        'REDIS_URL is not an address that begins with redis://… or rediss://…',
        'SEED is "everything"; it has to be one of demo, none.',
        'LOG_LEVEL is "loud"; it has to be one of fatal, error, warn, info, debug, trace, silent.',
      ].join('\n  '),
    )
  })

  it.each(['-1', '80.5', '0x50', 'http', '1e3'])('refuses the port %s', (value) => {
    expect(() => readConfig({ PORT: value })).toThrow(`a setting is wrong:\n  PORT is "${value}"`)
  })

  it.each(['-1', '1.5', 'many', '1000000001'])('refuses the rate limit %s', (value) => {
    expect(() => readConfig({ RATE_LIMIT: value })).toThrow(
      `RATE_LIMIT is "${value}"; it has to be a whole number from 0 to 1000000000.`,
    )
  })

  it.each(['0', '100', 'nginx', '10.0.0.0/33', '10.0.0.1,'])('refuses the proxies %s', (value) => {
    expect(() => readConfig({ TRUST_PROXY: value })).toThrow(
      `TRUST_PROXY is "${value}"; it has to be how many proxies there are, 1 to 99, or their ` +
        'addresses or networks, with commas between them.',
    )
  })

  it.each(['0', '-1', '1.5', '100000'])('refuses to keep the audit log %s days', (value) => {
    expect(() => readConfig({ AUDIT_DAYS: value })).toThrow(
      `AUDIT_DAYS is "${value}"; it has to be a whole number from 1 to 99999.`,
    )
  })

  it('warns of variables with our prefix that mean nothing', () => {
    const { warnings } = readConfig({ SLOTGRAPH_SEED: 'demo', SLOTGRAPH_A: '', PATH: '/bin' })
    expect(warnings).toEqual([
      'The variable SLOTGRAPH_A is not known and has no effect.',
      'The variable SLOTGRAPH_SEED is not known and has no effect.',
    ])
  })

  it.each(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'])('refuses %s alone', (name) => {
    expect(() => readConfig({ [name]: 'sk' })).toThrow(
      'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET go together; one of them is unset.',
    )
  })
})
