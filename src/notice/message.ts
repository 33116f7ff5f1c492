// From what a notice tells of to what it says: subject, plain text and HTML. Pure.

import Mustache from 'mustache'
import type { Issue } from '../errors.ts'
import { isOfWaitlist, isToCustomer, isToStaff, type NoticeKind } from './notice.ts'
import { languageOf, wordsOf, type Words } from './words.ts'

/** What a template can name. Nothing else reaches it. */
export type NoticeView = {
  account: { name: string }
  recipient: { name: string }
  customer: { name: string }
  service: { name: string }
  /** Of the soonest booking, for people: "Tuesday 3 March 2026, 09:00–09:30 (Europe/London)". */
  when: string
  /** All that it tells of, soonest first. */
  bookings: {
    service: string
    staff: string
    when: string
    number: string
    reason: string
    /** Where the customer manages it; empty for staff, and where there is nothing to manage. */
    manageUrl: string
  }[]
  /** Of an offer to who waits: until when it stands, and where it is accepted. */
  offer: { until: string; url: string } | null
  /** How many more there are than are listed. */
  more: number
}

export type Template = { subject: string; text: string; html: string | null }

export type Rendered = { subject: string; text: string; html: string }

export const templateLimits = { subject: 200, text: 10_000, html: 50_000, depth: 3 }
/** Most bookings that one message lists. */
export const mostListed = 20

function saidBy(words: Words, kind: NoticeKind, toStaff: boolean): Words['thanks'] {
  if (isOfWaitlist(kind)) return words.waiting[kind]
  if (toStaff && isToStaff(kind)) return words.said[`staff ${kind}`]
  if (toStaff || !isToCustomer(kind)) throw new Error(`${kind} is not told to these.`)
  return kind === 'THANKS' ? words.thanks : words.said[`customer ${kind}`]
}

/** What the gateway says itself, in the language of `locale` or in English. */
export function usualTemplate(kind: NoticeKind, toStaff: boolean, locale: string): Template {
  const { words } = wordsOf(locale)
  const { subject, sentence } = saidBy(words, kind, toStaff)
  const text = [
    words.greeting,
    '',
    sentence,
    '',
    '{{#bookings}}',
    '{{service}}',
    '{{when}}',
    '{{#staff}}',
    `${words.withWhom} {{staff}}`,
    '{{/staff}}',
    '{{#number}}',
    `${words.number}: {{number}}`,
    '{{/number}}',
    '{{#reason}}',
    `${words.reason}: {{reason}}`,
    '{{/reason}}',
    '{{#manageUrl}}',
    `${words.manage}: {{manageUrl}}`,
    '{{/manageUrl}}',
    '',
    '{{/bookings}}',
    '{{#offer}}',
    words.accept,
    '{{url}}',
    '',
    '{{/offer}}',
    '{{#more}}',
    '+ {{more}}',
    '',
    '{{/more}}',
    '{{account.name}}',
    '',
  ].join('\n')
  return { subject, text, html: null }
}

const verbatim = { escape: (value: unknown) => String(value) }

/** The message; `locale` is said to whoever reads it aloud. */
export function renderNotice(template: Template, view: NoticeView, locale: string): Rendered {
  const subject = Mustache.render(template.subject, view, {}, verbatim).replace(/\s+/g, ' ').trim()
  const text = Mustache.render(template.text, view, {}, verbatim)
  const body =
    template.html === null
      ? linked(paragraphs(text), view)
      : Mustache.render(template.html, view, {}, {})
  return { subject, text, html: page(body, subject, languageOf(locale)) }
}

/** What is wrong with a template; empty when it can be used. Paths are input fields. */
export function templateIssues({ subject, text, html }: Template): Issue[] {
  const issues: Issue[] = []
  for (const [field, value] of Object.entries({ subject, text, html })) {
    if (value === null) continue
    const message = faultOf(value, templateLimits[field as 'subject' | 'text' | 'html'])
    if (message !== null) issues.push({ path: [field], message })
  }
  return issues
}

function faultOf(template: string, most: number): string | null {
  if (template.trim() === '') return 'It is empty.'
  if (template.length > most) return `It has more than ${most} characters.`
  let tokens: Token[]
  try {
    tokens = Mustache.parse(template) as Token[]
  } catch (error) {
    return `It is no Mustache template: ${(error as Error).message}.`
  }
  const { depth } = templateLimits
  return depthOf(tokens) > depth ? `Its sections stand more than ${depth} deep.` : null
}

/** A token of Mustache; a section has its own at the fifth place. */
type Token = readonly [string, string, number, number, Token[]?, ...unknown[]]

// What stands in lists of lists of lists would grow beyond any mail.
function depthOf(tokens: readonly Token[]): number {
  return tokens.reduce((most, [kind, , , , inner]) => {
    const isSection = kind === '#' || kind === '^'
    return isSection && inner ? Math.max(most, 1 + depthOf(inner)) : most
  }, 0)
}

function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => `<p>${escaped(block.trim()).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n')
}

// Only addresses of our own become links: what people wrote may hold others.
function linked(html: string, { bookings, offer }: NoticeView): string {
  const urls = [...bookings.map(({ manageUrl }) => manageUrl), offer?.url ?? '']
    .map(escaped)
    .filter((url) => url !== '')
    // One may begin like another.
    .toSorted((a, b) => b.length - a.length)
  if (urls.length === 0) return html
  const any = new RegExp(urls.map((url) => RegExp.escape(url)).join('|'), 'g')
  return html.replaceAll(any, (url) => `<a href="${url}">${url}</a>`)
}

function page(body: string, title: string, language: string): string {
  return [
    '<!doctype html>',
    `<html lang="${escaped(language || 'en')}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(title)}</title></head>`,
    '<body style="margin:0;padding:1.5em;font:16px/1.5 sans-serif;color:#1a1a1a;background:#fff">',
    `<main style="max-width:36em">${body}</main>`,
    '</body></html>',
    '',
  ].join('\n')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
}

/** An instant for people, in their zone and language. */
export function instantText(at: Date, { timeZone, locale }: { timeZone: string; locale: string }) {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone } as const
  return `${new Intl.DateTimeFormat(supported(locale), options).format(at)} (${timeZone})`
}

/** A stretch of time for people, in their zone and language. */
export function whenText(
  startsAt: Date,
  endsAt: Date,
  { timeZone, locale }: { timeZone: string; locale: string },
): string {
  const options = { dateStyle: 'full', timeStyle: 'short', timeZone } as const
  const format = new Intl.DateTimeFormat(supported(locale), options)
  return `${format.formatRange(startsAt, endsAt)} (${timeZone})`
}

function supported(locale: string): string {
  return Intl.DateTimeFormat.supportedLocalesOf(locale)[0] ?? 'en-GB'
}
