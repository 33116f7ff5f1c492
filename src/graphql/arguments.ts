// Arguments of queries that must be given together or make sense: BAD_USER_INPUT otherwise.

import { badInput } from './lists.ts'

/** Refuses a query's arguments, with a sentence that says what would be right. */
export function demandArgument(holds: boolean, sentence: string): void {
  if (!holds) throw badInput(sentence)
}
