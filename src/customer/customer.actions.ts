// What can be done to customers: create, update, archive. Each change and its event are one
// transaction; a stale expectedVersion changes nothing. What is archived is gone for customers'
// lists but stays on their bookings.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Customer } from '../generated/prisma/client.ts'
import { customerIssues, emailOf, nameAfter, wordsOf, type CustomerTerms } from './customer.ts'

/** The name may be left out where a first or last name is given. */
export type NewCustomer = Partial<CustomerTerms>

const fields = [
  'name',
  'firstName',
  'lastName',
  'email',
  'phone',
  'timeZone',
  'locale',
  'tags',
  'groups',
  'notes',
  'customFields',
  'active',
] as const

const nothing: CustomerTerms = {
  name: '',
  firstName: null,
  lastName: null,
  email: null,
  phone: null,
  timeZone: null,
  locale: null,
  tags: [],
  groups: [],
  notes: null,
  customFields: null,
}

/** Needs customers:write. Refuses VALIDATION_FAILED, NOT_FOUND (account), IDEMPOTENCY_CONFLICT. */
export async function createCustomer(
  ctx: ActionContext,
  accountId: string,
  input: NewCustomer,
  idempotencyKey?: string | null,
): Promise<Customer> {
  demand(ctx.viewer, accountId, ['customers:write'], 'Account', 'accountId')
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: idempotencyKey, operation: 'createCustomer', input },
      () => addCustomer(tx, ctx, accountId, input),
      (key) => tx.customer.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

/** Adds a customer in the caller's transaction. `path` is where its fields stand in the input. */
export async function addCustomer(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  input: NewCustomer,
  path: string[] = [],
): Promise<Customer> {
  const terms = termsAfter(nothing, input)
  refuseIssues(terms, path)
  const now = new Date(ctx.clock.now())
  const customer = await tx.customer.create({
    data: { ...stored(terms), accountId, id: newId(), createdAt: now, updatedAt: now },
  })
  await appendEvents(tx, ctx, [eventOf('customer.created', customer, null)])
  return customer
}

/** Needs customers:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT. */
export async function updateCustomer(
  ctx: ActionContext,
  key: Key,
  input: NewCustomer & { active?: true },
  expectedVersion?: number | null,
): Promise<Customer> {
  demand(ctx.viewer, key.accountId, ['customers:write'], 'Customer', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockCustomer(tx, key)
    checkVersion('Customer', before.version, expectedVersion)
    const terms = termsAfter(before, input)
    refuseIssues(terms, [])
    const active = input.active ?? before.active
    if (changesBetween(before, { ...terms, active }, fields).length === 0) return before
    return write(tx, ctx, before, { ...stored(terms), active }, 'customer.updated')
  })
}

/** Needs customers:write. Refuses IN_USE while there is an open booking. Twice is once. */
export async function archiveCustomer(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<Customer> {
  demand(ctx.viewer, key.accountId, ['customers:write'], 'Customer', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockCustomer(tx, key)
    checkVersion('Customer', before.version, expectedVersion)
    if (!before.active) return before
    await refuseWhileBooked(tx, before, new Date(ctx.clock.now()))
    return write(tx, ctx, before, { active: false }, 'customer.deleted')
  })
}

async function lockCustomer(tx: Transaction, key: Key): Promise<Customer> {
  await lockRow(tx, 'Customer', key)
  const customer = await tx.customer.findUnique({ where: { accountId_id: key } })
  if (!customer) throw notFound('Customer', 'id')
  return customer
}

async function refuseWhileBooked(tx: Transaction, customer: Customer, now: Date): Promise<void> {
  const { accountId, id } = customer
  const open = await tx.booking.findFirst({
    where: {
      accountId,
      customerId: id,
      status: { in: ['PENDING', 'CONFIRMED'] },
      endsAt: { gt: now },
    },
  })
  if (!open) return
  throw refused(
    'IN_USE',
    `Customer "${customer.name}" has a booking that is not over: cancel it first.`,
    { path: ['id'] },
  )
}

async function write(
  tx: Transaction,
  ctx: ActionContext,
  before: Customer,
  data: Prisma.CustomerUpdateInput,
  type: string,
): Promise<Customer> {
  const customer = await tx.customer.update({
    where: { accountId_id: { accountId: before.accountId, id: before.id } },
    data: { ...data, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
  })
  await appendEvents(tx, ctx, [eventOf(type, customer, before)])
  return customer
}

// Left out is as before. Columns only, whatever else `before` carries.
function termsAfter(before: CustomerTerms, input: NewCustomer): CustomerTerms {
  const terms: Record<string, unknown> = {}
  for (const field of Object.keys(nothing) as (keyof CustomerTerms)[]) {
    terms[field] = input[field] === undefined ? before[field] : input[field]
  }
  const { email, tags, groups, ...rest } = terms as CustomerTerms
  return {
    ...rest,
    name: nameAfter(before, input),
    email: email === null ? null : emailOf(email),
    tags: wordsOf(tags),
    groups: wordsOf(groups),
  }
}

function refuseIssues(terms: CustomerTerms, path: string[]): void {
  invalidAll(customerIssues(terms).map((issue) => ({ ...issue, path: [...path, ...issue.path] })))
}

function stored({ customFields, ...terms }: CustomerTerms) {
  return {
    ...terms,
    customFields: customFields === null ? Prisma.DbNull : (customFields as Prisma.InputJsonObject),
  }
}

function eventOf(type: string, customer: Customer, before: Customer | null) {
  return {
    type,
    accountId: customer.accountId,
    subjectType: 'Customer' as const,
    subjectId: customer.id,
    subjectVersion: customer.version,
    about: { customerId: customer.id },
    changes: changesBetween(before, customer, fields),
  }
}
