// Heads by category. The vendor has three categories built in; those of a business that mean the
// same have their ids, all others an id made of their code. A business without categories counts
// heads, which are adults to the vendor.

import { z } from 'zod'
import { words } from '../fields.ts'
import { fault, type Account } from './route.ts'

const builtIn: Readonly<Record<string, string>> = {
  adult: 'Cadults',
  adults: 'Cadults',
  child: 'Cchildren',
  children: 'Cchildren',
  infant: 'Cinfants',
  infants: 'Cinfants',
}

/** The vendor's id of a category of the business. */
function categoryId(code: string): string {
  return builtIn[code.toLowerCase()] ?? `C_${code}`
}

export const adults = 'Cadults'

export const peopleNumbers = z
  .array(
    z.object({
      peopleCategoryId: words(50),
      number: z.int().min(0, 'is less than 0').max(10_000, 'is more than 10000'),
    }),
  )
  .max(50, 'has more than 50 categories')

export type PeopleNumbers = z.output<typeof peopleNumbers>

/** The categories of a business, as `/settings/peoplecategories` lists them. */
export function categoriesOf({ partyCategories }: Account): { id: string; name: string }[] {
  const own = partyCategories.map(({ code, name }) => ({ id: categoryId(code), name }))
  return own.length > 0 ? own : [{ id: adults, name: 'Adults' }]
}

/** The party as the graph takes it, one head when nobody is counted; `name` is the field's. */
export function partyOf(
  sent: PeopleNumbers | null | undefined,
  { partyCategories }: Account,
  name: string,
): { partySize: number; party?: { category: string; count: number }[] } {
  const counted = (sent ?? []).filter(({ number }) => number > 0)
  if (counted.length === 0) {
    if (sent === null || sent === undefined) return { partySize: 1 }
    throw fault(name, 'counts nobody')
  }
  const ids = counted.map(({ peopleCategoryId }) => peopleCategoryId)
  if (new Set(ids).size < ids.length) throw fault(name, 'names a category more than once')
  const partySize = counted.reduce((sum, { number }) => sum + number, 0)
  if (partyCategories.length === 0) {
    const [other] = ids.filter((id) => id !== adults)
    if (other !== undefined) throw fault(name, `names "${other}", which is no category here`)
    return { partySize }
  }
  const party = counted.map(({ peopleCategoryId, number }) => {
    const known = partyCategories.find(({ code }) => categoryId(code) === peopleCategoryId)
    if (!known) throw fault(name, `names "${peopleCategoryId}", which is no category here`)
    return { category: known.code, count: number }
  })
  return { partySize, party }
}

/** The heads of a party as the vendor counts them. */
export function numbersOf(party: {
  total: number
  categories: { category: string; count: number }[]
}): PeopleNumbers {
  if (party.categories.length === 0) {
    return [{ peopleCategoryId: adults, number: party.total }]
  }
  return party.categories.map(({ category, count }) => ({
    peopleCategoryId: categoryId(category),
    number: count,
  }))
}
