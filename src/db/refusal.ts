// What the sender is told whose value the database itself refused: the last line behind the checks
// of the rules, so it says less than they do. Names no table, column or constraint.
import { refused, type RefusalCode, type Refused } from '../errors.ts'
import { databaseFailure } from './failure.ts'

/** The refusal for an error of the database that is the sender's; null for any other error. */
export function refusalOf(error: unknown): Refused | null {
  const { kind } = databaseFailure(error)
  switch (kind) {
    case 'OVERLAP':
      return refusedAs(
        'SLOT_TAKEN',
        'Somebody else took the time a moment ago. Choose another one.',
      )
    case 'UNIQUE':
      return refusedAs(
        'VALIDATION_FAILED',
        'One of the values may be used once only, and it is in use already. Choose another one.',
      )
    case 'FOREIGN_KEY':
      return refusedAs(
        'VALIDATION_FAILED',
        'Something that the input names is gone, or something still depends on it. Read it again.',
      )
    case 'CHECK':
    case 'BAD_INPUT':
      return refusedAs(
        'VALIDATION_FAILED',
        'One of the values cannot be stored: it is too long, out of range, not of its form, or ' +
          'has a character that is no text.',
      )
    case 'GONE':
    case 'RETRY':
    case 'UNAVAILABLE':
    case 'UNKNOWN':
      return null
    default:
      return kind satisfies never
  }
}

// Which field it was, the database does not say in words that are public.
function refusedAs(code: RefusalCode, message: string): Refused {
  return refused(code, message, { issues: [{ path: [], message }] })
}
