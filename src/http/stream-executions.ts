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
import type { SubscribeRequest } from './streams.ts'

const executionsAtOnce = 8

type Asked = Pick<SubscribeRequest, 'document' | 'variables' | 'operationName' | 'requestId'>

/** One result, shared by all who get the same; serialised once. */
export type Delivered = { cursor: string; json(): string; bytes(): Buffer }

export type Run = (event: ReadEvent, viewer: Viewer) => Promise<Delivered>

/** Runs operations over events; the same one over the same event with the same rights runs once. */
export function createExecutions(services: Services, schema: GraphQLSchema) {
  const shared = new WeakMap<ReadEvent, Map<string, Map<string, Promise<Delivered>>>>()
  const numbers = new WeakMap<DocumentNode, number>()
  const inTurn = inTurns(executionsAtOnce)
  let documents = 0

  const runOnce = async (request: Asked, event: ReadEvent, viewer: Viewer) => {
    const ctx = newContext(services, viewer, request.requestId)
    const result = await execute({
      schema,
      document: request.document,
      rootValue: event,
      contextValue: ctx,
      variableValues: request.variables,
      operationName: request.operationName,
    })
    // Its cursor would be taken for one that was heard. The listener comes back for it instead.
    const passing = result.errors?.find(({ originalError }) => isPassing(originalError))
    if (passing) throw passing
    return delivered(encodeEventCursor(event), publicResult(result, ctx))
  }

  return {
    of: (request: Asked): Run => {
      const { document, operationName, variables } = request
      const number = numbers.get(document) ?? (documents += 1)
      numbers.set(document, number)
      const operation = textOf([number, operationName, variables])
      return (event, viewer) => {
        const byRights = within(shared, event, () => new Map())
        const byOperation = within(byRights, rightsOf(viewer), () => new Map())
        return within(byOperation, operation, () => inTurn(() => runOnce(request, event, viewer)))
      }
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
  let bytes: Buffer | undefined
  const json = () => (text ??= JSON.stringify(result))
  return { cursor, json, bytes: () => (bytes ??= Buffer.from(json())) }
}

type Keyed<K, V> = { get(key: K): V | undefined; set(key: K, value: V): unknown }

function within<K, V>(map: Keyed<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const value = make()
  map.set(key, value)
  return value
}
