// Random documents of the schema, the same for the same number: any field that can be asked without
// telling it something, by other names, in fragments, twice, or left out by a directive.
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLNamedType,
} from 'graphql'
import { schema } from '../../src/graphql/schema.ts'

type Field = GraphQLField<unknown, unknown>

/** Whole numbers below a bound, the same ones for the same seed. */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed | 0
  return (bound) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound)
  }
}

export type Choice = {
  random: (bound: number) => number
  /** How many levels may follow. */
  depth: number
  /** Whether a field may be asked. */
  takes: (field: Field, parent: string) => boolean
}

/** Variables of documents that are made here. */
export const declared = '($yes: Boolean! = true, $no: Boolean! = false)'

/** A root field that uses them all, as every document must. */
export const used = 'used: __typename @include(if: $yes) @skip(if: $no)'

/** Fields of the type that can be asked without arguments. */
export function fieldsOf(type: GraphQLNamedType): Field[] {
  if (!('getFields' in type)) return []
  const fields = Object.values(type.getFields()) as Field[]
  return fields.filter(({ args }) => !args.some(isRequiredArgument))
}

/** A selection of a type, with its braces. */
export function randomSelection(type: GraphQLNamedType, choice: Choice): string {
  const { random, depth, takes } = choice
  const possible = fieldsOf(type)
    .filter((field) => takes(field, type.name))
    .filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)))
  const parts = ['__typename']
  for (let count = 1 + random(6); count > 0 && possible.length > 0; count--) {
    const field = possible[random(possible.length)] as Field
    parts.push(inSomeForm(selectionOf(field, choice), type, choice))
  }
  if (isAbstractType(type)) {
    const [first, second] = schema.getPossibleTypes(type)
    for (const each of [first, second]) {
      if (each) parts.push(`... on ${each.name} ${randomSelection(each, { ...choice, depth: 0 })}`)
    }
  }
  return `{ ${(random(3) > 0 ? parts.slice(parts.length > 1 ? 1 : 0) : parts).join(' ')} }`
}

function selectionOf(field: Field, choice: Choice): string {
  const { random, depth } = choice
  const type = getNamedType(field.type)
  const isPaged = field.args.some(({ name }) => name === 'first')
  const isTurned = field.args.some(({ name }) => name === 'last')
  const pages = ['(first: 2)', '(first: 3)', ...(isTurned ? ['(last: 2)'] : [])]
  const args = isPaged ? pages[random(pages.length)] : ''
  const below = isCompositeType(type) ? randomSelection(type, { ...choice, depth: depth - 1 }) : ''
  // Another name for each form, so that two selections of one field never contradict each other.
  const name = isPaged || random(4) === 0 ? `a${random(1_000_000)}: ${field.name}` : field.name
  return `${name}${args} ${below}`
}

function inSomeForm(part: string, type: GraphQLNamedType, { random }: Choice): string {
  const on = isObjectType(type) ? `... on ${type.name}` : '...'
  switch (random(12)) {
    case 0:
      return `${on} { ${part} }`
    case 1:
      return `... @include(if: $yes) { ${part} }`
    case 2:
      return `... @skip(if: $yes) { ${part} }`
    case 3:
      return `... @include(if: $no) { ${part} }`
    default:
      return part
  }
}
