// Pages that have numbers, for systems whose lists are read that way: from what a request asks to
// `first` and `skip` of the graph, and back.

import { z } from 'zod'
import { maxSkip } from '../graphql/limits.ts'

/** A whole number in a query, from `least` to `most`; a larger one is refused. */
export function wholeNumber(least: number, most: number) {
  const message = `has to be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= most, message)
}

/** A page size in a query: what is above `most` means `most`. */
export function pageSize(most: number) {
  const message = 'has to be a whole number from 1 on'
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform((text) => Math.min(Number(text), most))
    .refine((size) => size >= 1, message)
}

/** The number of a page, from 1 on. */
export const pageNumber = wholeNumber(1, 999_999_999)

/** What the graph is asked for. Beyond what can be skipped there is nothing: `first` is 0 then. */
export function pageAsk(page: number, size: number): { first: number; skip: number } {
  const skip = (page - 1) * size
  return skip > maxSkip ? { first: 0, skip: maxSkip } : { first: size, skip }
}

/** How many pages a list has; an empty one has none. */
export function pageCount(total: number, size: number): number {
  return Math.ceil(total / size)
}
