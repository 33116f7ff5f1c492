// How a document gets to a field of the schema: from Query, from `node` for what has an id, and
// from there through fields that need no argument. Read from the schema, so that what is new is
// walked without anybody adding it.
import {
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql'

export type Field = GraphQLField<unknown, unknown>

/** A field of an object type, with the selection that leads to it. */
export type Way = {
  parent: GraphQLObjectType
  field: Field
  /** `Parent.field` */
  name: string
  operation: 'query' | 'mutation' | 'subscription'
  /** Puts a selection on the parent; `$id` is the parent's global id when `node` leads there. */
  wrap(selection: string): string
  /** Names on the way from the root of the answer to the parent. */
  path: string[]
  /** The type whose first row `$id` names; null when the way begins at the root. */
  from: string | null
}

const plumbing = /(Connection|Edge|PageInfo|Success|Error)$/

/**
 * Every field of every object type that a query reaches, and every root field. `through` gives the
 * arguments, as text, of fields that lead somewhere and need some; what lies behind the others is
 * not reached.
 */
export function waysTo(schema: GraphQLSchema, through: Record<string, string> = {}): Way[] {
  const seen = new Set<string>()
  const open: Omit<Way, 'field' | 'name'>[] = []
  const add = (way: Omit<Way, 'field' | 'name'>) => {
    if (seen.has(way.parent.name)) return
    seen.add(way.parent.name)
    open.push(way)
  }
  for (const [operation, type] of [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const) {
    if (type) add({ parent: type, operation, wrap: (body) => body, path: [], from: null })
  }
  const node = schema.getType('Node')
  for (const parent of isInterfaceType(node) ? schema.getPossibleTypes(node) : []) {
    add({
      parent,
      operation: 'query',
      wrap: (body) => `node(id: $id) { ... on ${parent.name} { ${body} } }`,
      path: ['node'],
      from: parent.name,
    })
  }
  // Breadth first, so that every way is a shortest one.
  for (const way of open) {
    if (way.operation !== 'query') continue
    // What is always there first: a way through null leads nowhere.
    for (const field of Object.values(way.parent.getFields()).toSorted(alwaysFirst)) {
      const type = getNamedType(field.type)
      const args = through[`${way.parent.name}.${field.name}`] ?? ''
      if (field.args.some(isRequiredArgument) && args === '') continue
      if (!isObjectType(type)) continue
      add({
        ...way,
        parent: type,
        wrap: (body) => way.wrap(`${field.name}${args} { ${body} }`),
        path: [...way.path, field.name],
      })
    }
  }
  return open
    .filter(({ parent }) => !plumbing.test(parent.name))
    .flatMap((way) =>
      Object.values(way.parent.getFields()).map((field) => ({
        ...way,
        field,
        name: `${way.parent.name}.${field.name}`,
      })),
    )
}

const alwaysFirst = (a: Field, b: Field) =>
  Number(isNonNullType(b.type)) - Number(isNonNullType(a.type))

/** What only an installed application is told or may do; asked for in test/access/subaccounts. */
export const forApplications: ReadonlySet<string> = new Set([
  'Mutation.authorizeSubaccount',
  'Mutation.endSubaccount',
  'ViewerInstallation.subaccounts',
])

/** Whether the field is a list that is read in pages. */
export function isConnection(field: Field): boolean {
  return getNamedType(field.type).name.endsWith('Connection')
}

/**
 * All that can be selected of a type without arguments, `depth` types down, as text; lists of two.
 * Fields are named by their type, because those of two types in one union may differ in shape.
 */
export function everythingIn(
  schema: GraphQLSchema,
  output: GraphQLOutputType,
  depth: number,
): string {
  const type = getNamedType(output)
  if (isLeafType(type)) return ''
  if (isAbstractType(type)) {
    const parts = schema.getPossibleTypes(type).map((possible) => {
      return `... on ${possible.name} ${everythingIn(schema, possible, depth)}`
    })
    return `{ __typename ${parts.join(' ')} }`
  }
  if (!isObjectType(type)) return ''
  const parts = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return []
    const alias = `${type.name}_${field.name}: ${field.name}`
    if (isLeafType(getNamedType(field.type))) return [alias]
    const isPage = type.name.endsWith('Connection') || type.name.endsWith('Edge')
    const below = isPage || plumbing.test(type.name) ? depth : depth - 1
    if (below <= 0) return []
    const args = isConnection(field) ? '(first: 2)' : ''
    return [`${alias}${args} ${everythingIn(schema, field.type, below)}`]
  })
  return `{ __typename ${parts.join(' ')} }`
}
