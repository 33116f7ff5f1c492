// Runs a plan: the specification's execution of a query, without building for each value what the
// plan knows already. Where the viewer holds in every account what the plan needs, fields are
// resolved without asking for each: what is still asked, once for each row, is whether its account
// is within reach; a row of any other account is asked field by field.

import {
  getArgumentValues,
  GraphQLError,
  isObjectType,
  locatedError,
  type ExecutionResult,
  type GraphQLAbstractType,
} from 'graphql'
import { covers } from '../auth/scope.ts'
import type { Viewer } from '../auth/viewer.ts'
import { jsonOf, Written } from '../db/written.ts'
import { NotPlanned, type Completion, type FieldPlan, type ObjectPlan, type Plan } from './plan.ts'
import type { Variables } from './conditions.ts'

type Path = { before: Path | null; key: string | number }

/** `sentWith` is set while it runs, where what the database writes may stand in the answer. */
export type Asking = { viewer: Viewer; sentWith: Variables | null }

type Run = {
  ctx: Asking
  variables: Variables
  args: Map<FieldPlan, Record<string, unknown>>
  errors: GraphQLError[]
  /** Nothing of the plan can be denied in an account within reach. */
  isProven: boolean
  isUnplanned: boolean
  /** Some of the answer is text already. */
  holdsText: boolean
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null)?.then === 'function'

/**
 * The answer; undefined when it needs what a plan does not know. With `isSent` its data may be
 * text: nobody looks at it before it is sent.
 */
export async function runPlan(
  plan: Plan,
  ctx: Asking,
  variables: Variables,
  isSent: boolean,
): Promise<ExecutionResult | undefined> {
  const isProven = provenFor(plan, ctx.viewer)
  const errors: GraphQLError[] = []
  const so = { isProven, isUnplanned: false, holdsText: false }
  const run: Run = { ctx, variables, args: new Map(), errors, ...so }
  ctx.sentWith = isProven && isSent ? variables : null
  let data: ExecutionResult['data'] = null
  try {
    data = (await fieldsOf(plan.root, undefined, run, null)) as ExecutionResult['data']
  } catch (error) {
    errors.push(error as GraphQLError)
  }
  ctx.sentWith = null
  if (run.isUnplanned) return undefined
  if (run.holdsText) data = new Written(jsonOf(data) ?? 'null') as never
  return errors.length > 0 ? { errors, data: data ?? null } : { data: data ?? null }
}

function provenFor({ needs }: Plan, { grants }: Viewer): boolean {
  let last: unknown
  for (const { scopes } of grants.values()) {
    // Accounts in which somebody has the same role share one set.
    if (scopes === last) continue
    last = scopes
    if (!needs.every((each) => covers(scopes, each))) return false
  }
  return true
}

function isWithinReach({ grants }: Viewer, value: unknown): boolean {
  const { accountId, id } = value as { accountId?: string; id: string }
  return grants.has(accountId ?? id)
}

function fieldsOf(plan: ObjectPlan, value: unknown, run: Run, path: Path | null): unknown {
  const isBare = run.isProven && plan.isGuarded && isWithinReach(run.ctx.viewer, value)
  const answer: Record<string, unknown> = {}
  let pending: Promise<unknown>[] | null = null
  try {
    for (const field of plan.fields) {
      const { key, typeName } = field
      const found = typeName ?? fieldOf(field, value, run, path, isBare)
      answer[key] = found
      if (!isPromise(found)) continue
      pending ??= []
      pending.push(found.then((settled) => (answer[key] = settled)))
    }
  } catch (error) {
    if (!pending) throw error
    // The others go on, and may fail as well.
    return Promise.all(pending).finally(() => {
      throw error
    })
  }
  return pending ? Promise.all(pending).then(() => answer) : answer
}

function fieldOf(field: FieldPlan, parent: unknown, run: Run, path: Path | null, isBare: boolean) {
  const resolve = isBare ? field.bare : field.resolve
  const { completion, isNonNull } = field
  // Most values have no path unless something goes wrong.
  const at = completion.kind === 'leaf' ? null : { before: path, key: field.key }
  const fail = (error: unknown) =>
    failed(error, field, isNonNull, at ?? { before: path, key: field.key }, run)
  try {
    const args = field.args === 'none' ? {} : argsOf(field, run)
    const found: unknown = resolve(parent, args, run.ctx, field.info)
    const done = isPromise(found)
      ? found.then((value) => demanded(field, completed(completion, value, field, run, at)))
      : demanded(field, completed(completion, found, field, run, at))
    return isPromise(done) ? done.then(undefined, fail) : done
  } catch (error) {
    return fail(error)
  }
}

