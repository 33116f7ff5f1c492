// What the fields that tell of events are asked with.

import { decodeEventCursor, type EventCursor } from '../events/cursor.ts'
import { eventTypes, typesOf } from '../events/subject.ts'
import { badInput } from './lists.ts'

/** The types that are chosen; null for all. One that there is not is BAD_USER_INPUT. */
export function chosenTypes(types: readonly string[] | null | undefined) {
  if (!types) return null
  for (const type of types) {
    if (typesOf([type]) === null) {
      throw badInput(`"${type}" is no type of an event; there are ${eventTypes.join(', ')}.`)
    }
  }
  return typesOf(types)
}

/** The cursor that a transport received last, when it knows one. */
export function lastCursorOf(text: string | null | undefined): EventCursor | null {
  if (text == null) return null
  const cursor = decodeEventCursor(text)
  if (!cursor) throw badInput(`"${text}" is not the cursor of an event.`)
  return cursor
}
