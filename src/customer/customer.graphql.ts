// Customer as the graph shows it, and its lists. Contact data is shown, searched and filtered by
// only where the scope for it is held: a list that finds by e-mail tells the e-mail.

import type { GraphQLResolveInfo } from 'graphql'
import { accountsWithin, may, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import type { Customer } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  contains,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { globalId, one } from '../graphql/look-ahead.ts'
import { DateTimeRange, orderInput, refersTo, withinRange } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'
import { rowsWanted } from '../graphql/row-text.ts'
import { forbidden } from '../graphql/scopes.ts'
import type { Scope } from '../auth/scope.ts'
import { emailOf } from './customer.ts'

const read: readonly Scope[] = ['customers:read']
const contact: readonly Scope[] = ['customers:read', 'customers:contact']

findable('Customer', read)

const searched =
  'Only those whose name contains this; where you hold `customers:contact`, also e-mail or phone.'

const searchedIn = 'Where `search` looks; left out, in name, e-mail and phone.'

builder.prismaObject('Customer', {
  description: 'Who is booked for; each account has its own.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('Customer') }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business whose customer this is. Null when denied.',
      ...one('Account', 'accountId'),
    }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    name: t.exposeString('name', { description: 'Full name for people.' }),
    firstName: t.exposeString('firstName', {
      nullable: true,
      description: 'Given name; null when only the full name is known.',
    }),
    lastName: t.exposeString('lastName', {
      nullable: true,
      description: 'Family name; null when only the full name is known.',
    }),
    email: t.expose('email', {
      type: 'EmailAddress',
      nullable: true,
      scopes: ['customers:contact'],
      description: 'E-mail address in lower case; null when none is known, or when denied.',
    }),
    phone: t.exposeString('phone', {
      nullable: true,
      scopes: ['customers:contact'],
      description: 'Phone number as it was given; null when none is known, or when denied.',
    }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      nullable: true,
      description: 'IANA zone in which to write to them; null means that of the account.',
    }),
    locale: t.exposeString('locale', {
      nullable: true,
      description: 'RFC 5646 tag in which to write to them; null means that of the account.',
    }),
    tags: t.exposeStringList('tags', { description: 'Free words, such as "vip"; at most 50.' }),
    groups: t.exposeStringList('groups', { description: 'Groups they belong to; at most 50.' }),
    notes: t.exposeString('notes', {
      nullable: true,
      description: 'What staff should know; null when nothing is written. Not for the customer.',
    }),
    customFields: t.field({
      type: 'JSONObject',
      nullable: true,
      reads: ['customFields'],
      description: 'Whatever an integration keeps here; null when nothing is kept.',
      resolve: (row) => row.customFields,
    }),
    personalFields: t.field({
      type: 'JSONObject',
      nullable: true,
      scopes: ['customers:contact'],
      reads: ['personalFields'],
      description:
        'What else tells of the person, such as an address or a date of birth, as an integration ' +
        'keeps it; null when nothing is kept, or when denied.',
      resolve: (row) => row.personalFields,
    }),
    wantsNotices: t.exposeBoolean('wantsNotices', {
      description: 'Whether they are written to about their bookings.',
    }),
    active: t.exposeBoolean('active', { description: 'False once archived.' }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the person was erased; null while there is one.',
    }),
    mergedInto: t.field({
      type: 'Customer',
      nullable: true,
      description: 'The customer that this one became part of; null for all others.',
      ...one('Customer', 'mergedIntoId'),
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const CustomerConnection = connectionType<Customer>('Customer', 'Customer')

const CustomerFilter = builder.inputType('CustomerFilter', {
  description: 'Narrows a list of customers; what is left out does not narrow, but for `active`.',
  fields: (t) => ({
    active: t.boolean({
      defaultValue: true,
      description: 'Only active (true) or archived (false) ones; null gives both.',
    }),
    tags: t.stringList({ description: 'Only those with at least one of these tags.' }),
    groups: t.stringList({ description: 'Only those in at least one of these groups.' }),
    emails: t.field({
      type: ['EmailAddress'],
      description:
        'Only those with one of these addresses, letter case ignored. Needs `customers:contact`; ' +
        'accounts where you lack it are left out.',
    }),
    customerIds: t.idList({ description: 'Only these.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only those made then.' }),
    updatedAt: t.field({ type: DateTimeRange, description: 'Only those last changed then.' }),
  }),
})

const CustomerSearchField = builder.enumType('CustomerSearchField', {
  description: 'Where a search looks.',
  values: {
    NAME: { description: 'In the full name.' },
    FIRST_NAME: { description: 'In the given name.' },
    LAST_NAME: { description: 'In the family name.' },
    EMAIL: { description: 'In the e-mail address.' },
    PHONE: { description: 'In the phone number.' },
  } as const,
})

type SearchField = typeof CustomerSearchField.$inferType

const searchColumns: Record<SearchField, string> = {
  NAME: 'name',
  FIRST_NAME: 'firstName',
  LAST_NAME: 'lastName',
  EMAIL: 'email',
  PHONE: 'phone',
}

const isContact = (field: SearchField) => field === 'EMAIL' || field === 'PHONE'

type Narrowing = {
  search?: string | null
  searchIn?: readonly SearchField[] | null
  filter?: typeof CustomerFilter.$inferInput | null
}

function matching(viewer: Viewer, { search, searchIn, filter }: Narrowing): Prisma.Sql[] {
  const where = [
    ...withinRange('createdAt', filter?.createdAt),
    ...withinRange('updatedAt', filter?.updatedAt),
  ]
  const active = filter ? filter.active : true
  if (active != null) where.push(Prisma.sql`r."active" = ${active}`)
  if (filter?.tags) where.push(Prisma.sql`r."tags" && ${filter.tags}::text[]`)
  if (filter?.groups) where.push(Prisma.sql`r."groups" && ${filter.groups}::text[]`)
  if (filter?.customerIds) where.push(refersTo('id', 'Customer', filter.customerIds))
  if (filter?.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  if (filter?.emails) {
    where.push(Prisma.sql`r."email" = ANY(${filter.emails.map(emailOf)}::text[])`)
  }
  if (search) {
    where.push(found(viewer, search, searchIn ?? ['NAME', 'EMAIL', 'PHONE']))
  }
  return where
}

/** Contact data is looked into only where it may be seen. */
function found(viewer: Viewer, search: string, fields: readonly SearchField[]): Prisma.Sql {
  const anyOf = (chosen: readonly SearchField[]) =>
    chosen.length === 0
      ? Prisma.sql`FALSE`
      : Prisma.join(
          chosen.map((field) => contains(searchColumns[field], search)),
          ' OR ',
        )
  const known = accountsWithin(viewer, contact)
  return Prisma.sql`(${anyOf(fields.filter((field) => !isContact(field)))}
    OR (r."accountId" = ANY(${known}::uuid[]) AND (${anyOf(fields.filter(isContact))})))`
}

const { Input: CustomerOrder, orderOf } = orderInput(
  'CustomerOrder',
  {
    NAME: { column: 'name', type: 'text', description: 'By full name.' },
    CREATED_AT: { column: 'createdAt', type: 'timestamptz', description: 'By when it was made.' },
    UPDATED_AT: { column: 'updatedAt', type: 'timestamptz', description: 'By the last change.' },
  },
  { field: 'NAME', direction: 'ASC' },
)

type Ordering = { orderBy?: Parameters<typeof orderOf>[0] }

const scopesOf = ({ filter }: Narrowing) => (filter?.emails ? contact : read)

builder.queryField('customers', (t) =>
  t.field({
    type: CustomerConnection,
    scopes: read,
    description: 'Customers over accounts, by name unless another order is asked for.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      search: t.arg.string({ description: searched }),
      searchIn: t.arg({ type: [CustomerSearchField], description: searchedIn }),
      filter: t.arg({ type: CustomerFilter, description: 'Which ones.' }),
      orderBy: t.arg({ type: CustomerOrder, description: 'In which order.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx, info) =>
      listOverAccounts<Customer>(ctx, accountsFor(ctx, args), listOf(ctx, args, info), args),
  }),
)

function listOf(ctx: Context, args: Narrowing & Ordering, info: GraphQLResolveInfo) {
  return {
    table: 'Customer',
    where: matching(ctx.viewer, args),
    order: orderOf(args.orderBy),
    selection: rowsWanted(ctx, info),
  }
}

// An e-mail filter that no account may answer is denied, not answered with nobody.
function accountsFor({ viewer }: Context, args: Narrowing & { accounts?: string[] | null }) {
  const scopes = scopesOf(args)
  const accounts = accountsOf(viewer, args.accounts, scopes)
  if (accounts.length === 0 && scopes === contact && !args.accounts) throw forbidden(scopes)
  return accounts
}

builder.prismaObjectField('Account', 'customers', (t) =>
  t.field({
    type: CustomerConnection,
    nullable: true,
    scopes: read,
    reads: [],
    description: 'Customers of the account, by name unless another order is asked for.',
    complexity: connectionCost,
    args: {
      search: t.arg.string({ description: searched }),
      searchIn: t.arg({ type: [CustomerSearchField], description: searchedIn }),
      filter: t.arg({ type: CustomerFilter, description: 'Which ones.' }),
      orderBy: t.arg({ type: CustomerOrder, description: 'In which order.' }),
      ...pageArgs(t),
    },
    resolve: (account, args, ctx, info) => {
      if (!may(ctx.viewer, account.id, scopesOf(args))) throw forbidden(scopesOf(args))
      return listBelow<Customer>(
        ctx,
        { accountId: account.id, id: account.id },
        'Account.customers',
        args,
        listOf(ctx, args, info),
        args,
      )
    },
  }),
)
