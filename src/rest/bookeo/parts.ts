// Long pages: where a page of the vendor's may have 300 items, a document asks for up to three of
// the hundred that the graph gives at once.

import { pageAsk } from '../numbered.ts'

const parts = [0, 1, 2]
const partSize = 100

/** Most items of such a page. */
export const longestPage = parts.length * partSize

/** The variables of `inParts`, as a document declares them. */
export const partVariables = parts.map((part) => `$first${part}: Int, $skip${part}: Int`).join(', ')

/** A list in its parts; `ask` writes it with its arguments, and counts it where that is wanted. */
export function inParts(ask: (page: string, totalCount: string) => string): string {
  return parts
    .map((part) => {
      const page = `first: $first${part}, skip: $skip${part}`
      return `part${part}: ${ask(page, part === 0 ? 'totalCount' : '')}`
    })
    .join('\n')
}

/** The values of `partVariables`. */
export function partsAsk(page: number, size: number) {
  const { first, skip } = pageAsk(page, size)
  return Object.fromEntries(
    parts.flatMap((part) => {
      const before = part * partSize
      const left = Math.min(Math.max(first - before, 0), partSize)
      return [
        [`first${part}`, left],
        [`skip${part}`, left === 0 ? 0 : skip + before],
      ]
    }),
  )
}

export type Parts<Node> = { part0: Part<Node> & { totalCount: number } } & Record<
  'part1' | 'part2',
  Part<Node>
>

type Part<Node> = { nodes: Node[] }

/** What the parts hold together. */
export function ofParts<Node>({ part0, part1, part2 }: Parts<Node>) {
  const nodes = [part0, part1, part2].flatMap((part) => part.nodes)
  return { nodes, totalCount: part0.totalCount }
}
