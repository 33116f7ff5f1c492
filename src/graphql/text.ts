// Refuses text that no field can mean: control characters and megabyte strings, in any argument of
// any field, before a resolver sees it. PostgreSQL cannot store a NUL at all.

import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core'
import { GraphQLError, type GraphQLFieldResolver } from 'graphql'

declare global {
  // oxlint-disable-next-line no-namespace -- the way Pothos plugins add themselves
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      text: TextPlugin<Types>
    }
  }
}

const maxLength = 10_000
// Tab, line feed and carriage return are text; the other C0 characters and DEL are not, and neither
// is half of a surrogate pair.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** Whether it can be stored and shown: no control characters, no half of a character. */
export const isText = (text: string) => !control.test(text) && text.isWellFormed()

// What graphql-scalars takes, one digit at a time and short: its own pattern tries for minutes
// where thirty digits are followed by a letter.
const phoneNumber = /^\+?\d{1,3}[- ]?\(?\d+\)?(?:[- ]?\d)+$/
const longestPhoneNumber = 50

/** Whether it is written as phone numbers are: `+1 (123) 456-7890`. */
export const isPhoneNumber = (text: string) =>
  text.length <= longestPhoneNumber && phoneNumber.test(text)

/** Deepest nesting of a value that means anything; what walks through values is recursive. */
const maxDepth = 64

function fault(value: unknown, path: string, depth = 0): string | null {
  if (typeof value === 'string') {
    if (value.length > maxLength) {
      return `"${path}" has ${value.length} characters; ${maxLength} are allowed.`
    }
    return !isText(value) ? `"${path}" contains a character that is not text.` : null
  }
  if (typeof value !== 'object' || value === null) return null
  if (value instanceof Date || value instanceof URL) return null
  if (depth === maxDepth) return `"${path}" is nested deeper than ${maxDepth} levels.`
  for (const [key, inner] of Object.entries(value)) {
    const found =
      fault(inner, `${path}.${key}`, depth + 1) ?? (!isText(key) ? fault(key, path) : null)
    if (found) return found
  }
  return null
}

/** Refuses arguments with what is no text. */
export function demandText(args: object): void {
  for (const [name, value] of Object.entries(args)) {
    const message = fault(value, name)
    if (message) throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
  }
}

class TextPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (Object.keys(config.args).length === 0) return resolver
    return (parent, args, ctx, info) => {
      demandText(args)
      return resolver(parent, args, ctx, info)
    }
  }

  override wrapSubscribe(
    subscriber: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    return (
      subscriber &&
      ((parent, args, ctx, info) => {
        demandText(args)
        return subscriber(parent, args, ctx, info)
      })
    )
  }
}

SchemaBuilder.registerPlugin('text', TextPlugin)

export default 'text' as const
