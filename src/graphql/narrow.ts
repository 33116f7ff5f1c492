// What lists are narrowed and ordered by: ranges of time, ids, and the input that names an order.
// Conditions name the listed table's row as `r`.

import type { Order } from '../db/keyset.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from './builder.ts'
import { keyOf, type NodeName } from './ids.ts'
import { badInput } from './lists.ts'

export const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end of a list comes first.',
  values: {
    ASC: { description: 'Smallest, earliest or alphabetically first.' },
    DESC: { description: 'Largest, latest or alphabetically last.' },
  } as const,
})

type Orderable = Omit<Order, 'direction'> & { description: string }

type OrderAsked = { field: string; direction?: Order['direction'] | null }

/** Makes the input `<name>` with `field` and `direction`, and what turns it into an order. */
export function orderInput<Field extends string>(
  name: string,
  fields: Record<Field, Orderable>,
  fallback: { field: NoInfer<Field>; direction: Order['direction'] },
) {
  const OrderField = builder.enumType(`${name}Field`, {
    description: 'What a list is ordered by; ids break ties.',
    values: Object.fromEntries(
      Object.entries<Orderable>(fields).map(([key, { description }]) => [key, { description }]),
    ) as { [Key in Field]: { description: string } },
  })
  const Input = builder.inputType(name, {
    description: `The order of a list; left out, ${fallback.field} ${fallback.direction}.`,
    fields: (t) => ({
      field: t.field({ type: OrderField, required: true, description: 'By what.' }),
      direction: t.field({
        type: OrderDirection,
        defaultValue: 'ASC',
        description: 'From which end.',
      }),
    }),
  })
  const orderOf = (asked: OrderAsked | null | undefined): Order => {
    const { column, type } = fields[(asked?.field ?? fallback.field) as Field]
    return { column, type, direction: (asked ?? fallback).direction ?? 'ASC' }
  }
  return { Input, orderOf }
}

export const DateTimeRange = builder.inputType('DateTimeRange', {
  description: 'A stretch of time; an open end does not narrow.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'At this instant or later.' }),
    to: t.field({ type: 'DateTime', description: 'Before this instant.' }),
  }),
})

export type Range = { from?: Date | null; to?: Date | null }

/** Conditions: an instant column lies in `[from, to)`. */
export function withinRange(column: string, range: Range | null | undefined): Prisma.Sql[] {
  const key = Prisma.raw(`r."${column}"`)
  const where: Prisma.Sql[] = []
  if (range?.from) where.push(Prisma.sql`${key} >= ${instantGiven(range.from)}`)
  if (range?.to) where.push(Prisma.sql`${key} < ${instantGiven(range.to)}`)
  return where
}

/** An instant as conditions take it; years that PostgreSQL cannot read are BAD_USER_INPUT. */
export function instantGiven(at: Date): Prisma.Sql {
  const year = at.getUTCFullYear()
  if (year < 1 || year > 9999) throw badInput('A date-time must lie in the years 0001 to 9999.')
  return timestamptz(at)
}

/**
 * Condition: a column refers to one of these global ids. Ids of another type, made up or out of
 * reach are those of no row: they narrow like any other.
 */
export function refersTo(
  column: string,
  name: NodeName,
  ids: readonly string[],
  alias = 'r',
): Prisma.Sql {
  const keys = ids.flatMap((id) => keyOf(name, id) ?? [])
  return Prisma.sql`${Prisma.raw(`(${alias}."accountId", ${alias}."${column}")`)} IN (SELECT * FROM unnest(
    ${keys.map(({ accountId }) => accountId)}::uuid[], ${keys.map(({ id }) => id)}::uuid[]))`
}
