// A mail server on this machine that keeps what it is sent, until the test file ends.
import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterAll } from 'vitest'

export async function startMailServer() {
  const mails: ParsedMail[] = []
  /** It says no with these codes first. */
  const answers: number[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, taken) => {
      void simpleParser(stream).then((mail) => {
        const code = answers.shift()
        if (code !== undefined) {
          return taken(
            Object.assign(new Error('not now <secret@example.com>'), { responseCode: code }),
          )
        }
        mails.push(mail)
        return taken()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  /** What went to this address, in the order in which it came. */
  const sentTo = (address: string) => mails.filter(({ to }) => JSON.stringify(to).includes(address))
  return { mails, answers, sentTo, url: `smtp://127.0.0.1:${port}` }
}
