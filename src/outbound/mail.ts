// Mail as it leaves: over SMTP, or as files that any mail program opens where there is no server.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import nodemailer from 'nodemailer'

export type Mail = {
  /** Names the message and its file: what is sent again with the same id is the same message. */
  id: string
  /** Epoch milliseconds. */
  at: number
  from: { name: string; address: string }
  to: { name: string; address: string }
  subject: string
  text: string
  html: string
  /** A calendar file (RFC 6047). */
  calendar?: { method: 'REQUEST' | 'CANCEL'; content: string }
  headers?: Readonly<Record<string, string>>
}

export type Mailer = {
  /** Rejects when the message was not taken; `MailRefused` when it never will be. */
  send(mail: Mail): Promise<void>
  close(): void
}

/** The server will not take this message, however often it is sent. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
}

/** Times of a server that says nothing, in milliseconds. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

/** Sends over SMTP (`smtp://user:password@host:port`, `smtps://…`). */
export function createSmtpMailer(url: string): Mailer {
  const transport = nodemailer.createTransport({ url, pool: true, maxConnections: 3, ...patience })
  return {
    send: async (mail) => {
      try {
        await transport.sendMail(messageOf(mail))
      } catch (error) {
        const { responseCode, message } = error as { responseCode?: number; message: string }
        // RFC 5321, 4.2.1: 5xx is for good. A login that is refused is a setting, and not the mail.
        const isForGood = responseCode !== undefined && responseCode >= 550 && responseCode < 560
        throw isForGood ? new MailRefused(message) : error
      }
    },
    close: () => transport.close(),
  }
}

/** Writes every message as a file in the folder, which is made when it is needed. */
export function createFileMailer(folder: string): Mailer {
  const transport = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  })
  return {
    send: async (mail) => {
      const { message } = await transport.sendMail(messageOf(mail))
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${new Date(mail.at).toISOString().slice(0, 10)}-${mail.id}.eml`)
      writeFileSync(`${path}.new`, message as Buffer, { mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
    close: () => transport.close(),
  }
}

function messageOf({ id, at, calendar, ...mail }: Mail) {
  const host = mail.from.address.slice(mail.from.address.lastIndexOf('@') + 1)
  return {
    ...mail,
    messageId: `<${id}@${host}>`,
    date: new Date(at),
    // Nobody's absence is answered to a machine (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated', ...mail.headers },
    ...(calendar && { icalEvent: { ...calendar, filename: 'booking.ics' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
