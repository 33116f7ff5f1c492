// @defer: the rest of an answer comes first, the deferred part after it, as multipart or events.
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { lockTable } from '../support/lock.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const account = await makeAccount(app.db, { name: 'Salon' })
const { key } = await makeApiKey(app.db, { accountId: account.id, name: 'Desk' })
const query = `{
  viewer { name ... @defer(label: "reach") { accounts { nodes { account { name } } } } }
}`

async function ask(accept: string, document = query): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept, authorization: `Bearer ${key}` }
  return app.post('/graphql', { headers, body: JSON.stringify({ query: document }) })
}

const first = {
  data: { viewer: { name: 'Desk' } },
  extensions: { cost: 78 },
  hasNext: true,
}
const rest = {
  incremental: [
    {
      data: { accounts: { nodes: [{ account: { name: 'Salon' } }] } },
      path: ['viewer'],
      label: 'reach',
    },
  ],
  hasNext: false,
}

describe('@defer', () => {
  it('comes as parts of multipart/mixed', async () => {
    const response = await ask('multipart/mixed')
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"')
    const parts = (await response.text()).split(/\r\n---(?:--)?(?:\r\n|$)/)
    const bodies = parts.map((part) => part.split('\r\n\r\n')[1]).filter(Boolean)
    expect(bodies.map((body) => JSON.parse(body!))).toEqual([first, rest])
  })

  it('comes as server-sent events', async () => {
    const response = await ask('text/event-stream')
    const text = await response.text()
    const data = [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, json]) => json!)
    expect(data.map((json) => JSON.parse(json))).toEqual([first, rest])
    expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true)
  })

  it('gives the first part before the rest is known', async () => {
    const { release } = await lockTable(app.db.url, 'Account')
    const stream = (await ask('multipart/mixed')).body!.getReader()
    let text = ''
    while (!text.includes('"hasNext":true')) {
      text += new TextDecoder().decode((await stream.read()).value)
    }
    expect(text).not.toContain('incremental')
    await release()
    for (let step = await stream.read(); !step.done; step = await stream.read()) {
      text += new TextDecoder().decode(step.value)
    }
    expect(text).toContain(JSON.stringify(rest))
  })

  it('makes public what fails in the deferred part', async () => {
    await app.db.pool.query('ALTER TABLE "Account" RENAME TO "Hidden"')
    const text = await (await ask('multipart/mixed')).text()
    await app.db.pool.query('ALTER TABLE "Hidden" RENAME TO "Account"')
    expect(text).toContain('"code":"INTERNAL_SERVER_ERROR"')
    expect(text).not.toContain('relation')
  })

  it('is nothing special with a condition that is false', async () => {
    const plain = '{ viewer { name ... @defer(if: false) { kind } } }'
    expect(await (await ask('application/json', plain)).json()).toEqual({
      data: { viewer: { name: 'Desk', kind: 'API_KEY' } },
      extensions: { cost: 3 },
    })
  })

  it('asked for as plain JSON is 406', async () => {
    expect((await ask('application/json')).status).toBe(406)
  })
})
