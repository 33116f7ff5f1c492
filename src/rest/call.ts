// A request as the doors hand it to the runner of a dialect.

import type { Logger } from 'pino'
import type { Headers } from './route.ts'

/** A request below one of a dialect's mounts. */
export type Call = {
  method: string
  mount: string
  /** What follows the mount. */
  path: string
  query: URLSearchParams
  headers: Headers
  /** The media type of the body, without parameters, in lower case; empty for none. */
  contentType: string
  readBody: () => Promise<{ text: string } | { fault: 'TOO_LONG' | 'NOT_JSON'; message: string }>
  requestId: string
  address: string | null
  log: Logger
}
