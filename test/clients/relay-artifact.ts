// What Relay's compiler would make of a document: enough of it for plain fields, inline fragments
// and `@connection(key:)`. Relay's runtime knows documents in this form only.
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  Kind,
  parse,
  print,
  visit,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql'
import type { ConcreteRequest } from 'relay-runtime'
import { schema } from '../../src/graphql/schema.ts'

type Selection = Record<string, unknown>
/** For the store's way in, or for the reader's way out. */
type Direction = 'normalize' | 'read'

/** The request of one operation. */
export function artifact(text: string): ConcreteRequest {
  const document = parse(text)
  const operation = document.definitions[0] as OperationDefinitionNode
  const name = operation.name?.value ?? ''
  const root = schema.getRootType(operation.operation) as GraphQLObjectType
  const { selections } = operation.selectionSet
  const argumentDefinitions = (operation.variableDefinitions ?? []).map(({ variable }) => ({
    kind: 'LocalArgument',
    name: variable.name.value,
    defaultValue: null,
  }))
  const sent = visit(document, { Directive: () => null, InlineFragment: discriminated })
  return {
    kind: 'Request',
    fragment: {
      kind: 'Fragment',
      name,
      type: root.name,
      abstractKey: null,
      metadata: null,
      argumentDefinitions,
      selections: selected(selections, root, 'read'),
    },
    operation: {
      kind: 'Operation',
      name,
      argumentDefinitions,
      selections: selected(selections, root, 'normalize'),
    },
    params: {
      id: null,
      cacheID: name,
      name,
      text: print(sent),
      operationKind: operation.operation,
      metadata: {},
    },
  } as unknown as ConcreteRequest
}

/** Whether a type is of an interface is answered beside the fields that are read of it. */
function discriminated(node: InlineFragmentNode): InlineFragmentNode {
  const name = node.typeCondition?.name.value ?? ''
  if (!isAbstractType(schema.getType(name))) return node
  const typename = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: `__is${name}` },
    name: { kind: Kind.NAME, value: '__typename' },
  } as const
  const selections = [typename, ...node.selectionSet.selections]
  return { ...node, selectionSet: { ...node.selectionSet, selections } }
}

function selected(
  nodes: readonly SelectionNode[],
  parent: GraphQLCompositeType,
  direction: Direction,
): Selection[] {
  return nodes.flatMap((node): Selection[] => {
    if (node.kind === Kind.FIELD) return fieldOf(node, parent, direction)
    if (node.kind !== Kind.INLINE_FRAGMENT) throw new Error('Only inline fragments are compiled')
    const type = schema.getType(node.typeCondition?.name.value ?? '') as GraphQLCompositeType
    const abstractKey = isAbstractType(type) ? `__is${type.name}` : null
    const selections = selected(node.selectionSet.selections, type, direction)
    if (abstractKey && direction === 'normalize') {
      selections.push({ kind: 'TypeDiscriminator', abstractKey })
    }
    return [{ kind: 'InlineFragment', type: type.name, abstractKey, selections }]
  })
}

function fieldOf(node: FieldNode, parent: GraphQLCompositeType, direction: Direction): Selection[] {
  const name = node.name.value
  const args = (node.arguments ?? []).map((argument) => {
    if (argument.value.kind !== Kind.VARIABLE) throw new Error('Only variables are compiled')
    const variableName = argument.value.name.value
    return { kind: 'Variable', name: argument.name.value, variableName }
  })
  const common = { name, alias: node.alias?.value ?? null, args, storageKey: null }
  const field = 'getFields' in parent ? parent.getFields()[name] : undefined
  if (!field || isLeafType(getNamedType(field.type))) return [{ kind: 'ScalarField', ...common }]
  const type = getNamedType(field.type) as GraphQLCompositeType
  const linked = {
    kind: 'LinkedField',
    ...common,
    concreteType: isAbstractType(type) ? null : type.name,
    plural: isListType(getNullableType(field.type)),
    selections: selected(node.selectionSet?.selections ?? [], type, direction),
  }
  const key = connectionKey(node)
  if (!key) return [linked]
  // What was read page by page is kept, and read again, as one.
  if (direction === 'read') {
    return [{ ...linked, alias: name, name: `__${key}_connection`, args: null }]
  }
  const handle = { kind: 'LinkedHandle', alias: null, name, args, handle: 'connection', key }
  return [linked, { ...handle, filters: null }]
}

function connectionKey(node: FieldNode): string | null {
  const directive = node.directives?.find(({ name }) => name.value === 'connection')
  const value = directive?.arguments?.[0]?.value
  return value?.kind === Kind.STRING ? value.value : null
}
