// Pages for customers as a browser without scripts meets them: a shop with a booking link, and
// forms that are read out of the HTML and sent as a browser would.

import type { TestApp } from '../../support/app.ts'
import { done } from '../../support/ask.ts'
import { encodeId } from '../../../src/graphql/ids.ts'
import { makeApiKey } from '../../support/makers.ts'
import { openShop } from '../../support/shop.ts'

export type Form = {
  method: string
  action: string
  /** What is sent as it stands: hidden fields, texts, what is checked and selected. */
  fields: [string, string][]
  /** Every choice of every group of radios. */
  radios: [string, string][]
  buttons: { name: string | null; value: string; text: string }[]
}

export type Page = {
  status: number
  url: string
  headers: Headers
  html: string
  /** As somebody reads it. */
  text: string
  title: string
  forms: Form[]
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

const decoded = (text: string) =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, (each) => entities[each]!)

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)
  return found ? decoded(found[1] ?? '') : null
}

function formOf(html: string): Form {
  const open = /^<form[^>]*>/.exec(html)?.[0] ?? ''
  const fields: [string, string][] = []
  const radios: [string, string][] = []
  const parts = html.matchAll(
    /<input[^>]*>|<textarea[^>]*>\n([^<]*)<\/textarea>|<select[^>]*>([\s\S]*?)<\/select>/g,
  )
  for (const [tag, text = '', options = ''] of parts) {
    const name = attribute(tag, 'name') ?? ''
    const value = attribute(tag, 'value') ?? ''
    if (tag.startsWith('<textarea')) fields.push([name, decoded(text)])
    else if (tag.startsWith('<select')) {
      const all = [...options.matchAll(/<option[^>]*>/g)].map(([option]) => option)
      const chosen = all.find((option) => option.includes(' selected')) ?? all[0] ?? ''
      fields.push([name, attribute(chosen, 'value') ?? ''])
    } else if (attribute(tag, 'type') !== 'radio') fields.push([name, value])
    else {
      radios.push([name, value])
      if (/\schecked/.test(tag)) fields.push([name, value])
    }
  }
  const buttons = [...html.matchAll(/(<button[^>]*>)([^<]*)<\/button>/g)].map(([, tag, text]) => ({
    name: attribute(tag ?? '', 'name'),
    value: attribute(tag ?? '', 'value') ?? '',
    text: decoded(text ?? ''),
  }))
  const action = attribute(open, 'action') ?? ''
  return { method: attribute(open, 'method') ?? 'get', action, fields, radios, buttons }
}

export async function pageOf(response: Response): Promise<Page> {
  const html = await response.text()
  const body = html.slice(html.indexOf('<main>'), html.indexOf('</main>'))
  return {
    status: response.status,
    url: response.url,
    headers: response.headers,
    html,
    text: decoded(body.replace(/<option[\s\S]*?<\/option>|<[^>]+>/g, ' ')).replace(/\s+/g, ' '),
    title: decoded(/<title>([^<]*)/.exec(html)?.[1] ?? ''),
    forms: [...html.matchAll(/<form[\s\S]*?<\/form>/g)].map(([form]) => formOf(form)),
  }
}

/**
 * A browser; every request follows what it is told to go to. Without a `jar` it takes no cookies.
 */
export function visitor(
  app: TestApp,
  headers: Record<string, string> = {},
  jar: Map<string, string> | null = null,
) {
  const send = async (path: string, init: RequestInit): Promise<Page> => {
    const cookie = [...(jar ?? [])].map((each) => each.join('=')).join('; ')
    const sent = { ...headers, ...(cookie && { cookie }) }
    const url = new URL(path, app.url)
    const response = await fetch(url, { ...init, headers: sent, redirect: 'manual' })
    for (const text of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (value === '') jar?.delete(name)
      else jar?.set(name, value)
    }
    const next = response.headers.get('location')
    if (response.status === 303 && next?.startsWith('/')) return send(next, {})
    return pageOf(response)
  }
  const get = (path: string) => send(path, {})
  const post = (path: string, fields: Iterable<[string, string]>) =>
    send(path, { method: 'POST', body: new URLSearchParams([...fields]) })
  /** Sends the form that has this button, with these fields in place of what it has. */
  const press = async (page: Page, text: string, given: Record<string, string> = {}) => {
    const form = page.forms.find(({ buttons }) =>
      buttons.some((each) => each.text.startsWith(text)),
    )
    const button = form?.buttons.find((each) => each.text.startsWith(text))
    if (!form || !button) throw new Error(`There is no button "${text}" on: ${page.text}`)
    const fields: [string, string][] = [
      ...form.fields.filter(([name]) => !(name in given)),
      ...Object.entries(given),
      ...(button.name === null ? [] : ([[button.name, button.value]] as [string, string][])),
    ]
    if (form.method === 'post') return post(form.action, fields)
    return get(`${form.action}?${new URLSearchParams(fields)}`)
  }
  return { get, post, press }
}

export type Visitor = ReturnType<typeof visitor>

let shops = 0

/** A shop in London with a link; `terms` are those of createBookingLink. */
export async function openBusiness(
  app: TestApp,
  terms: object = {},
  options: Parameters<typeof openShop>[1] = {},
) {
  const shop = await openShop(app.db, { timeZone: 'Europe/London', ...options })
  const { accountId, serviceId, staffIds } = shop
  shops += 1
  const slug = `salon-${shops}`
  await app.db.prisma.account.update({
    where: { id: accountId },
    data: { slug, name: 'Willow & Rye', locale: 'en-GB' },
  })
  const { key } = await makeApiKey(app.db, { accountId })
  const service = encodeId('Service', { accountId, id: serviceId })
  const link = await done(app, key, 'createBookingLink', {
    accountId: encodeId('Account', { accountId, id: accountId }),
    slug: 'visit',
    title: 'Come & see us',
    serviceIds: [service],
    ...terms,
  })
  const staff = staffIds.map((id) => encodeId('StaffMember', { accountId, id }))
  const bookings = () =>
    app.db.prisma.booking.findMany({
      where: { accountId },
      include: { customer: true },
      orderBy: { createdAt: 'asc' },
    })
  const path = `/book/${slug}/visit`
  return { ...shop, slug, path, key, service, staff, linkId: link.id as string, bookings }
}

export const grace = { name: 'Grace Hopper', email: 'grace@example.com' }

/** All the way to the confirmation, at this start. */
export async function bookThere(
  { get, press }: Visitor,
  path: string,
  start: string,
  given: Record<string, string> = {},
): Promise<Page> {
  const details = await get(`${path}?start=${start}`)
  return press(details, 'Book', { ...grace, ...given })
}
