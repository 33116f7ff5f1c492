// Who may see a field is said beside the field: scopes, or the reason why it needs none.
import { isInterfaceType, isIntrospectionType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { allScopes, isScope } from '../../src/auth/scope.ts'
import { schema } from '../../src/graphql/schema.ts'

/** All that are named: a field needs all of a list, or all of any one of several lists. */
const needsOf = (needs: unknown) => (needs as (string | string[])[] | undefined)?.flat()

const fields = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) || isInterfaceType(type))
  .filter((type) => !isIntrospectionType(type))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({
      place: `${type.name}.${field.name}`,
      interface: isInterfaceType(type),
      scopes: needsOf(field.extensions['scopes']),
      open: field.extensions['open'] as string | undefined,
    })),
  )

describe('every field', () => {
  it('has scopes, or a reason to have none', () => {
    const silent = fields.filter((field) => !field.scopes?.length && !field.open)
    expect(silent.filter((field) => !field.interface).map(({ place }) => place)).toEqual([])
  })

  it('gives its reason as a sentence', () => {
    const short = fields.filter(({ open }) => open !== undefined && !/^[A-Z].{10,}\.$/.test(open))
    expect(short.map(({ place, open }) => `${place}: ${open}`)).toEqual([])
  })

  it('names scopes of the catalogue only', () => {
    const named = new Set(fields.flatMap(({ scopes }) => scopes ?? []))
    expect([...named].filter((scope) => !isScope(scope))).toEqual([])
    expect(named.size).toBeGreaterThan(10)
    expect(named.size).toBeLessThanOrEqual(allScopes.length)
  })
})
