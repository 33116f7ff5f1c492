// What the log never holds.
import { describe, expect, it } from 'vitest'
import { newAccessToken, newApiKey, newClientSecret } from '../../src/auth/secret.ts'
import { createLog } from '../../src/log.ts'

function logged(write: (log: ReturnType<typeof createLog>) => void) {
  const lines: string[] = []
  write(createLog('info', { write: (line) => void lines.push(line) }))
  expect(lines).toHaveLength(1)
  return { line: lines[0]!, fields: JSON.parse(lines[0]!) as Record<string, unknown> }
}

describe('the log', () => {
  it.each([
    ['an API key', newApiKey('AbCdEfGh0123').text],
    ['an access token', newAccessToken().text],
    ['a client secret', newClientSecret().text],
  ])('hides %s, in a field and in an error', (_what, secret) => {
    const { line } = logged((log) => {
      log.error({ url: `/x?key=${secret}`, err: new Error(`no ${secret}`) }, 'failed')
    })
    expect(line).not.toContain(secret)
    expect(line).toContain('/x?key=[hidden]')
    expect(line).toContain('no [hidden]')
  })

  it('hides fields that are secret by name', () => {
    const { fields } = logged((log) => log.info({ headers: { authorization: 'Basic abc' } }, 'x'))
    expect(fields['headers']).toEqual({ authorization: '[hidden]' })
  })

  it('hides the password of an address', () => {
    const { line } = logged((log) => log.info({ url: 'postgresql://me:word@host/db' }, 'x'))
    expect(line).toContain('postgresql://[hidden]@host/db')
  })

  it('keeps of an error what helps, and not the row that a database quotes', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(ada@example.com) already exists.',
    })
    const { line, fields } = logged((log) => log.error({ err: error }, 'failed'))
    expect(fields['err']).toMatchObject({ type: 'Error', message: 'duplicate key', code: '23505' })
    expect(line).not.toContain('ada@example.com')
  })
})
