// One visit to a page for customers: whose page it is, in which language it speaks, and the one way
// in which it asks and does anything: documents of ours, run in process.

import type { GraphQLError } from 'graphql'
import type { Viewer } from '../../auth/viewer.ts'
import { newContext, type Services } from '../../context.ts'
import { execute } from '../../graphql/documents.ts'
import { encodeId } from '../../graphql/ids.ts'
import { languageOf } from '../../notice/words.ts'
import { headerOf, HttpFault, type Door, type Exchange } from '../exchange.ts'
import { escape, lookOf, sendPage, type Script } from '../page.ts'
import { pageCss } from './style.ts'
import { chosenLanguage, pageWords, say, type Words } from './words.ts'

export type Business = { id: string; name: string; timeZone: string; locale: string }

export type Visit = {
  exchange: Exchange
  services: Services
  /** What was sent: of a form, else of the address. */
  fields: ReadonlyMap<string, string>
  viewer: Viewer
  business: Business
  language: string
  words: Words
  /** For dates and amounts: the account's own, where it is of the language. */
  locale: string
}

export type Asking = Pick<Visit, 'exchange' | 'services' | 'viewer'>

/** What a document of ours answers; what cannot be answered is thrown as a fault. */
export async function ask<Data>(
  { exchange, services, viewer }: Asking,
  document: string,
  variables: Record<string, unknown>,
): Promise<Data> {
  const { requestId, address } = exchange
  const ctx = newContext(services, viewer, requestId, address)
  const { data, errors } = await execute(document, variables, ctx)
  if (errors?.[0]) throw faultOf(errors[0])
  return data as Data
}

function faultOf({ message, extensions }: GraphQLError): Error {
  const seconds = extensions['retryAfterSeconds']
  const later: Record<string, string> =
    typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {}
  switch (extensions['code']) {
    case 'RATE_LIMITED':
      return new HttpFault(429, message, later)
    case 'NOT_FOUND':
      return new HttpFault(404, message)
    case 'BAD_USER_INPUT':
    case 'OPERATION_TOO_COMPLEX':
      return new HttpFault(400, message)
    case 'INTERNAL_SERVER_ERROR':
      return new HttpFault(typeof seconds === 'number' ? 503 : 500, message, later)
    default:
      return new Error(`A document of a page was refused: ${message}`)
  }
}

type Opening = Omit<Visit, 'business' | 'language' | 'words' | 'locale'> & { accountId: string }

const businessDocument = `query PageBusiness($id: ID!) {
  account(id: $id) { id name timeZone locale }
}`

export async function openVisit({ accountId, ...opening }: Opening): Promise<Visit> {
  const id = encodeId('Account', { accountId, id: accountId })
  const { account } = await ask<{ account: Business | null }>(opening, businessDocument, { id })
  if (!account) throw new HttpFault(404, 'There is no such page.')
  const { exchange, fields } = opening
  const language = chosenLanguage(
    fields.get('lang') ?? null,
    headerOf(exchange, 'accept-language'),
    account.locale,
  )
  const locale = localeOf(account.locale, language)
  return { ...opening, business: account, language, words: pageWords(language), locale }
}

function localeOf(own: string, language: string): string {
  if (languageOf(own) !== language) return language === 'en' ? 'en-GB' : language
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(own)[0] ?? language
  } catch {
    return language
  }
}

const look = lookOf(pageCss)

/** What belongs to one visitor is kept nowhere on the way, and no other site learns of it. */
const usualHeaders = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }

type Shown = {
  status?: number
  headers?: Record<string, string>
  script?: Script
  formTargets?: readonly string[]
}

export function show(visit: Visit, title: string, body: string, shown: Shown = {}): void {
  const { exchange, language, business, words } = visit
  const isWrong = (shown.status ?? 200) >= 400
  const name = `${isWrong ? `${words.error}: ` : ''}${title} · ${business.name}`
  sendPage(exchange, name, `<p class="business">${escape(business.name)}</p>\n${body}`, {
    ...shown,
    headers: { ...usualHeaders, 'content-language': language, ...shown.headers },
    lang: language,
    look,
    heading: title,
  })
}

/** A door whose faults are pages, too. */
export function pageDoor(open: Door, headers: Record<string, string> = {}): Door {
  return async (exchange) => {
    try {
      await open(exchange)
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error
      sendFault(exchange, error, headers)
    }
  }
}

/** A page that belongs to no business. */
export function showEnd(
  exchange: Exchange,
  said: (words: Words) => readonly [title: string, sentence: string],
  headers: Record<string, string>,
  status = 200,
): void {
  const accepted = headerOf(exchange, 'accept-language')
  const language = chosenLanguage(exchange.query.get('lang'), accepted, 'en')
  const [title, sentence] = said(pageWords(language))
  sendPage(exchange, title, `<p>${escape(sentence)}</p>`, {
    status,
    headers: { ...usualHeaders, ...headers, 'content-language': language },
    lang: language,
    look,
  })
}

function sendFault(exchange: Exchange, fault: HttpFault, headers: Record<string, string>): void {
  const { status } = fault
  const seconds = fault.headers['retry-after'] ?? ''
  const said = (words: Words) => {
    if (status === 404) return [words.absentTitle, words.absent] as const
    if (status === 429 || status === 503) {
      return [words.busyTitle, say(words.busy, { seconds })] as const
    }
    return [words.wrongTitle, say(words.wrong, { request: exchange.requestId })] as const
  }
  showEnd(exchange, said, { ...headers, ...fault.headers }, status)
}
