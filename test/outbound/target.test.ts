// Where strangers may have us send requests: nowhere but to the public internet.

import { describe, expect, it } from 'vitest'
import { mayConnect } from '../../src/outbound/address.ts'
import { urlIssue } from '../../src/outbound/target.ts'

const outside = { allowLocal: false }
const local = { allowLocal: true }

const never = `
  0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.1.2.3 169.254.169.254 172.16.0.1
  172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1
  203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 ::ffff:8.8.8.8
  ::ffff:127.0.0.1 ::ffff:7f00:1 ::8.8.8.8 64:ff9b::808:808 64:ff9b:1::1 ::ffff:0:8.8.8.8
  2002:808:808::1 2001:0:1::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1
  100::1 2001:db8::1 3fff::1 2001:10::1 5f00::1 4000::1 - example.com
`
  .trim()
  .split(/\s+/)

describe('an address', () => {
  it.each(never)('%s is never connected to', (address) => {
    expect(mayConnect(address, outside)).toBe(false)
  })

  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(mayConnect(address, outside)).toBe(true),
  )

  it('is of this machine only in development, and of its network not even then', () => {
    const allowed = [...never, '8.8.8.8'].filter((address) => mayConnect(address, local))
    expect(allowed).toEqual(['127.1.2.3', '::1', '8.8.8.8'])
  })
})

describe('a URL', () => {
  it.each(['https://example.com/hooks?a=1', 'https://8.8.8.8:8443/', 'https://[2606:4700::1]/'])(
    '%s is good',
    (url) => expect(urlIssue(url, outside)).toBeNull(),
  )

  it.each([
    ['http://example.com/', 'does not begin with "https://"'],
    ['ftp://example.com/', 'does not begin with "https://"'],
    ['/hooks', 'is not an absolute URL, such as "https://example.com/hooks"'],
    ['https://me:secret@example.com/', 'holds a user name or a password; send them as a header'],
    ['https://example.com/#top', 'has a part after "#", which is never sent'],
    [`https://example.com/${'a'.repeat(2_050)}`, 'is longer than 2048 characters'],
    ['https://2130706433/', 'is not in the public internet: "127.0.0.1"'],
    ['https://017700000001/', 'is not in the public internet: "127.0.0.1"'],
    ['https://0x7f.1/', 'is not in the public internet: "127.0.0.1"'],
    ['https://0xa9fea9fe/', 'is not in the public internet: "169.254.169.254"'],
    ['https://[::ffff:169.254.169.254]/', 'is not in the public internet: "[::ffff:a9fe:a9fe]"'],
    ['https://localhost/', 'is not in the public internet: "localhost"'],
    ['https://a.localhost./', 'is not in the public internet: "a.localhost."'],
    ['https://printer.local/', 'is not in the public internet: "printer.local"'],
    [
      'https://metadata.google.internal/',
      'is not in the public internet: "metadata.google.internal"',
    ],
  ])('%s is refused', (url, issue) => expect(urlIssue(url, outside)).toBe(issue))

  it('may name this machine in development, and only that without TLS', () => {
    expect(urlIssue('http://127.0.0.1:3000/', local)).toBeNull()
    expect(urlIssue('http://localhost:3000/', local)).toBeNull()
    expect(urlIssue('http://[::1]:3000/', local)).toBeNull()
    expect(urlIssue('http://example.com/', local)).toBe('does not begin with "https://"')
    expect(urlIssue('http://10.0.0.1/', local)).toBe('does not begin with "https://"')
    expect(urlIssue('https://10.0.0.1/', local)).toBe('is not in the public internet: "10.0.0.1"')
  })
})
