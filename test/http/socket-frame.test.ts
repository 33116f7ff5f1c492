// Frames that are written by hand are read by a client of another make, whatever their length.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { bytesOf, nextFrame } from '../../src/http/socket-frame.ts'

const server = createServer()
const sockets = new WebSocketServer({ noServer: true })
const payloads = new Map<string, string>()

server.on('upgrade', (request, wire, head) => {
  sockets.handleUpgrade(request, wire, head, (socket) => {
    for (const [id, payload] of payloads) wire.write(nextFrame(id, bytesOf(payload)), 'latin1')
    socket.send('after')
  })
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => {
  for (const socket of sockets.clients) socket.terminate()
  server.close()
})

it('is read whole at every form of its length, and what ws sends follows', async () => {
  const around = JSON.stringify({ id: 'ä"', type: 'next', payload: '' })
  for (const length of [90, 125, 126, 65_535, 65_536, 200_000]) {
    const text = `é${'x'.repeat(length - Buffer.byteLength(around) - String(length).length - 2)}`
    payloads.set(`ä"${length}`, JSON.stringify(text))
  }
  const { port } = server.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  const heard: string[] = []
  client.on('message', (message) => heard.push(String(message)))
  await expect.poll(() => heard.at(-1)).toBe('after')
  expect(heard.slice(0, -1).map((text) => Buffer.byteLength(text))).toEqual([
    90, 125, 126, 65_535, 65_536, 200_000,
  ])
  expect(heard.slice(0, -1).map((text) => JSON.parse(text))).toEqual(
    [...payloads].map(([id, payload]) => ({ id, type: 'next', payload: JSON.parse(payload) })),
  )
})