function argsOf(field: FieldPlan, { args, variables }: Run): Record<string, unknown> {
  const known = field.args === 'fixed' ? field.fixed : args.get(field)
  if (known) return known
  const [node] = field.nodes
  if (!node) return {}
  const read = getArgumentValues(field.definition, node, variables as Record<string, unknown>)
  if (field.args === 'fixed') field.fixed = read
  else args.set(field, read)
  return read
}

function demanded({ isNonNull, info }: FieldPlan, value: unknown): unknown {
  if (isNonNull && value === null) throw isNull(info)
  return value
}

const isNull = ({ parentType, fieldName }: FieldPlan['info']) =>
  new Error(`Cannot return null for non-nullable field ${parentType.name}.${fieldName}.`)

function completed(
  completion: Completion,
  value: unknown,
  field: FieldPlan,
  run: Run,
  path: Path | null,
): unknown {
  if (value instanceof Error) throw value
  if (value === null || value === undefined) return null
  if (value instanceof Written) {
    run.holdsText = true
    return value
  }
  switch (completion.kind) {
    case 'leaf': {
      const written = completion.serialize(value)
      if (written !== null && written !== undefined) return written
      throw new Error(`Expected ${completion.type.name} to be serialized to something.`)
    }
    case 'object':
      return fieldsOf(completion.plan, value, run, path)
    case 'list':
      return listOf(completion, value, field, run, path)
    case 'abstract': {
      const type = completion.type as GraphQLAbstractType
      const name = type.resolveType?.(value, run.ctx, field.info, type)
      const go = (named: unknown) => fieldsOf(planFor(completion, named, field), value, run, path)
      return isPromise(name) ? name.then(go) : go(name)
    }
    default:
      return completion satisfies never
  }
}

function planFor(
  { plans, type }: Completion & { kind: 'abstract' },
  name: unknown,
  { nodes }: FieldPlan,
) {
  const plan = typeof name === 'string' ? plans.get(name) : undefined
  if (plan) return plan
  const words = isObjectType(name) ? name.name : String(name)
  throw new GraphQLError(`"${type.name}" resolved to "${words}", which is none of its types.`, {
    nodes: [...nodes],
  })
}

function listOf(
  { item, isNonNull }: Completion & { kind: 'list' },
  list: unknown,
  field: FieldPlan,
  run: Run,
  path: Path | null,
): unknown {
  if (typeof list !== 'object' || !(Symbol.iterator in (list as object))) {
    const { parentType, fieldName } = field.info
    const name = `${parentType.name}.${fieldName}`
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`)
  }
  const written = writtenList(item, list as Iterable<unknown>, run)
  if (written) return written
  let holdsPromise = false
  const one = (value: unknown, at: Path) => {
    const done = completed(item, value, field, run, at)
    if (isNonNull && done === null) throw isNull(field.info)
    return done
  }
  const items = Array.from(list as Iterable<unknown>, (value, key) => {
    const at = { before: path, key }
    try {
      const done = isPromise(value) ? value.then((each) => one(each, at)) : one(value, at)
      if (!isPromise(done)) return done
      holdsPromise = true
      return done.then(undefined, (error: unknown) => failed(error, field, isNonNull, at, run))
    } catch (error) {
      return failed(error, field, isNonNull, at, run)
    }
  })
  return holdsPromise ? Promise.all(items) : items
}

/** Values that all can be written at once; null where one of them is none, or is still to come. */
function writtenList(item: Completion, list: Iterable<unknown>, run: Run): Written | null {
  const write = item.kind === 'object' && run.ctx.sentWith ? item.plan.write : null
  if (!write) return null
  let text = ''
  for (const value of list) {
    const isValue = typeof value === 'object' && value !== null && !(value instanceof Error)
    if (!isValue || isPromise(value)) return null
    text += `${text && ','}${write(value)}`
  }
  run.holdsText = true
  return new Written(`[${text}]`)
}

function failed(
  raw: unknown,
  { nodes }: FieldPlan,
  isNonNull: boolean,
  path: Path,
  run: Run,
): null {
  if (raw instanceof NotPlanned) run.isUnplanned = true
  const keys: (string | number)[] = []
  for (let at: Path | null = path; at; at = at.before) keys.push(at.key)
  const error = locatedError(raw, [...nodes], keys.toReversed())
  if (isNonNull) throw error
  run.errors.push(error)
  return null
}
