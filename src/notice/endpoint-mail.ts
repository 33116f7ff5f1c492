// The mail to whoever made a webhook endpoint that is not called any more. Pure.

import type { Mail } from '../outbound/mail.ts'
import { hasChanged, type Composed } from './compose.ts'
import { renderNotice, type Template } from './message.ts'
import { languageOf } from './words.ts'

export type ToldEndpoint = {
  url: string
  disabledAt: Date | null
  reason: string | null
  /** Of whoever made it. */
  name: string
  email: string
  account: string
  locale: string
}

const english: Template = {
  subject: 'A webhook of {{account.name}} is disabled',
  text:
    'Hello {{recipient.name}},\n\n' +
    'the webhook endpoint at {{service.name}} is not called any more.\n\n{{when}}\n\n' +
    'What it missed can be sent again once it is enabled (enableWebhookEndpoint, ' +
    'replayWebhooks).\n\n{{account.name}}\n',
  html: null,
}

const templates: Readonly<Record<string, Template>> = {
  de: {
    subject: 'Ein Webhook von {{account.name}} ist abgeschaltet',
    text:
      'Guten Tag {{recipient.name}},\n\n' +
      'der Webhook an {{service.name}} wird nicht mehr aufgerufen.\n\n{{when}}\n\n' +
      'Was er versäumt hat, kann nach dem Einschalten noch einmal gesendet werden ' +
      '(enableWebhookEndpoint, replayWebhooks).\n\n{{account.name}}\n',
    html: null,
  },
  pl: {
    subject: 'Webhook {{account.name}} jest wyłączony',
    text:
      'Dzień dobry {{recipient.name}},\n\n' +
      'webhook pod adresem {{service.name}} nie jest już wywoływany.\n\n{{when}}\n\n' +
      'To, co przegapił, można wysłać ponownie po włączeniu (enableWebhookEndpoint, ' +
      'replayWebhooks).\n\n{{account.name}}\n',
    html: null,
  },
}

/** `endpoint` is null when it is gone; one that is enabled again needs no word any more. */
export function composeDisabled(
  id: string,
  endpoint: ToldEndpoint | null,
  { at, from }: { at: number; from: string },
): Composed {
  if (!endpoint?.disabledAt) return hasChanged
  const { url, reason, name, email, account, locale } = endpoint
  const view = {
    account: { name: account },
    recipient: { name },
    customer: { name: '' },
    // The address without what may be a secret in its query.
    service: { name: new URL(url).origin + new URL(url).pathname },
    when: reason ?? '',
    bookings: [],
    offer: null,
    more: 0,
  }
  const rendered = renderNotice(templates[languageOf(locale)] ?? english, view, locale)
  const mail: Mail = {
    id,
    at,
    from: { name: account, address: from },
    to: { name, address: email },
    ...rendered,
  }
  return { mail }
}
