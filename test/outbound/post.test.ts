// One POST to a stranger's server, whatever that does: it ends in time, reads little, follows
// nothing, and reaches no address that it must not.

import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createOutbound } from '../../src/outbound/post.ts'
import { startReceiver } from '../support/receiver.ts'

const outbound = createOutbound({ allowLocal: true })
const hasty = createOutbound({ allowLocal: true, timeoutMs: 400 })
const strict = createOutbound({ allowLocal: false })
afterAll(() => Promise.all([outbound.close(), hasty.close(), strict.close()]))

const request = (url: string) => ({ url, headers: { 'x-mine': 'yes' }, body: '{"a":1}' })
function resolving(answer: () => string[], allowLocal = false) {
  const made = createOutbound({
    allowLocal,
    resolve: (_hostname, _options, callback) =>
      callback(
        null,
        answer().map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
  })
  onTestFinished(() => made.close())
  return made
}

const late = 'No complete answer came within 0.4 seconds.'
const failed = (error: string) => ({ status: null, error, body: null, retryAfter: null })

describe('a POST', () => {
  it('sends headers and body, and gives back status and answer', async () => {
    const receiver = await startReceiver((response) => response.writeHead(202).end('thanks'))
    const answer = await outbound.post(request(`${receiver.url}?a=b`))
    expect(answer).toEqual({ status: 202, error: null, body: 'thanks', retryAfter: null })
    expect(receiver.received).toMatchObject([
      { path: '/hooks?a=b', body: '{"a":1}', headers: { 'x-mine': 'yes', 'content-length': '7' } },
    ])
  })

  it('tells what Retry-After says', async () => {
    const receiver = await startReceiver((response) =>
      response.writeHead(429, { 'retry-after': '120' }).end(),
    )
    const answer = await outbound.post(request(receiver.url))
    expect(answer).toEqual({ status: 429, error: null, body: '', retryAfter: '120' })
  })

  it('does not follow a redirect', async () => {
    const other = await startReceiver()
    const receiver = await startReceiver((response) =>
      response.writeHead(307, { location: other.url }).end('there'),
    )
    expect(await outbound.post(request(receiver.url))).toMatchObject({ status: 307, body: 'there' })
    expect(other.received).toEqual([])
  })

  it('gives up a receiver that says nothing', async () => {
    const receiver = await startReceiver(() => {})
    expect(await hasty.post(request(receiver.url))).toEqual(failed(late))
  })

  it('gives up a receiver that drips', async () => {
    const receiver = await startReceiver((response) => {
      response.writeHead(200)
      const drops = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(drops))
    })
    expect(await hasty.post(request(receiver.url))).toEqual(failed(late))
  })

  it('gives up at once when it is stopped', async () => {
    const receiver = await startReceiver(() => stopping.abort())
    const stopping = new AbortController()
    const answer = await outbound.post(request(receiver.url), stopping.signal)
    expect(answer).toEqual(failed('It was given up before an answer came.'))
  })

  it('reads no more of an answer than it keeps', async () => {
    const closed = Promise.withResolvers<number>()
    const receiver = await startReceiver((response) => {
      response.writeHead(200)
      let written = 0
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536
      }
      response.on('drain', more).on('close', () => closed.resolve(written))
      more()
    })
    const answer = await outbound.post(request(receiver.url))
    expect(answer).toMatchObject({ status: 200, error: null })
    expect(answer.body).toBe('x'.repeat(4_096))
    expect(await closed.promise).toBeLessThan(20_000_000)
  })

  it('keeps nothing of an answer that is no text', async () => {
    const receiver = await startReceiver((response) =>
      response.end(Buffer.from('a\u0000b\u001b[31mc\r\nd\u202e\ud800e\u2028', 'utf8')),
    )
    expect(await outbound.post(request(receiver.url))).toMatchObject({ body: 'ab[31mc\nd\ufffde' })
  })

  it.each([
    ['a reset', (socket: Socket) => socket.resetAndDestroy()],
    ['an end', (socket: Socket) => socket.end()],
    [
      'half an answer',
      (socket: Socket) => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')
      },
    ],
  ])('is told of %s', async (_name, act) => {
    const receiver = await startReceiver((_response, _received, { socket }) => act(socket))
    const broken = 'The host broke the connection before its answer was complete.'
    expect(await outbound.post(request(receiver.url))).toEqual(failed(broken))
  })

  it('is told of headers that are too long', async () => {
    const receiver = await startReceiver((response) =>
      response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end(),
    )
    const long = 'The headers of the answer are too long.'
    expect(await outbound.post(request(receiver.url))).toEqual(failed(long))
  })

  it('trusts no certificate that nobody vouches for', async () => {
    const server = createServer({ key, cert }, (_request, response) => response.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await outbound.post(request(`https://127.0.0.1:${port}/`))).toEqual(
      failed('The certificate of the host is not valid: DEPTH_ZERO_SELF_SIGNED_CERT.'),
    )
  })

  it('is told of a host that refuses', async () => {
    const receiver = await startReceiver()
    await new Promise((resolve) => receiver.server.close(resolve))
    const refused = 'The host refused the connection.'
    expect(await outbound.post(request(receiver.url))).toEqual(failed(refused))
  })

  it('sends nothing that is too large', async () => {
    const receiver = await startReceiver()
    const body = 'x'.repeat(262_145)
    expect(await outbound.post({ ...request(receiver.url), body })).toEqual(
      failed('The message has 262145 bytes, and 262144 are the most that is sent.'),
    )
    expect(receiver.received).toEqual([])
  })

  it('goes to no address that is not public, by number or by name', async () => {
    const receiver = await startReceiver()
    const { port } = new URL(receiver.url)
    expect(await strict.post(request(`https://127.0.0.1:${port}/`))).toEqual(
      failed('The URL is not in the public internet: "127.0.0.1".'),
    )
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::ffff:8.8.8.8']) {
      const named = resolving(() => ['8.8.8.8', address])
      expect(await named.post(request(`https://example.com:${port}/`))).toEqual(
        failed(`The host has the address "${address}", which is not in the public internet.`),
      )
    }
    expect(receiver.received).toEqual([])
  })

  it('asks for the address anew for every connection, and trusts none that it had', async () => {
    const receiver = await startReceiver((response) => response.end().socket?.end())
    const answers = ['127.0.0.1', '10.0.0.1']
    const fickle = resolving(() => [answers.shift() ?? ''], true)
    const url = receiver.url.replace('127.0.0.1', 'localhost')
    expect(await fickle.post(request(url))).toMatchObject({ status: 200 })
    expect(await fickle.post(request(url))).toEqual(
      failed('The host has the address "10.0.0.1", which is not in the public internet.'),
    )
    expect(receiver.received.length).toBe(1)
  })
})

// Made for this file, by nobody for nobody.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/tQwZOfYXfbk7iWy
pU0VWYHtD04mC3Mmgrb9lTzfqr+hRANCAASF6ri1JWAkJq5stbFaDTvJ8zzbslUB
9KM/RLO0nXdDZkg6DO5Uk8aER0FG56JdlA76UpInVZ8DmGfIbsf0gA02
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBkTCCATagAwIBAgIUC5FJ7aXtaN01EhjWKCCejJlemiIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyNDU1MloYDzIxMjYxMDI4
MTI0NTUyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASF6ri1JWAkJq5stbFaDTvJ8zzbslUB9KM/RLO0nXdDZkg6DO5Uk8aE
R0FG56JdlA76UpInVZ8DmGfIbsf0gA02o2QwYjAdBgNVHQ4EFgQUMbp1T7xDCTcg
uCGL7dfg5e9Ne/MwHwYDVR0jBBgwFoAUMbp1T7xDCTcguCGL7dfg5e9Ne/MwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYC
IQCvA+WIOubUjoGD9sHMFWV1yPchvAwmQe/w113/rn4O1wIhALVIeaqE/kWoyTDV
fud3SkJb/zpP2NZd4gkx9rLHYhUL
-----END CERTIFICATE-----`
