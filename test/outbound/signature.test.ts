// Messages are signed as Standard Webhooks says: two libraries of others verify them.

import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { describe, expect, it } from 'vitest'
import { newSigningSecret, signatureHeaders } from '../../src/outbound/signature.ts'

const message = { id: '0199a5b0-0000-7000-8000-000000000001', at: Date.now() }
const body = '{"type":"booking.created","name":"Zoë"}'

describe('a signature', () => {
  it('is what the specification gives as its example', () => {
    const headers = signatureHeaders(
      { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000 },
      '{"test": 2432232314}',
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    )
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  it('is accepted with either secret while both are good, and with no other', () => {
    const [before, after, other] = [newSigningSecret(), newSigningSecret(), newSigningSecret()]
    const headers = signatureHeaders(message, body, [after, before])
    for (const secret of [before, after]) {
      expect(new Standard(secret).verify(body, headers)).toEqual(JSON.parse(body))
      expect(() => new Svix(secret).verify(body, headers)).not.toThrow()
    }
    expect(() => new Standard(other).verify(body, headers)).toThrow('No matching signature')
    expect(() => new Standard(after).verify(`${body} `, headers)).toThrow('No matching signature')
  })
})
