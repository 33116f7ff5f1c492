// The fields of a form that a browser sent. Whoever needs to know whose form it was asks elsewhere.

import { isText } from '../graphql/text.ts'
import { contentType, HttpFault, readBody, type Exchange } from './exchange.ts'

/** By name, the last of each; a 4xx for what is no form. */
export async function readFields(
  exchange: Exchange,
  maxBytes: number,
): Promise<Map<string, string>> {
  if (contentType(exchange) !== 'application/x-www-form-urlencoded') {
    throw new HttpFault(415, 'Send the form as application/x-www-form-urlencoded.')
  }
  return textFields(new URLSearchParams(await readBody(exchange, maxBytes)))
}

/** The same of an address. */
export function textFields(sent: URLSearchParams): Map<string, string> {
  const fields = new Map(sent)
  for (const [name, value] of fields) {
    if (!isText(value)) {
      throw new HttpFault(400, `The field "${name}" contains a character that is not text.`)
    }
  }
  return fields
}
