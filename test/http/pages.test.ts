// What is at the other paths: health, metrics, pages, and an answer for what is nowhere.
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { readyTabs } from '../../src/http/graphiql.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'

const app = await testApp()
const html = { accept: 'text/html,application/xhtml+xml' }

describe('/health and /ready', () => {
  it('say that it lives, and with which data', async () => {
    const response = await fetch(`${app.url}/health`)
    expect(await response.json()).toEqual({
      status: 'ok',
      version: packageJson.version,
      timeZoneDataVersion: process.versions.tz,
      uptimeSeconds: expect.any(Number),
    })
  })

  it('say that it may be sent work', async () => {
    const response = await fetch(`${app.url}/ready`)
    expect(response.status).toBe(200)
    const ok = { ok: true }
    expect(await response.json()).toEqual({
      status: 'ready',
      checks: { process: ok, database: ok, migrations: ok, events: ok },
    })
  })
})

describe('/metrics', () => {
  it('counts requests by route and errors by code', async () => {
    await app.graphql(null, '{ accounts { nodes { id } } }')
    await app.graphql(null, '{ nothing }')
    const text = await (await fetch(`${app.url}/metrics`)).text()
    const requests =
      'http_request_duration_seconds_count{route="graphql",method="POST",status="200"}'
    expect(text).toContain(`${requests} 2\n`)
    expect(text).toContain('graphql_errors_total{code="UNAUTHENTICATED"} 1\n')
    expect(text).toContain('graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1\n')
    expect(text).toMatch(/^event_lag_seconds [\d.e-]+$/m)
    expect(text).toMatch(/^database_connections\{state="waiting"\} 0$/m)
  })
})

describe('pages', () => {
  it('/ leads a person on, and a program too', async () => {
    const page = await fetch(`${app.url}/`, { headers: html })
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toContain('<a href="/graphql">')
    const { links } = (await (await fetch(`${app.url}/`)).json()) as {
      links: Record<string, string>
    }
    expect(links).toMatchObject({ graphql: `${app.url}/graphql` })
    for (const link of Object.values(links).filter((address) => !address.endsWith('/graphql'))) {
      expect((await fetch(link)).status).toBe(200)
    }
  })

  it('/docs shows the first steps at this address', async () => {
    const page = await (await fetch(`${app.url}/docs`, { headers: html })).text()
    expect(page).toContain(`curl ${app.url}/graphql`)
  })

  it('/schema.graphql is the schema, with scopes', async () => {
    const text = await (await fetch(`${app.url}/schema.graphql`)).text()
    expect(text).toContain('@requiresScopes(scopes: [["bookings:read"]])')
    expect(buildSchema(text).getQueryType()?.getFields()).toHaveProperty('bookings')
  })

  it('/graphql is GraphiQL for a browser, whole in itself', async () => {
    const response = await fetch(`${app.url}/graphql`, { headers: html })
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const page = await response.text()
    expect(page).toContain('<title>Slotgraph</title>')
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="(https?:)?\/\//)
  })

  it.each(['/nowhere', '/graphql/more', '/health/x', '/..%2f', '//graphql'])(
    '%s is nowhere',
    async (path) => {
      const response = await fetch(app.url + path)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ error: 'not_found' })
    },
  )
})

describe('the ready tabs', () => {
  it('are five, and each is right for the schema', () => {
    const tabs = readyTabs('2026-03-02')
    expect(tabs).toHaveLength(5)
    for (const { query } of tabs) expect(validate(schema, parse(query))).toEqual([])
  })
})
