// What the documents of a route can be refused by, read from the schema. Pure.

import {
  getNamedType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  type OperationDefinitionNode,
} from 'graphql'
import { refusalCodes, refusalType, type RefusalCode } from '../errors.ts'
import { schema } from '../graphql/schema.ts'
import type { Route } from './route.ts'

const codeOfType = new Map(refusalCodes.map((code) => [refusalType(code), code]))

/** The refusals of its mutations, and whether it asks for something that may not be there. */
export function operationsOf({ before = [], document }: Route): {
  refusals: RefusalCode[]
  findsOne: boolean
} {
  const texts = [...before.map((step) => step.document), document]
  const operations = texts.flatMap((text) =>
    text === null
      ? []
      : parse(text).definitions.filter(
          (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
        ),
  )
  const refusals = new Set<RefusalCode>()
  let findsOne = false
  for (const { operation, selectionSet } of operations) {
    const root = operation === 'mutation' ? schema.getMutationType() : schema.getQueryType()
    for (const selection of selectionSet.selections) {
      if (selection.kind !== Kind.FIELD) continue
      const field = root?.getFields()[selection.name.value]
      const type = field && getNamedType(field.type)
      if (isUnionType(type)) {
        for (const { name } of type.getTypes()) {
          const code = codeOfType.get(name)
          if (code) refusals.add(code)
        }
      } else if (isObjectType(type) && !type.name.endsWith('Connection')) findsOne = true
    }
  }
  return { refusals: [...refusals], findsOne }
}
