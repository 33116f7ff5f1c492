// What can be done to customers: create, update, archive. Each change and its event are one
// transaction; a stale expectedVersion changes nothing. What is archived is gone for customers'
// lists but stays on their bookings.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll } from '../errors.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Customer } from '../generated/prisma/client.ts'
import {
  changeCustomer,
  customerEvent,
  lockCustomer,
  refuseWhileBooked,
  toldCustomerFields,
} from './customer.data.ts'
import { customerIssues, emailOf, nameAfter, wordsOf, type CustomerTerms } from './customer.ts'

/** The name may be left out where a first or last name is given. */
export type NewCustomer = Partial<CustomerTerms>

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
  personalFields: null,
  wantsNotices: true,
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
  await appendEvents(tx, ctx, [customerEvent('customer.created', customer, null)])
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
    if (changesBetween(before, { ...terms, active }, toldCustomerFields).length === 0) return before
    return changeCustomer(tx, ctx, before, { ...stored(terms), active }, 'customer.updated')
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
    return changeCustomer(tx, ctx, before, { active: false }, 'customer.deleted')
  })
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

function stored({ customFields, personalFields, ...terms }: CustomerTerms) {
  return { ...terms, customFields: json(customFields), personalFields: json(personalFields) }
}

function json(fields: unknown) {
  return fields === null ? Prisma.DbNull : (fields as Prisma.InputJsonObject)
}
