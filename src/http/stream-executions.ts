// What a subscription tells of an event: executed and written out once for all who ask the same
// with the same rights. What a listener may see is part of what is shared by; nothing is filtered
// afterwards.

import { execute, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import { newContext, type Services } from '../context.ts'
import { isPassing } from '../db/failure.ts'
import { encodeEventCursor } from '../events/cursor.ts'
import type { ReadEvent } from '../events/log.data.ts'
import { inTurns } from '../events/turns.ts'
import { badInput } from '../graphql/lists.ts'
import { publicResult } from '../graphql/public-errors.ts'
import { rightsOf } from './rights.ts'
import { bytesOf } from './socket-frame.ts'
import type { SubscribeRequest } from './streams.ts'

const executionsAtOnce = 8

/** What is asked: one and the same for all who ask the same at a time. */
export type Operation = {
  readonly document: DocumentNode
  readonly variables: SubscribeRequest['variables']
  readonly operationName: SubscribeRequest['operationName']
  readonly text: string
  holders: number
}

/** One result, shared by all who get the same; serialised once, as text and as its bytes. */
export type Delivered = { cursor: string; json(): string; bytes(): string }

/** Runs operations over events; the same one over the same event with the same rights runs once. */
export function createExecutions(services: Services, schema: GraphQLSchema) {
  type ByOperation = Map<Operation, Promise<Delivered>>
  const shared = new WeakMap<ReadEvent, Map<string, ByOperation>>()
  const operations = new Map<string, Operation>()
  const numbers = new WeakMap<DocumentNode, number>()
  const inTurn = inTurns(executionsAtOnce)
  let documents = 0

  const runOnce = async (
    { document, variables, operationName }: Operation,
    event: ReadEvent,
    viewer: Viewer,
    requestId: string,
  ) => {
    const ctx = newContext(services, viewer, requestId)
    const result = await execute({
      schema,
      document,
      rootValue: event,
      contextValue: ctx,
      variableValues: variables,
      operationName,
    })
    // Its cursor would be taken for one that was heard. The listener comes back for it instead.
    const passing = result.errors?.find(({ originalError }) => isPassing(originalError))
    if (passing) throw passing
    return delivered(encodeEventCursor(event), publicResult(result, ctx))
  }

  return {
    /** To be given back. */
    hold: ({ document, operationName, variables }: SubscribeRequest): Operation => {
      const number = numbers.get(document) ?? (documents += 1)
      numbers.set(document, number)
      const text = textOf([number, operationName, variables])
      const make = () => ({ document, variables, operationName, text, holders: 0 })
      const operation = within(operations, text, make)
      operation.holders += 1
      return operation
    },
    letGo: (operation: Operation): void => {
      operation.holders -= 1
      if (operation.holders === 0) operations.delete(operation.text)
    },
    run: (operation: Operation, event: ReadEvent, viewer: Viewer, requestId: string) => {
      const byRights = within(shared, event, () => new Map<string, ByOperation>())
      const byOperation = within(byRights, rightsOf(viewer), () => new Map() as ByOperation)
      return within(byOperation, operation, () =>
        inTurn(() => runOnce(operation, event, viewer, requestId)),
      )
    },
  }
}

function textOf(operation: unknown[]): string {
  try {
    return JSON.stringify(operation)
  } catch {
    // Thousands of levels exhaust its stack, also in a variable that the document does not declare.
    throw badInput('The variables are nested too deeply.')
  }
}

function delivered(cursor: string, result: ExecutionResult): Delivered {
  let text: string | undefined
  let bytes: string | undefined
  const json = () => (text ??= JSON.stringify(result))
  return { cursor, json, bytes: () => (bytes ??= bytesOf(json())) }
}

type Keyed<K, V> = { get(key: K): V | undefined; set(key: K, value: V): unknown }

function within<K, V>(map: Keyed<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const value = make()
  map.set(key, value)
  return value
}
