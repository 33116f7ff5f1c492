// A mail server on this machine that keeps what it is sent, until the test file ends.
import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterAll } from 'vitest'

export async function startMailServer() {
  const mails: ParsedMail[] = []
  /** It says no with these codes first. */
  const answers: number[] = []
  /** How long it may take to say that it has taken a mail. */
  const manner = { slowMs: 0 }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, taken) => {
      // Whoever sends it may be killed in the middle of it.
      void simpleParser(stream).then((mail) => {
        const code = answers.shift()
        if (code !== undefined) {
          return taken(
            Object.assign(new Error('not now <secret@example.com>'), { responseCode: code }),
          )
        }
        mails.push(mail)
        return setTimeout(taken, Math.random() * manner.slowMs)
      }, taken)
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  /** What went to this address, in the order in which it came. */
  const sentTo = (address: string) => mails.filter(({ to }) => JSON.stringify(to).includes(address))
  return { mails, answers, manner, sentTo, url: `smtp://127.0.0.1:${port}` }
}
