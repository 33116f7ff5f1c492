// Lists as fields: the same rows over accounts and below other things, with the same arguments.

import type { ArgBuilder, InputFieldMap, InputShapeFromFields } from '@pothos/core'
import type { Needs } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { ListQuery, Order, PageAsk } from '../db/keyset.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import { builder, type Types } from './builder.ts'
import { connectionCost } from './limits.ts'
import {
  accountsArg,
  accountsOf,
  listBelow,
  listOverAccounts,
  pageArgs,
  type connectionType,
} from './lists.ts'

type Listing<Row extends object, Args extends InputFieldMap> = {
  type: ReturnType<typeof connectionType<Row>>
  table: ListQuery['table']
  scopes: Needs
  /** Beside those of a page. */
  args: (t: { arg: ArgBuilder<Types> }) => Args
  where: (args: InputShapeFromFields<Args>, ctx: Context) => Prisma.Sql[]
  order: (args: InputShapeFromFields<Args>) => Order
}

type Parent = 'Account' | 'Service' | 'StaffMember' | 'Resource' | 'Customer'

/** A row of a parent; an account is its own. */
type ParentRow = { accountId?: string; id: string }

/** What makes the lists of one kind of rows; descriptions are those of the fields. */
export function listFields<Row extends object, Args extends InputFieldMap>(
  listing: Listing<Row, Args>,
) {
  const { type, table, scopes, args: ownArgs, where: matching, order } = listing
  const queryOf = (args: unknown, ctx: Context, where: readonly Prisma.Sql[]) => {
    const own = args as InputShapeFromFields<Args>
    return { table, where: [...where, ...matching(own, ctx)], order: order(own) }
  }
  return {
    /** The root field: over accounts. */
    over: (name: string, description: string): void => {
      builder.queryField(name, (t) =>
        t.field({
          type,
          scopes,
          description,
          complexity: connectionCost,
          args: { ...accountsArg(t), ...ownArgs(t), ...pageArgs(t) },
          resolve: (_root, args: PageAsk & { accounts?: string[] | null }, ctx) => {
            const accounts = accountsOf(ctx.viewer, args.accounts, scopes)
            return listOverAccounts<Row>(ctx, accounts, queryOf(args, ctx, []), args)
          },
        }),
      )
    },
    /** A field of `parent`, null when denied; `where` ties rows to the one `u."parentId"` names. */
    below: (parent: Parent, name: string, description: string, ...where: Prisma.Sql[]): void => {
      builder.prismaObjectField(parent, name, (t) =>
        t.field({
          type,
          nullable: true,
          scopes,
          description,
          complexity: connectionCost,
          args: { ...ownArgs(t), ...pageArgs(t) },
          resolve: ({ accountId, id }: ParentRow, args: PageAsk, ctx) => {
            const key = { accountId: accountId ?? id, id }
            const query = queryOf(args, ctx, where)
            return listBelow<Row>(ctx, key, `${parent}.${name}`, args, query, args)
          },
        }),
      )
    },
  }
}
