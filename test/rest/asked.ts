// How the authorization table asks the routes of dialects: one entry for each dialect, in a file of
// its own.
import type { World } from '../canary/world.ts'
import type { ViewerName } from '../support/viewers.ts'
import type { TestApp } from '../support/app.ts'
import { asked as appointedd } from './appointedd/asked.ts'
import { asked as appointeddV1 } from './appointedd-v1/asked.ts'
import { asked as bookeo } from './bookeo/asked.ts'
import { asked as bookingflow } from './bookingflow/asked.ts'
import { asked as calendesk } from './calendesk/asked.ts'
import { asked as relentify } from './relentify/asked.ts'

export type AskedRequest = { path: string; body?: unknown; headers?: Record<string, string> }

export type Asked = {
  dialect: string
  /** Headers that show who asks; left out, the token as a bearer. */
  shows?: (app: TestApp, name: ViewerName, token: string | null) => Promise<Record<string, string>>
  /**
   * By route name: a request that can be done, another for each `n`; `mine` is the account's,
   * `shown` the headers of who asks.
   */
  requests: Record<
    string,
    (
      n: number,
      mine: World,
      app: TestApp,
      shown: Record<string, string>,
    ) => AskedRequest | Promise<AskedRequest>
  >
}

export const askedRoutes: readonly Asked[] = [
  appointedd,
  appointeddV1,
  bookeo,
  bookingflow,
  calendesk,
  relentify,
]
