// A stop: no new work, requests that run are finished, sockets are told, streams end.
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { testApp } from '../support/app.ts'
import { lockTable, waiting } from '../support/lock.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

describe('stopping', async () => {
  const app = await testApp()
  const account = await makeAccount(app.db)
  const { key } = await makeApiKey(app.db, { accountId: account.id })
  const authorization = `Bearer ${key}`
  const json = { 'content-type': 'application/json', authorization }
  const watch = JSON.stringify({ query: 'subscription { bookingEvents { cursor } }' })

  it('finishes what runs, closes sockets with 1001, ends streams, and refuses the rest', async () => {
    const { release } = await lockTable(app.db.url, 'Account')
    const running = app.post('/graphql', {
      headers: json,
      body: JSON.stringify({ query: '{ accounts { nodes { id } } }' }),
    })
    await expect.poll(() => waiting(app.db.pool), { timeout: 10_000 }).toBe(1)

    const events = await app.post('/graphql', {
      headers: { ...json, accept: 'text/event-stream' },
      body: watch,
    })
    const stream = events.body!.getReader()
    await stream.read()
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }))
    await once(socket, 'message')
    const closed = once(socket, 'close')

    const stopped = app.stop()
    const [code] = await closed
    expect(code).toBe(1001)
    const ended = await readToEnd(stream)
    expect(ended).not.toContain('event: complete')
    const [refused] = await once(connect(Number(new URL(app.url).port), '127.0.0.1'), 'error')
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' })

    await release()
    const response = await running
    expect(response.status).toBe(200)
    expect(response.headers.get('connection')).toBe('close')
    expect(await response.json()).toHaveProperty('data.accounts')
    await stopped
    expect(app.app.server.listening).toBe(false)
  })
})

async function readToEnd(stream: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  let text = ''
  for (;;) {
    const { done, value } = await stream.read()
    if (done) return text
    text += new TextDecoder().decode(value)
  }
}
