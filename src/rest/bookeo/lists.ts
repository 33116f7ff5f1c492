// Lists as the vendor pages them: by number, with a token that stands for everything else that was
// asked. The token is what was asked, written down: it grants nothing, since whatever it asks is
// asked again with the rights of whoever shows it.

import { z } from 'zod'
import { pageCount, pageNumber, pageSize } from '../numbered.ts'
import { Unacceptable } from '../route.ts'
import { lang } from './route.ts'

const usualSize = 50

/** Filters of a list: texts as they are sent, so that a token can say them again. */
type Filters = z.ZodObject

export type PageAsked<Asked> = { filters: Asked; size: number; page: number; token: string }

type Sent = { itemsPerPage?: number; pageNavigationToken?: string; pageNumber?: number }

export function listOf<Own extends Filters>(name: string, own: Own, most = 100) {
  const query = z.object({
    ...lang,
    // With a token, a request needs nothing else.
    ...(own.partial().shape as Partial<Own['shape']>),
    itemsPerPage: pageSize(most).optional().describe(`At most ${most}; ${usualSize} if left out.`),
    pageNavigationToken: z
      .string()
      .max(8000, 'has more than 8000 characters')
      .optional()
      .describe('From an earlier page: stands for everything but `pageNumber`.'),
    pageNumber: pageNumber.optional().describe('From 1 on.'),
  })
  const asked = (query: object): PageAsked<z.output<Own>> => {
    const sent = query as Sent
    const { pageNavigationToken: token, pageNumber: page = 1, itemsPerPage = usualSize } = sent
    if (token !== undefined) return { ...readToken(name, own, most, token), page, token }
    const parsed = own.safeParse(sent)
    if (!parsed.success) throw missing(parsed.error)
    const filters = parsed.data
    return { filters, size: itemsPerPage, page, token: tokenOf(name, itemsPerPage, filters) }
  }
  return { query, asked }
}

function missing({ issues }: z.ZodError): Unacceptable {
  const [issue] = issues
  const name = String(issue?.path[0] ?? '')
  return new Unacceptable({ place: 'query', name, message: `"${name}" is missing.` })
}

/** A token for what was asked of the list of this name. */
export function tokenOf(name: string, size: number, filters: object): string {
  return Buffer.from(JSON.stringify({ ...filters, list: name, size })).toString('base64url')
}

/** What a token asks; whatever else is sent as one is refused. */
export function readToken<Own extends Filters>(
  name: string,
  own: Own,
  most: number,
  token: string,
): { filters: z.output<Own>; size: number } {
  const written = z.object({ list: z.literal(name), size: z.int().min(1).max(most) })
  const [found, filters] = [written, own].map((schema) => schema.safeParse(parsedJson(token)))
  if (found?.success && filters?.success) {
    return { filters: filters.data as z.output<Own>, size: found.data['size'] as number }
  }
  const message = '"pageNavigationToken" is none of this list.'
  throw new Unacceptable({ place: 'query', name: 'pageNavigationToken', message })
}

function parsedJson(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** A page of a list. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    info: z.object({
      totalItems: z.int(),
      totalPages: z.int(),
      currentPage: z.int(),
      pageNavigationToken: z.string().optional(),
    }),
  })
}

/** Of all that there is, what is on the page. */
export function onPage<Item>(
  all: readonly Item[],
  { page, size }: Pick<PageAsked<unknown>, 'page' | 'size'>,
) {
  return all.slice((page - 1) * size, page * size)
}

/** The page; without a token when there is one page. */
export function pageOf<Item>(
  data: Item[],
  totalItems: number,
  { page, size, token }: PageAsked<unknown>,
) {
  const totalPages = pageCount(totalItems, size)
  return {
    data,
    info: {
      totalItems,
      totalPages,
      currentPage: page,
      ...(totalPages > 1 && { pageNavigationToken: token }),
    },
  }
}

/** Of an example: one page with these. */
export function onePage<Item>(...data: Item[]) {
  return { data, info: { totalItems: data.length, totalPages: 1, currentPage: 1 } }
}
