// What every route of this dialect has in common: it finds the account that the application
// is installed in, whose zone, currency and language all answers are in, and it takes `lang`.

import type { z } from 'zod'
import { route, Unacceptable, type Found, type Route, type Shape, type Step } from '../route.ts'
import { text } from '../fields.ts'

export type Account = {
  id: string
  name: string
  timeZone: string
  currency: string
  locale: string
  partyCategories: { code: string; name: string }[]
}

type Whose = { accounts: { nodes: Account[] } }

export const accountFields = 'id name timeZone currency locale partyCategories { code name }'

/** Selected by a document of `plainRoute` beside what it asks for. */
export const itsAccount = `accounts(first: 1) { nodes { ${accountFields} } }`

const whose = `query BookeoAccount { ${itsAccount} }`

/** The account of the call, once it was found. */
export function accountOf(found: Found): Account {
  const [account] = (found as Whose).accounts.nodes
  if (!account) throw new Error('A call was let in that reaches no account.')
  return account
}

const defaults: readonly string[] = ['customerDefault', 'userDefault']

/** A parameter of every call. */
export const lang = {
  lang: text(35)
    .refine((tag) => defaults.includes(tag) || isTag(tag), 'has to be a language tag')
    .optional()
    .describe('RFC 5646 tag, `customerDefault` or `userDefault`: in which language to answer.'),
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

/** A business has its texts in one language; its other dialects mean the same. */
function checkLanguage(asked: unknown, { locale }: Account): void {
  if (typeof asked !== 'string' || defaults.includes(asked)) return
  const languageOf = (tag: string) => new Intl.Locale(tag).language
  if (languageOf(asked) === languageOf(locale)) return
  const message = `"lang" is "${asked}"; this business is served in "${locale}".`
  throw new Unacceptable({ place: 'query', name: 'lang', message })
}

/**
 * Refuses whoever may not see such things: before a change, of which they would not be shown what
 * became, and before what would only say that there is none.
 */
export function sees(list: 'bookings' | 'customers' | 'payments' | 'blocks') {
  return {
    document: `query BookeoSees { ${list}(first: 0) { nodes { id } } }`,
    variables: () => ({}),
  }
}

/** Of a field of the body that is well formed and cannot be; `what` follows its name. */
export function fault(name: string, what: string): Unacceptable {
  return new Unacceptable({ place: 'body', name, message: `"${name}" ${what}.` })
}

type Spec<Query extends Shape, Body extends Shape, Answer extends z.ZodType, Data> = Parameters<
  typeof route<Query, Body, Answer, Data>
>[0]

/** A route that knows its account, `accountOf(found)`. */
export function bookeoRoute<
  Query extends Shape,
  Body extends Shape,
  Answer extends z.ZodType,
  Data,
>(spec: Spec<Query, Body, Answer, Data>): Route {
  const { before = [], headers } = spec
  const find: Step<Query, Body> = { document: whose, variables: () => ({}) }
  const check: Step<Query, Body> = {
    document: whose,
    variables: ({ query }, found) => {
      checkLanguage((query as { lang?: unknown }).lang, accountOf(found))
      return null
    },
  }
  return route({
    ...spec,
    before: [find, check, ...before],
    headers: (data, input, base, found) => ({
      'content-language': accountOf(found).locale,
      ...headers?.(data, input, base, found),
    }),
  })
}

/** The same of a route whose one document finds the account too (`itsAccount`): it asks less. */
export function plainRoute<Query extends Shape, Body extends Shape, Answer extends z.ZodType, Data>(
  spec: Spec<Query, Body, Answer, Data & Whose>,
): Route {
  return route<Query, Body, Answer, Data & Whose>({
    ...spec,
    headers: (data, input, base, found) => ({
      'content-language': accountOf(data).locale,
      ...spec.headers?.(data, input, base, found),
    }),
    reply: (data, input, found, base) => {
      checkLanguage((input.query as { lang?: unknown }).lang, accountOf(data))
      return spec.reply(data, input, { ...(found as object), accounts: data.accounts }, base)
    },
  })
}
